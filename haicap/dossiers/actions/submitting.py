"""Handing in: a draft, at a counter, from another system; completed or taken back before
reception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.dossiers import access, filing, routing, typed
from haicap.dossiers.actions import moving, tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import CodeOwed, CompletionGiven, DossierCancelled, DossierSubmitted
from haicap.dossiers.filing import Checked, Filing, PaperIn, PlaceIn
from haicap.dossiers.flow import State
from haicap.dossiers.models import (
    Channel,
    Dossier,
    DossierSearch,
    Money,
    OtherCode,
    Request,
)
from haicap.files import public as files
from haicap.kernel import vietnamese
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.parties import public as parties
from haicap.registers import public as registers
from haicap.units import public as units


@transaction.atomic
def hand_in(
    *,
    filing: Filing,
    code: str | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Submit a new dossier in one go: the API, a counter, another system. It has its code after:
    `code`, where an external issuer gave it (`code_ahead`), else one of our own.

    Invalid with all faults by field; Missing, filing.NotOpen; NotYourMove for who may not submit.
    """
    access.require_submitting(by, procedure=filing.procedure_code)
    checked = _check(filing, ref=None, by=by, at=at)
    rules = checked.rules
    applicant = _party(checked.applicant, by=by, at=at)
    dossier = Dossier.objects.create(
        procedure_id=rules.procedure_id,
        procedure_version_id=rules.version_id,
        form_version_id=rules.form_version_id,
        channel=checked.channel,
        applicant_id=applicant,
        owner_id=applicant,
        created_at=at,
    )
    return _submit(
        dossier.pk, checked, code=code, by=by, at=at, recorded_at=recorded_at, seen_version=None
    )


