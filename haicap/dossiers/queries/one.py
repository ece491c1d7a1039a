"""One dossier as its page and the API show it; to a citizen less than to the staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers import access
from haicap.dossiers.access import NotYours
from haicap.dossiers.flow import MOVE_WORDS, NATIONAL_WORDS, OPEN, OUT, State, national_of
from haicap.dossiers.models import Dossier, Money, Opinion, OtherCode, Request, Task
from haicap.dossiers.queries.lists import standing
from haicap.dossiers.queries.story import Line, story_of
from haicap.dossiers.queries.turns import superseded, turns_of
from haicap.dossiers.slips.kinds import form_of, is_for_citizens
from haicap.files import public as files
from haicap.kernel.actor import Actor
from haicap.kernel.answers import told_text
from haicap.kernel.clock import day_of
from haicap.units import public as units

LONGEST_CODE: Final = 60
SELF_TOLD: Final = ("ethnicity", "nationality", "job")
RECENT: Final = 10


def find(*, code: str, by: Actor) -> Dossier:
    """The dossier of this code that exists for this person; NotYours. A draft goes by its uuid."""
    rows = Dossier.objects.seen_by(by).select_related("procedure", "procedure_version")
    readable = 0 < len(code) <= LONGEST_CODE and code.isascii() and code.isprintable()
    found = rows.filter(code=code).first() if readable else None
    if found is None and by.is_citizen:
        try:
            found = rows.filter(uuid=UUID(code)).first()
        except ValueError:
            found = None
    if found is None:
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    return found


def said_before(*, number: str, by: Actor) -> dict[str, str]:
    """What a citizen with this personal number last wrote of themselves in forms and no register
    of ours knows: ethnic group, nationality, job. From their own dossiers that were handed in.
    """
    if not by.is_citizen or by.person is None:
        return {}
    rows = Dossier.objects.filter(applicant=by.person).exclude(state=State.DRAFT).order_by("-id")
    for answers in rows.values_list("answers", flat=True)[:RECENT] if number else ():
        for value in answers.values():
            if isinstance(value, dict) and value.get("personal_id") == number:
                told = {part: value[part] for part in SELF_TOLD if value.get(part)}
                if told:
                    return told
    return {}


def parties_of(dossier: Dossier) -> list[int]:
    """Whose data the dossier shows, for the reading log."""
    ids = {dossier.applicant_id, dossier.owner_id, dossier.representative_id}
    return sorted(found for found in ids if found is not None)


def dossier_view(*, dossier: Dossier, by: Actor, at: datetime) -> dict[str, Any]:
    """Everything a page of the dossier tells this person, as plain values.

    Files carry their ids; whether one may be opened is asked again when it is.
    """
    day = day_of(at)
    tasks = list(Task.objects.filter(dossier=dossier).order_by("created_at", "id"))
    desks = access.desks_among(tasks)
    requests = [_request(request) for request in dossier.requests.order_by("id")]
    agencies = units.agency_names(_agency_ids(dossier, tasks), day=day)
    english = (get_language() or "vi").startswith("en")
    staff = by.is_staff
    return {
        **_named(dossier, english=english),
        **_people(dossier),
        "place": _place(dossier),
        "support_agency": agencies.get(dossier.support_agency_id or 0, ""),
        "receiving_agency": agencies.get(dossier.receiving_agency_id or 0, ""),
        "competent_agency": agencies.get(dossier.competent_agency_id or 0, ""),
        **_times(dossier, desks, at=at),
        "due_explained": due_explained(dossier, english=english),
        "answers": dossier.answers,
        "answer_rows": answer_rows(dossier, english=english),
        "papers": dossier.papers,
        "files": files_of(dossier, by=by),
        **_money(dossier),
        "wants_result": dossier.wants_result,
        "result": result_of(dossier, by=by),
        "fetch_at": _fetch_at(dossier, desks, agencies),
        "desks": _desks(tasks, agencies) if staff else [],
        "requests": requests,
        "judged_late": sum(request["stage"] == "during" for request in requests) > 1,
        "opinions": _opinions(dossier) if staff else [],
        **turns_of(dossier, by=by),
        "moves": [
            {"move": move, "words": str(MOVE_WORDS[move])}
            for move in access.legal_moves(by, dossier, desks=desks)
        ],
        "timeline": story_of(dossier.ref, for_staff=staff),
    }


def _named(dossier: Dossier, *, english: bool) -> dict[str, Any]:
    """What it is and by which codes it is known."""
    version, state = dossier.procedure_version, State(dossier.state)
    national = national_of(state, dossier.ended_as)
    return {
        "id": dossier.pk,
        "uuid": str(dossier.uuid),
        "code": dossier.code,
        "other_codes": _other_codes(dossier),
        "state": str(state),
        "state_words": str(state.label),
        "national_status": national,
        "national_status_words": str(NATIONAL_WORDS.get(national or 0, "")),
        "version": dossier.version,
        "procedure": dossier.procedure.code,
        "procedure_name": (version.name_en if english else "") or version.short_name,
        "subject": dossier.subject,
        "channel": dossier.channel,
        "source": dossier.source,
        "source_code": dossier.source_code,
        "volume": dossier.volume,
        "ordinal": dossier.ordinal,
    }


def _times(dossier: Dossier, desks: access.Desks, *, at: datetime) -> dict[str, Any]:
    return {
        "created_at": dossier.created_at,
        "submitted_at": dossier.submitted_at,
        "received_at": dossier.received_at,
        "due_at": dossier.due_at,
        "paused": dossier.is_paused,
        "completed_at": dossier.completed_at,
        "returned_at": dossier.returned_at,
        "time_left": standing(
            due=dossier.due_at or (desks.lead.due_at if desks.lead else None),
            started_at=dossier.received_at or dossier.submitted_at,
            paused=dossier.is_paused,
            completed_at=dossier.completed_at,
            is_open=dossier.state in OPEN,
            calendar=deadlines.calendar_at(day=day_of(at)).calendar,
            at=at,
        ),
    }


def _money(dossier: Dossier) -> dict[str, Any]:
    return {
        "fee_total": dossier.fee_total,
        "fee_lines": dossier.fee_lines,
        "money": dossier.money,
        "money_words": str(Money(dossier.money).label),
        "fee_receipt": dossier.fee_receipt,
    }


def _agency_ids(dossier: Dossier, tasks: list[Task]) -> set[int]:
    ids = {
        dossier.support_agency_id,
        dossier.receiving_agency_id,
        dossier.competent_agency_id,
        *(task.agency_id for task in tasks),
    }
    return {found for found in ids if found is not None}


def _other_codes(dossier: Dossier) -> list[dict[str, str]]:
    rows = OtherCode.objects.filter(dossier=dossier).order_by("source", "code")
    return [{"source": row.source, "code": row.code} for row in rows]


def _people(dossier: Dossier) -> dict[str, Any]:
    """The parties as declared; the owner is the applicant where nobody else was named."""
    declared: Mapping[str, Any] = dossier.declared if dossier.state != State.DRAFT else {}
    return {
        "applicant": declared.get("applicant"),
        "owner": declared.get("owner") or declared.get("applicant"),
        "owner_is_applicant": dossier.owner_id == dossier.applicant_id,
        "representative": declared.get("representative"),
        "relation": dossier.relation,
        "helped_by": dossier.helped_by,
        "declared": dossier.declared if dossier.state == State.DRAFT else {},
    }


def _place(dossier: Dossier) -> dict[str, Any] | None:
    if dossier.place_at is None:
        return None
    name = ""
    if dossier.place_id is not None:
        name = units.names_of([dossier.place_id], day=dossier.place_at).get(dossier.place_id, "")
    return {
        "territory_id": dossier.place_id,
        "name": name,
        "at": dossier.place_at,
        "detail": dossier.place_detail,
    }


def answer_rows(dossier: Dossier, *, english: bool) -> list[dict[str, str]]:
    """The form as it was filled in: section, label, value."""
    if dossier.state == State.DRAFT:
        return []
    rows = catalogue.answer_rows(
        dossier.form_version_id, dossier.answers, "en" if english else "vi"
    )
    return [{"section": section, "label": label, "value": value} for section, label, value in rows]


def due_explained(dossier: Dossier, *, english: bool) -> list[str]:
    """Why it is due when it is due, in sentences; none before reception."""
    if dossier.received_at is None:
        return []
    return list(deadlines.explain(ref=dossier.ref, language="en" if english else "vi"))


def files_of(dossier: Dossier, *, by: Actor) -> list[dict[str, Any]]:
    """The files this person may open. Of drafts of the result a citizen sees none.

    `superseded`: it was the result and is replaced.
    """
    replaced = superseded(dossier)
    return [
        {
            "id": str(use.id),
            "slot": use.slot,
            "form": str(form_of(use.slot) or ""),
            "name": use.name,
            "kind": str(use.kind),
            "media_type": use.media_type,
            "size": use.size,
            "pages": use.pages,
            "sha256": use.sha256,
            "scan": str(use.scan),
            "created_at": use.created_at,
            "checked": use.checked_at is not None,
            "superseded": str(use.id) in replaced,
        }
        for use in files.uses_of([dossier.ref])[dossier.ref]
        if may_open(dossier, use, by=by)
    ]


def may_open(dossier: Dossier, use: files.UseView, *, by: Actor) -> bool:
    """Whether somebody who sees the dossier may open this file of it.

    The result opens for citizens once it is issued and paid for; drafts of it never, nor the
    control slip.
    """
    if use.ref != dossier.ref:
        return False
    if by.is_staff or use.slot != "result":
        return by.is_staff or is_for_citizens(use.slot)
    if dossier.completed_at is None or dossier.money in Money.owing():
        return False
    out = dossier.state in OUT and use.id == dossier.result_use
    return out or str(use.id) in superseded(dossier)


def result_of(dossier: Dossier, *, by: Actor) -> dict[str, Any] | None:
    """The result or its draft; a citizen hears of it when it is issued."""
    issued = dossier.state in OUT and dossier.completed_at is not None
    if dossier.result_use is None or not (by.is_staff or issued):
        return None
    handed = dossier.result_handed
    return {
        "file_id": str(dossier.result_use),
        "sha256": dossier.result_sha256,
        "number": dossier.result_number,
        "date": dossier.result_date,
        "signed": dossier.result_signed,
        "signed_words": _("đã ký số") if dossier.result_signed else _("chưa ký số"),
        "issued": issued,
        "refusal": dossier.ended_as == State.REFUSED,
        "handed": handed and {**handed, "at": told_text(str(handed["at"]))},
    }


def _fetch_at(dossier: Dossier, desks: access.Desks, agencies: Mapping[int, str]) -> str:
    """The counter where a result that is out lies; empty before, and when it was handed over."""
    lies = dossier.state in (State.ISSUED, State.REFUSED) and desks.lead is not None
    return agencies.get(desks.lead.agency_id, "") if lies and desks.lead is not None else ""


def _desks(rows: list[Task], agencies: Mapping[int, str]) -> list[dict[str, Any]]:
    ids = {row.staff_id for row in rows} | {row.done_by for row in rows}
    staff = accounts.staff_names({found for found in ids if found is not None})
    return [
        {
            "id": row.pk,
            "step": row.step,
            "role": row.role,
            "duty": row.duty,
            "agency": agencies.get(row.agency_id, ""),
            "staff": staff.get(row.staff_id or 0, ""),
            "created_at": row.created_at,
            "due_at": row.due_at,
            "opened_at": row.opened_at,
            "done_at": row.done_at,
            "done_by": staff.get(row.done_by or 0, ""),
            "late": bool(row.due_at and row.done_at and row.done_at > row.due_at),
            "outcome": row.outcome,
        }
        for row in rows
    ]


def _request(request: Request) -> dict[str, Any]:
    return {
        "id": request.pk,
        "stage": request.stage,
        "number": request.number,
        "items": request.items,
        "reason": request.reason,
        "basis": request.basis,
        "asked_at": request.asked_at,
        "reply_by": request.reply_by,
        "answered_at": request.answered_at,
        "answer": request.answer,
        "again": request.again,
    }


def _opinions(dossier: Dossier) -> list[dict[str, Any]]:
    rows = list(Opinion.objects.filter(dossier=dossier).order_by("id"))
    staff = accounts.staff_names({row.staff for row in rows if row.staff is not None})
    return [
        {
            "move": row.move,
            "text": row.text,
            "at": row.at,
            "staff": staff.get(row.staff or 0, ""),
        }
        for row in rows
    ]


__all__ = ["Line", "dossier_view", "files_of", "find", "may_open", "parties_of", "result_of"]
