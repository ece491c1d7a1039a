"""A result on its way: drafted, numbered, frozen by its hash, carried from desk to desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from haicap.dossiers import drafting
from haicap.dossiers.actions import moving, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.models import Correction, Dossier, Task
from haicap.files import public as files
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.registers import public as registers

RESULT: Final = "result"  # slot of the file and kind of the book
# What the verbs that touch a draft have to save.
DRAFTED: Final = ("result_use", "result_values", "result_number", "result_date", "result_sha256")


def open_correction(dossier: Dossier) -> Correction | None:
    """The correction under way, of a dossier whose result is out already."""
    if dossier.completed_at is None:
        return None
    return Correction.objects.filter(dossier=dossier, closed_at__isnull=True).first()


def number_ref(dossier: Dossier) -> str:
    """By which the register knows the number of the result, or of the one that replaces it."""
    correction = open_correction(dossier)
    return correction.ref if correction is not None else dossier.ref


def send_up(move: Moving, *, after: int) -> Task:
    """Put the frozen draft on the next desk that decides: a head's review, else the leader's."""
    route = walking.route_of(move.dossier)
    return walking.put_on_desk(
        move.dossier, walking.next_for_approval(route, after=after), route=route,
        receiving_id=move.receiving(), competent_id=move.competent(), at=move.at,
    )  # fmt: skip


def give_up_number(move: Moving, *, reason: str) -> None:
    """Void a number that was reserved for a result which will not be; the draft is none any more.

    The number stays in its book, with the reason (annex E, 7).
    """
    dossier = move.dossier
    if dossier.result_number and dossier.completed_at is None:
        registers.void(ref=dossier.ref, kind=RESULT, reason=reason, at=move.at, by=move.by)
    dossier.result_number, dossier.result_date = "", None
    dossier.result_use, dossier.result_values, dossier.result_sha256 = None, None, ""


def draft(move: Moving, *, file_id: UUID | None, values: Mapping[str, Any] | None) -> str:
    """Set the dossier's draft; says how it was made."""
    dossier = move.dossier
    _reserve_number(move)
    if file_id is not None:
        dossier.result_use, dossier.result_values = _uploaded(move, file_id), None
        return "upload"
    dossier.result_values = drafting.clean_values(values or {})
    dossier.result_use = _printed(move, is_draft=True)
    return "template"


def _printed(move: Moving, *, is_draft: bool) -> UUID:
    """The template filled, kept as a file: with the mark of a draft, or as it shall be issued."""
    dossier = move.dossier
    name = _("Dự thảo kết quả %(code)s.pdf") if is_draft else _("Kết quả %(code)s.pdf")
    return files.keep_bytes(
        content=drafting.result_pdf(dossier, is_draft=is_draft, at=move.at),
        name=name % {"code": dossier.code},
        ref=dossier.ref,
        slot=RESULT,
        by=move.by,
        at=move.at,
    ).id


def _uploaded(move: Moving, file_id: UUID) -> UUID:
    try:
        use = files.attach(
            use_ids=[file_id], slots={file_id: RESULT}, ref=move.dossier.ref, by=move.by, at=move.at
        )[0]
    except Missing as missing:
        raise Invalid({"file_id": str(missing)}) from missing
    if use.media_type != "application/pdf":
        raise Invalid({"file_id": _("Kết quả phải là tệp PDF.")})
    return use.id


def _reserve_number(move: Moving) -> None:
    """The number stands on the paper before it is approved: reserved once, then kept."""
    dossier, day = move.dossier, day_of(move.at)
    if dossier.result_number:
        return
    number = registers.reserve(
        agency_id=move.competent(), kind=RESULT, ref=number_ref(dossier), day=day, at=move.at
    )
    dossier.result_number = drafting.number_text(dossier, number.value)
    dossier.result_date = day


def on_own_desk(move: Moving) -> None:
    """The specialist's desk, or the head's who does it alone; not one that was given to nobody."""
    lead = move.lead()
    if lead.duty == Duty.HANDLE or (lead.duty == Duty.HEAD and move.by.duty is Duty.HEAD):
        return
    if move.by.kind == "system":
        return
    raise moving.conflict(
        move.dossier, by=move.by, desks=move.desks,
        why=_("Hồ sơ đang chờ phụ trách phòng phân công."),
    )  # fmt: skip


def freeze(move: Moving, *, file_id: UUID | None, values: Mapping[str, Any] | None) -> None:
    """Make the draft if there is none yet or it is given anew, and hold it by its hash."""
    dossier = move.dossier
    _reserve_number(move)
    if file_id is not None:
        dossier.result_use, dossier.result_values = _uploaded(move, file_id), None
    elif values or dossier.result_use is None:
        dossier.result_values = drafting.clean_values(values or {})
    if dossier.result_values is not None:
        dossier.result_use = _printed(move, is_draft=False)
    if dossier.result_use is None:
        raise LookupError("a draft was made")
    dossier.result_sha256 = files.facts_of(dossier.result_use).sha256


def same_bytes(move: Moving) -> None:
    """What was frozen is what lies here; anything else is refused."""
    dossier = move.dossier
    use = files.facts_of(dossier.result_use) if dossier.result_use is not None else None
    if use is None or use.sha256 != dossier.result_sha256:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_("Dự thảo đã đổi so với lúc trình, cần trình lại."),
        )  # fmt: skip


def back_to_handler(move: Moving) -> Task:
    """The desk, and the person, that handled it last."""
    dossier = move.dossier
    last = (
        Task.objects.filter(dossier=dossier, duty=Duty.HANDLE, role="lead")
        .order_by("-created_at", "-id")
        .first()
    )
    route = walking.route_of(dossier)
    if last is None:  # a head who did it alone
        step = walking.first_desk(route)
        return walking.put_on_desk(
            dossier, step, route=route, receiving_id=move.receiving(),
            competent_id=move.competent(), at=move.at,
        )  # fmt: skip
    step = next(step for step in route if step.position == last.position)
    return walking.put_on_desk(
        dossier, step, route=route, receiving_id=move.receiving(), competent_id=move.competent(),
        agency_id=last.agency_id, post_id=last.post_id, staff_id=last.staff_id, at=move.at,
    )  # fmt: skip