@transaction.atomic
def submit(
    *,
    dossier_id: int,
    code: str | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Submit a draft as it was typed; `code` as in `hand_in`. Invalid with all faults by field;
    nothing typed is lost.
    """
    dossier = moving.locked(dossier_id)
    if dossier.state != State.DRAFT or not access.may(by, "submit", dossier):
        moving.begin(dossier_id=dossier_id, move="submit", seen_version=None, by=by, at=at)
    checked = _check(filing_of(dossier), ref=dossier.ref, by=by, at=at)
    return _submit(
        dossier_id, checked, code=code, by=by, at=at, recorded_at=recorded_at,
        seen_version=seen_version,
    )  # fmt: skip


def filing_of(dossier: Dossier) -> Filing:
    """What a draft says, as a filing."""
    kept: Mapping[str, Any] = dossier.declared
    place = kept.get("place") or {}
    return Filing(
        procedure_code=dossier.procedure.code,
        channel=dossier.channel,
        applicant=kept.get("contact") or None,
        owner=kept.get("owner") or None,
        representative=kept.get("representative") or None,
        relation=str(kept.get("relation") or ""),
        helper=str(kept.get("helper") or ""),
        answers=dossier.answers,
        papers=[
            PaperIn(slot=str(slot), replaced=True)
            for slot, said in (kept.get("papers") or {}).items()
            if said == "replaced"
        ],
        place=PlaceIn(code=str(place["code"]), detail=str(place.get("detail") or ""))
        if place.get("code")
        else None,
        wants_result=dossier.wants_result,
    )


def _check(what: Filing, *, ref: str | None, by: Actor, at: datetime) -> Checked:
    checked = filing.check(what, ref=ref, by=by, at=at)
    taken = checked.source_code and Dossier.objects.filter(
        source=checked.source, source_code=checked.source_code
    )
    if taken and taken.exists():
        raise Invalid({"source_code": _("Hồ sơ mang mã này của hệ thống gửi đã được nộp.")})
    codes = OtherCode.objects.filter(
        source__in=checked.other_codes, code__in=checked.other_codes.values()
    )
    if checked.other_codes and any(
        checked.other_codes.get(source) == code
        for source, code in codes.values_list("source", "code")
    ):
        raise Invalid({"other_codes": _("Mã này đã thuộc về một hồ sơ khác.")})
    return checked


def _party(declared: parties.Declared, *, by: Actor, at: datetime) -> int:
    if by.is_citizen and by.person is not None:
        return by.person
    return parties.find_or_add(declared=declared, by=by, at=at).pk


def _submit(
    dossier_id: int,
    checked: Checked,
    *,
    code: str | None,
    seen_version: int | None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None,
) -> Dossier:
    move = moving.begin(
        dossier_id=dossier_id,
        move="submit",
        seen_version=seen_version,
        by=by,
        at=at,
        recorded_at=recorded_at,
    )
    dossier = move.dossier
    _fill(dossier, checked, by=by, at=at)
    _send(dossier, checked, by=by, at=at)
    set_fee(dossier, checked.rules, at=at)
    take_files(dossier, checked.file_slots, by=by, at=at)
    for source, known_as in checked.other_codes.items():
        OtherCode.objects.create(dossier=dossier, source=source, code=known_as)
    index(dossier)
    put_on_first_desk(dossier, at=at)
    if dossier.owner_id != dossier.applicant_id:
        move.by = replace(move.by, on_behalf_of=dossier.owner_id)
    _record_submission(move, checked)
    _give_code(move, fetched=code)
    dossier.submitted_at = at
    dossier.state, dossier.version = move.after, dossier.version + 1
    dossier.save()
    return dossier


def _give_code(move: Moving, *, fetched: str | None) -> None:
    dossier, at = move.dossier, move.at
    issued = registers.issue_code(
        agency_id=_receiving(dossier),
        agency_code=units.agency(_receiving(dossier), day=day_of(at)).code,
        procedure_code=dossier.procedure.code,
        at=at,
        fetched=fetched,
    )
    dossier.code = issued.code
    if issued.owed:
        audit.record(CodeOwed(issuer=issued.owed), subject=dossier.ref, by=move.by, at=at)


def take_files(dossier: Dossier, slots: Mapping[UUID, str], *, by: Actor, at: datetime) -> None:
    """Move uploads to the dossier, each to its paper."""
    if slots:
        files.attach(use_ids=list(slots), slots=slots, ref=dossier.ref, by=by, at=at)


def _record_submission(move: Moving, checked: Checked) -> None:
    dossier = move.dossier
    move.record(
        DossierSubmitted(
            **move.said(),
            channel=dossier.channel,
            source=dossier.source,
            source_code=dossier.source_code,
            support=dossier.support_agency_id,
            helped=dossier.helped_by is not None,
            papers=len(checked.papers),
            fee=dossier.fee_total,
        )
    )


def _fill(dossier: Dossier, checked: Checked, *, by: Actor, at: datetime) -> None:
    """What was declared, as the snapshot of the dossier."""
    rules = checked.rules
    dossier.procedure_version_id = rules.version_id
    dossier.form_version_id = rules.form_version_id
    dossier.deadline_rule_id = rules.deadline.id if rules.deadline else None
    dossier.channel = checked.channel
    dossier.source, dossier.source_code = checked.source, checked.source_code
    if checked.owner is not None:
        dossier.owner_id = parties.find_or_add(declared=checked.owner, by=by, at=at).pk
    if checked.representative is not None:
        found = parties.find_or_add(declared=checked.representative, by=by, at=at)
        dossier.representative_id = found.pk
    dossier.relation = checked.relation
    dossier.identity_level = by.identity_level if by.is_citizen else 0
    dossier.declared = filing.snapshot(checked)
    dossier.answers = checked.answers
    dossier.papers = checked.papers
    dossier.subject = subject_for(rules, checked.answers)
    dossier.place_id, dossier.place_at = checked.place_id, checked.place_at
    dossier.place_detail = checked.place_detail
    dossier.wants_result = checked.wants_result
    dossier.helped_by = helper_of(dossier, checked, by=by)


def subject_for(rules: catalogue.VersionRules, answers: Mapping[str, Any]) -> str:
    """The summary line (trích yếu) of a dossier."""
    said = catalogue.subject_of(rules.form_version_id, answers)
    return said or rules.short_name or rules.name


def helper_of(dossier: Dossier, checked: Checked, *, by: Actor) -> dict[str, Any] | None:
    """Who filled it in for the people on it; None when they did."""
    if by.is_staff and checked.channel == Channel.ONLINE:
        return {"kind": "staff", "id": by.person, "words": checked.helper}
    if checked.helper:
        return {"kind": "other", "id": None, "words": checked.helper}
    if by.is_citizen and dossier.owner_id != dossier.applicant_id:
        return {"kind": "citizen", "id": by.person, "words": checked.relation}
    return None


def _send(dossier: Dossier, checked: Checked, *, by: Actor, at: datetime) -> None:
    """The three organisations: where helped, who receives, who decides."""
    day = day_of(at)
    at_counter = by.is_staff and checked.channel != Channel.ONLINE
    if at_counter and by.agency is not None:
        dossier.receiving_agency_id = by.agency
    else:
        dossier.receiving_agency_id = routing.receiving_for(territory_id=checked.place_id, day=day)
        dossier.support_agency_id = by.agency if by.is_staff else None
    route(dossier, checked.rules, at=at)


def route(dossier: Dossier, rules: catalogue.VersionRules, *, at: datetime) -> None:
    """Who decides, and under which commune it counts; None where it cannot be told."""
    day = day_of(at)
    dossier.competent_agency_id = routing.competent_for(
        authority=rules.authority,
        agency_code=rules.authority_agency_code,
        territory_id=dossier.place_id,
        day=day,
    )
    dossier.commune_id = routing.commune_of(
        territory_id=dossier.place_id, receiving_id=_receiving(dossier), day=day
    )


def _receiving(dossier: Dossier) -> int:
    if dossier.receiving_agency_id is None:
        raise LookupError("a submitted dossier has a receiving agency")
    return dossier.receiving_agency_id


def set_fee(
    dossier: Dossier,
    rules: catalogue.VersionRules,
    *,
    at: datetime,
    fee_for: Callable[..., catalogue.FeeView] = catalogue.fee_for,
) -> None:
    """The fee as the rule has it today, unless it was settled already.

    `fee_for` is where rules are read: a load of many dossiers reads each only once.
    """
    dossier.fee_rule_id = rules.fee_rule_id
    if dossier.fee_receipt:
        return
    fee = fee_for(
        rules.fee_rule_id,
        channel=dossier.channel,
        answers=dossier.answers,
        identity_level=dossier.identity_level,
        at=at,
    )
    dossier.fee_total = fee.total
    dossier.fee_lines = fee.stored()
    waived = any(line.full for line in fee.lines)
    dossier.money = Money.DUE if fee.total else Money.WAIVED if waived else Money.NONE


def index(dossier: Dossier) -> None:
    """What the one search box finds it by: names without accents, numbers of identity, phones."""
    names, numbers = searched(dossier.declared, subject=dossier.subject)
    DossierSearch.objects.update_or_create(
        dossier=dossier,
        defaults={
            "name_fold": names,
            "numbers": numbers,
            "at": dossier.submitted_at or dossier.created_at,
        },
    )


def searched(declared: Mapping[str, Any], *, subject: str) -> tuple[str, str]:
    """Names without accents, and numbers, of the people on a dossier.

    Its subject names the child, the dead, the couple, whom people ask for more than for who came.
    """
    people = [person for person in declared.values() if isinstance(person, Mapping)]
    names = [vietnamese.fold_accents(str(person.get("name", ""))) for person in people]
    names.append(vietnamese.fold_accents(subject))
    numbers = {str(person.get("phone") or "") for person in people}
    for person in people:
        numbers.update(str(number) for number in (person.get("identifiers") or {}).values())
    return " · ".join(dict.fromkeys(names)), " ".join(sorted(filter(None, numbers)))


def put_on_first_desk(dossier: Dossier, *, at: datetime) -> None:
    """The counter that is to receive it; the coordinator, while nobody knows who decides."""
    if dossier.competent_agency_id is not None:
        tasks.open_task(
            dossier,
            step=tasks.INTAKE,
            duty=Duty.RECEIVE,
            agency_id=_receiving(dossier),
            at=at,
            due_at=tasks.within_hours(tasks.INTAKE_HOURS, at=at),
        )
        return
    desk = routing.coordination_desk(
        territory_id=dossier.place_id, receiving_id=_receiving(dossier), day=day_of(at)
    )
    tasks.open_task(
        dossier,
        step=tasks.COORDINATION,
        duty=desk.duty,
        agency_id=desk.agency_id,
        at=at,
        due_at=tasks.within_hours(tasks.INTAKE_HOURS, at=at),
        post_id=desk.holder.post_id if desk.holder else None,
        staff_id=desk.holder.staff_id if desk.holder else None,
    )


@transaction.atomic
def complete(
    *,
    dossier_id: int,
    note: str = "",
    answers: Mapping[str, Any] | None = None,
    papers: Sequence[PaperIn] = (),
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """What was asked for before reception is handed in: back to the counter that asked.

    `answers`, where given, replace the form. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="complete", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    request = answer_request(move, note=note)
    rules = catalogue.version_at(dossier.procedure.code, day=day_of(at))
    change_content(dossier, rules, answers=answers, papers=papers, by=move.by, at=at)
    if answers is not None:
        route(dossier, rules, at=at)
        set_fee(dossier, rules, at=at)
    tasks.close_open(dossier, outcome="completed", by=move.by, at=at)
    put_on_first_desk(dossier, at=at)
    move.record(CompletionGiven(**move.said(), request=request.pk, papers=len(papers)))
    return move.save(
        "answers", "papers", "subject", "place", "place_at", "place_detail", "competent_agency",
        "commune", "fee_rule", "fee_total", "fee_lines", "money",
    )  # fmt: skip


def answer_request(move: Moving, *, note: str) -> Request:
    """Close the open request of the dossier with the citizen's words."""
    request = Request.objects.get(dossier=move.dossier, answered_at__isnull=True)
    request.answered_at = move.at
    request.answer = typed.text(note, field="note")
    request.save(update_fields=["answered_at", "answer"])
    return request


def change_content(
    dossier: Dossier,
    rules: catalogue.VersionRules,
    *,
    answers: Mapping[str, Any] | None,
    papers: Sequence[PaperIn],
    by: Actor,
    at: datetime,
) -> None:
    """New answers and more papers, checked as at submission; what was handed in before stays."""
    kept, slots = filing.check_papers(rules, papers, ref=dossier.ref, by=by, had=dossier.papers)
    take_files(dossier, slots, by=by, at=at)
    dossier.papers = kept
    if answers is None:
        return
    dossier.answers = filing.check_answers(dossier.form_version_id, answers, at=at)
    dossier.subject = subject_for(rules, dossier.answers)
    place = filing.place_said(dossier.form_version_id, dossier.answers, at=at)
    if place is not None:
        dossier.place_id, dossier.place_at, dossier.place_detail = place
    index(dossier)


@transaction.atomic
def cancel(
    *,
    dossier_id: int,
    reason: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Take a dossier back before reception. Staff, who do it when asked to, write why."""
    move = moving.begin(
        dossier_id=dossier_id, move="cancel", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    words = typed.text(reason, field="reason", required=by.is_staff)
    opinion = move.opinion(words or _("Người nộp tự hủy hồ sơ."))
    Request.objects.filter(dossier=move.dossier, answered_at__isnull=True).update(answered_at=at)
    tasks.close_open(move.dossier, outcome="cancelled", by=move.by, at=at)
    move.record(DossierCancelled(**move.said(), opinion=opinion.pk))
    return move.save()
