"""Forms 02 and 03: what to complete, and why it was not received. Data in, PDF bytes out.

Fields as in the forms of TT 03/2025 (content TT 01/2018). Pure, as the receipt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from haicap.dossiers import press

REQUEST: Final = "request.typ"
REFUSAL: Final = "refusal.typ"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to complete: which paper, what is wrong with it, what to do."""

    paper: str
    fault: str
    todo: str


@dataclass(frozen=True, slots=True)
class GuidanceHead:
    """What both slips begin with: who writes, about whose dossier."""

    superior: str
    agency: str
    place: str
    made_at: datetime
    code: str
    number: str  # "7/HDHS"
    applicant: str
    address: str
    request: str
    track_url: str
    phone: str = ""
    email: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True)
class RequestData:
    """Form 02. `stage` says in words at which step; `contact` whom to ask."""

    head: GuidanceHead
    items: tuple[Asked, ...]
    reason: str
    stage: str
    reply_by: datetime | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True)
class RefusalData:
    """Form 03. `where` says in words where the person may go instead."""

    head: GuidanceHead
    reason: str
    basis: str = ""
    where: str = ""


def render_request(data: RequestData) -> bytes:
    """Form 02 as PDF/A-2a."""
    return _print(REQUEST, data, data.head)


def render_refusal(data: RefusalData) -> bytes:
    """Form 03 as PDF/A-2a."""
    return _print(REFUSAL, data, data.head)


def _print(layout: str, data: RequestData | RefusalData, head: GuidanceHead) -> bytes:
    printed: dict[str, Any] = asdict(data)
    printed["head"]["made_at"] = press.moment_parts(head.made_at)
    printed["head"]["officer"] = press.shortened(head.officer, 60)
    printed["head"]["applicant_short"] = press.shortened(head.applicant, 60)
    if isinstance(data, RequestData):
        printed["reply_by"] = data.reply_by and press.moment_parts(data.reply_by)
    return press.print_paper(
        layout, data=printed, at=head.made_at, pictures={"qr_link": press.qr_svg(head.track_url)}
    )
