"""The result as a document of the deciding agency: data in, PDF bytes out.

Layout of administrative documents (NĐ 30/2020, Phụ lục I). Pure: no database, no clock; equal data
gives equal bytes, so that the hash frozen for approval is the hash that is issued.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from haicap.dossiers import press

LAYOUT: Final = "result.typ"
_ABOUT: Final = " VỀ VIỆC "


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of the body. Lines of one `section` stand together under its name."""

    label: str
    value: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class ResultData:
    """Everything that stands on the result.

    `superior` is the upper line of the letterhead (empty for a People's Committee of a commune);
    `number` the whole notation, 15/QĐ-UBND. Without number and day their places stay blank. A
    draft carries a mark across the page; while nobody has signed electronically, the place of the
    signature says so.
    """

    agency: str
    place: str
    title: str
    dossier_code: str
    made_at: datetime
    rows: tuple[ResultRow, ...]
    superior: str = ""
    number: str = ""
    day: date | None = None
    basis: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""
    capacity: str = ""  # "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"
    signer_title: str = "CHỦ TỊCH"
    signer: str = ""
    recipients: tuple[str, ...] = ()
    check_url: str = ""
    is_draft: bool = False
    is_signed: bool = False


def render_result(data: ResultData) -> bytes:
    """The result as PDF/A-2a. What people wrote is set as it is, never read as markup."""
    return press.print_paper(
        LAYOUT,
        data=_printed(data),
        at=data.made_at,
        pictures={"qr": press.qr_svg(data.check_url or data.dossier_code)},
    )


def _printed(data: ResultData) -> dict[str, Any]:
    printed = asdict(data)
    del printed["made_at"]
    printed["day"] = None if data.day is None else press.day_parts(data.day)
    printed["title"], printed["about"] = _title(data.title)
    printed["sections"] = _sections(data.rows)
    printed["basis"] = list(data.basis)
    printed["recipients"] = list(data.recipients)
    printed["signer"] = press.shortened(data.signer, 60)
    return printed


def _title(title: str) -> tuple[str, str]:
    """Name of the type and abstract: QUYẾT ĐỊNH · Về việc hỗ trợ chi phí mai táng."""
    name, about, abstract = title.partition(_ABOUT)
    return (name, f"Về việc {abstract.lower()}") if about else (title, "")


def _sections(rows: tuple[ResultRow, ...]) -> list[dict[str, Any]]:
    """Rows under their sections, in the order in which they come."""
    sections: list[dict[str, Any]] = []
    for row in rows:
        if not sections or sections[-1]["name"] != row.section:
            sections.append({"name": row.section, "rows": []})
        sections[-1]["rows"].append([row.label, row.value])
    return sections
