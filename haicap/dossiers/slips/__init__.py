"""The forms 01 to 07 of the one-stop mechanism (TT 03/2025/TT-VPCP): each a frozen dataclass that
is set by a replaceable layout.

`kinds` names them, `data` holds what stands on each, `gathering`, `control` and `register` make
that from dossier and journal, `layouts` says by which template of which circular a day prints,
`printing` turns data into a PDF, `samples` shows each form filled in.
"""
