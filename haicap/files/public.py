"""The door of files: bytes are kept once, a use stands for each place where they serve.

`keep` takes what people send (streamed, checked, scanned), `keep_bytes` what the platform makes;
both refuse with BadFile (422), a sentence. Without a ref a file is staged for its sender
(`staged_ref`) until `attach` moves it. `uses_of`, `facts_of`, `open_file` read back, `serve`
answers a browser. Rights belong to the use: the caller checks that the person may see it.
"""

from haicap.files.actions import attach, keep, keep_bytes, mark_checked, remove, reuse
from haicap.files.models import UseKind
from haicap.files.queries import UseView, facts_of, open_file, staged_ref, uses_of
from haicap.files.refused import BadFile
from haicap.files.serve import disposition, serve

__all__ = [
    "BadFile",
    "UseKind",
    "UseView",
    "attach",
    "disposition",
    "facts_of",
    "keep",
    "keep_bytes",
    "mark_checked",
    "open_file",
    "remove",
    "reuse",
    "serve",
    "staged_ref",
    "uses_of",
]
