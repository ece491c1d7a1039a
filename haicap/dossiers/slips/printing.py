"""A form's data set by a layout: PDF/A, the same bytes for the same data and layout."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from haicap.dossiers import press
from haicap.dossiers.slips import data as d
from haicap.dossiers.slips.kinds import KINDS, Form

FORM_OF: Final[Mapping[type, Form]] = {
    d.Receipt: Form.RECEIPT,
    d.SupplementRequest: Form.REQUEST,
    d.IntakeRefusal: Form.REFUSAL,
    d.Apology: Form.APOLOGY,
    d.StopNotice: Form.STOP,
    d.ControlSlip: Form.CONTROL,
    d.Register: Form.REGISTER,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """How a form is set: `file` of our own templates, or the `source` of somebody else's; `basis`
    is the circular it follows.
    """

    basis: str
    file: str = ""
    source: str = ""


def print_form(paper: d.Paper, *, layout: Layout) -> bytes:
    """The form as PDF/A-2a. What people wrote is set as it is, never read as markup.

    RuntimeError when the layout's source does not compile.
    """
    form = FORM_OF[type(paper)]
    head = paper.head
    pictures = {}
    if head.code:
        pictures["barcode"] = press.barcode_svg(head.code)
        pictures["qr_code"] = press.qr_svg(head.code)
    if head.track_url:
        pictures["qr_link"] = press.qr_svg(head.track_url)
    said = {
        "form": {"number": str(form), "name": KINDS[form].name, "basis": layout.basis},
        **printed(paper),
    }
    return press.print_paper(
        layout.file, source=layout.source, data=said, at=head.made_at, pictures=pictures
    )


def printed(value: Any) -> Any:
    """`value` as templates read it: dataclasses by field, moments and days in their parts."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: printed(getattr(value, field.name)) for field in fields}
    if isinstance(value, datetime):
        return press.moment_parts(value)
    if isinstance(value, date):
        return press.day_parts(value)
    if isinstance(value, tuple):
        return [printed(item) for item in value]
    return value
