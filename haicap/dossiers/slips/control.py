"""Form 06, the control slip: every hand-over of a dossier, read off its journal.

Nobody writes a line of it: what was not recorded was not handed over. The desks (tasks) say how
long a step was given and who opened it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers.models import Dossier, Task, TaskRole
from haicap.dossiers.slips import data as d
from haicap.dossiers.slips.gathering import NoReceiptYet
from haicap.dossiers.slips.heads import declared, head_of
from haicap.kernel import vietnamese
from haicap.kernel.clock import day_of, local
from haicap.units import public as units

PREFIX: Final = "dossiers."
CITIZEN: Final = "Người nộp hồ sơ"
VERDICTS: Final[Mapping[str, str]] = {
    "early": "Trước hạn",
    "on_time": "Đúng hạn",
    "late": "Quá hạn",
    "overdue": "Đang quá hạn",
}
# (due, completed or None, seen at) → words
Judge = Callable[[datetime, datetime | None, datetime], str]
# Where a side of a hand-over is found.
ACTOR: Final = "actor"  # the agency of who acted
DESK: Final = "desk"  # the desk that was opened with it
APPLICANT: Final = "applicant"


@dataclass(frozen=True, slots=True)
class Step:
    """Who gives and who takes in a kind of entry: ACTOR, DESK, APPLICANT or the name of a fact."""

    giver: str
    receiver: str
    note: str = ""


STEPS: Final[Mapping[str, Step]] = {
    "DossierAccepted": Step(APPLICANT, "receiving", "Tiếp nhận hồ sơ"),
    "DossierTransferred": Step("from_agency", "to_agency"),
    "TransferSentBack": Step("from_agency", "to_agency", "Trả lại nơi chuyển"),
    "DossierAssigned": Step(ACTOR, DESK, "Phân công thụ lý"),
    "SupplementAsked": Step(ACTOR, APPLICANT, "Yêu cầu bổ sung, tạm dừng thời hạn"),
    "SupplementReceived": Step(APPLICANT, DESK, "Đã bổ sung, tính tiếp thời hạn"),
    "ConsultReplied": Step("from_agency", DESK, "Trả lời ý kiến phối hợp"),
    "FinanceAsked": Step(ACTOR, APPLICANT, "Thực hiện nghĩa vụ tài chính, tạm dừng thời hạn"),
    "FinanceConfirmed": Step(APPLICANT, DESK, "Đã thực hiện nghĩa vụ tài chính"),
    "SubmittedForApproval": Step(ACTOR, "to_agency", "Trình duyệt kết quả"),
    "RefusalSubmitted": Step(ACTOR, "to_agency", "Trình văn bản không giải quyết"),
    "DraftReturned": Step(ACTOR, DESK, "Trả lại dự thảo"),
    "DossierApproved": Step(ACTOR, DESK, "Đã duyệt"),
    "ResultIssued": Step(ACTOR, "receiving", "Đã phát hành kết quả"),
    "SettlementRefused": Step(ACTOR, "receiving", "Đã phát hành văn bản không giải quyết"),
    "CorrectionOpened": Step(ACTOR, DESK, "Đính chính kết quả"),
    "ResultCorrected": Step(ACTOR, "receiving", "Đã phát hành bản thay thế"),
    "ResultSent": Step("from_agency", "to_agency", "Chuyển kết quả đến quầy khác để trả"),
    "ResultReturned": Step("receiving", APPLICANT, "Trả kết quả"),
    "DossierHandedOn": Step("from_agency", "to_agency", "Bàn giao, giữ nguyên thời hạn"),
    "StepTakenBack": Step(DESK, ACTOR, "Thu hồi bước vừa làm"),
    "WithdrawAsked": Step(APPLICANT, DESK, "Đề nghị rút hồ sơ"),
    "DossierWithdrawn": Step(ACTOR, APPLICANT, "Đồng ý cho rút hồ sơ"),
    "WithdrawRefused": Step(ACTOR, DESK, "Không đồng ý cho rút, giải quyết tiếp"),
    "DossierStopped": Step(ACTOR, APPLICANT, "Dừng giải quyết"),
    "SupplementExpired": Step(ACTOR, APPLICANT, "Hết hạn bổ sung"),
}
ASKING: Final = "ConsultAsked"  # goes to several units at once
CONFIRMING: Final = "ReceiptConfirmed"  # the other half of a transfer
WAITING: Final = frozenset({"DossierTransferred"})  # taken only when it is confirmed


def control_slip(
    dossier: Dossier, *, until: int | None = None, at: datetime | None = None
) -> d.ControlSlip:
    """Form 06 as it stands at `at`, or stood with the entry `until` of the journal, then as of that
    entry. NoReceiptYet before reception.
    """
    if dossier.received_at is None or dossier.receiving_agency_id is None:
        raise NoReceiptYet(_("Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát."))
    entries = [
        entry for entry in audit.history_of(dossier.ref) if until is None or entry.id <= until
    ]
    moves = [entry for entry in entries if entry.kind.startswith(PREFIX)]
    at = at or max(entry.happened_at for entry in moves)
    tasks = list(Task.objects.filter(dossier=dossier).order_by("created_at", "id"))
    with override("vi"):
        head, _counter = head_of(dossier.receiving_agency_id, at=at, code=dossier.code or "")
        names = _Names.of(dossier, moves, tasks)
        clock = deadlines.clock_of(dossier.ref)
        judged = _judge(clock.calendar_id)
        asked = [entry for entry in moves if entry.kind == PREFIX + ASKING]
        consulted = dict.fromkeys(one for entry in asked for one in entry.facts["agencies"])
        return d.ControlSlip(
            head=head,
            applicant=declared(dossier.declared, "applicant") or d.Person(""),
            procedure=dossier.procedure_version.short_name,
            lead=names.agency(dossier.competent_agency_id),
            coordinating=tuple(names.agency(one) for one in consulted),
            received_at=dossier.received_at,
            due_at=clock.due_original,
            rows=_hand_overs(moves, tasks, names, judged),
            changes=tuple(
                _change(change.at, change.due_before, change.due_after, change.basis)
                for change in clock.changes
                if change.due_before is not None
            ),
            whole=_whole(dossier, judged, at=at),
        )


def _judge(calendar_id: int) -> Judge:
    """Trước hạn, Đúng hạn or Quá hạn by that calendar; nothing while it is open and in time."""
    calendar = deadlines.calendar_by_id(calendar_id).calendar

    def judged(due: datetime, completed_at: datetime | None, at: datetime) -> str:
        found = deadlines.judge(due=due, completed_at=completed_at, calendar=calendar, at=at)
        return VERDICTS.get(found.verdict, "")

    return judged


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of agencies and staff, read in two statements."""

    agencies: Mapping[int, str]
    staff: Mapping[int, str]
    applicant: str

    @classmethod
    def of(
        cls, dossier: Dossier, entries: Sequence[audit.Happening], tasks: Sequence[Task]
    ) -> _Names:
        keys = ("receiving", "competent", "from_agency", "to_agency")
        ids = {entry.facts.get(key) for entry in entries for key in keys}
        ids |= {one for entry in entries for one in entry.facts.get("agencies", ())}
        ids |= {entry.agency for entry in entries} | {task.agency_id for task in tasks}
        people = {entry.person for entry in entries if entry.actor_kind == "staff"}
        people |= {task.staff_id for task in tasks} | {task.done_by for task in tasks}
        people |= {entry.facts.get("staff") for entry in entries}
        day = day_of(entries[-1].happened_at)
        who = declared(dossier.declared, "applicant")
        return cls(
            agencies=units.agency_names([one for one in ids if one], day=day),
            staff=accounts.staff_names([one for one in people if one]),
            applicant=who.name if who else "",
        )

    def agency(self, id: int | None) -> str:
        return self.agencies.get(id or 0, "")

    def person(self, id: int | None) -> str:
        return self.staff.get(id or 0, "")


def _hand_overs(
    entries: Iterable[audit.Happening],
    tasks: Sequence[Task],
    names: _Names,
    judged: Judge,
) -> tuple[d.HandOver, ...]:
    rows: list[d.HandOver] = []
    open_row: int | None = None  # the transfer that is not confirmed yet
    for entry in entries:
        kind = entry.kind.removeprefix(PREFIX)
        if kind == CONFIRMING and open_row is not None:
            rows[open_row] = replace(
                rows[open_row],
                taken_at=entry.happened_at,
                receiver_name=names.person(entry.person),
            )
            open_row = None
        elif kind == ASKING:
            rows += _asked(entry, tasks, names)
        elif kind in STEPS:
            rows.append(_row(entry, STEPS[kind], tasks, names, judged))
            open_row = len(rows) - 1 if kind in WAITING else open_row
    return tuple(rows)


def _row(
    entry: audit.Happening,
    step: Step,
    tasks: Sequence[Task],
    names: _Names,
    judged: Judge,
) -> d.HandOver:
    at = entry.happened_at
    desk = next((task for task in reversed(tasks) if task.created_at == at), None) or next(
        iter(_leads(tasks, at=at)), None
    )
    by_staff = entry.actor_kind == "staff"
    actor = names.person(entry.person) if by_staff else ""
    giver, giver_name = _side(step.giver, entry, desk, names, actor=actor)
    receiver, receiver_name = _side(step.receiver, entry, desk, names, actor=actor)
    if step.receiver in (DESK, "to_agency") and desk is not None:
        receiver_name = names.person(desk.staff_id or desk.done_by)
    waits = entry.kind.removeprefix(PREFIX) in WAITING
    return d.HandOver(
        giver=giver,
        receiver=receiver,
        given_at=at,
        taken_at=None if waits else _taken_at(at, desk, step),
        giver_name=giver_name,
        receiver_name="" if waits else receiver_name,
        verdict=_verdict(entry, tasks, judged) if step.giver != APPLICANT else "",
        note=step.note,
    )


def _side(
    side: str, entry: audit.Happening, desk: Task | None, names: _Names, *, actor: str
) -> tuple[str, str]:
    """Unit and person of one side of a hand-over."""
    if side == APPLICANT:
        return CITIZEN, names.applicant
    if side == ACTOR:
        return names.agency(entry.agency) or names.agency(entry.facts.get("competent")), actor
    if side == DESK:
        agency = desk.agency_id if desk is not None else entry.facts.get("competent")
        return names.agency(agency), names.person(desk.staff_id) if desk is not None else ""
    agency = entry.facts.get(side)
    return names.agency(agency), actor if agency == entry.agency else ""


def _taken_at(at: datetime, desk: Task | None, step: Step) -> datetime | None:
    """When the other side had it: opened first, or done; people and counters have it at once."""
    if step.receiver in (APPLICANT, "receiving", ACTOR) or desk is None:
        return at
    return desk.opened_at or desk.done_at


def _asked(entry: audit.Happening, tasks: Sequence[Task], names: _Names) -> Iterable[d.HandOver]:
    """A question to several units: a row for each."""
    for agency in entry.facts["agencies"]:
        desk = next(
            (t for t in tasks if t.created_at == entry.happened_at and t.agency_id == agency), None
        )
        yield d.HandOver(
            giver=names.agency(entry.agency),
            receiver=names.agency(agency),
            given_at=entry.happened_at,
            taken_at=(desk.opened_at or desk.done_at) if desk is not None else None,
            giver_name=names.person(entry.person),
            receiver_name=names.person(desk.done_by) if desk is not None else "",
            note="Lấy ý kiến phối hợp",
        )


def _verdict(entry: audit.Happening, tasks: Sequence[Task], judged: Judge) -> str:
    """Whether who gave it on had kept to the time of the step: by the desk closed with it, or, in
    a transfer, by that of the sender, who keeps it until it is confirmed.
    """
    at = entry.happened_at
    timed = [task for task in tasks if task.due_at is not None]
    closed = [task for task in timed if task.done_at == at]
    desks = sorted(closed or _leads(timed, at=at), key=lambda task: task.agency_id != entry.agency)
    due = desks[0].due_at if desks else None
    return judged(due, at, at) if due is not None else ""


def _leads(tasks: Iterable[Task], *, at: datetime) -> list[Task]:
    """The desks it lay on then and still did afterwards."""
    return [
        task
        for task in tasks
        if task.role == TaskRole.LEAD
        and task.created_at < at
        and (task.done_at is None or task.done_at > at)
    ]


def _whole(dossier: Dossier, judged: Judge, *, at: datetime) -> str:
    """The judgement of the dossier; none for what ended without a result."""
    ended = dossier.closed_at is not None and dossier.completed_at is None
    if dossier.due_at is None or ended or dossier.is_paused:
        return ""
    return judged(dossier.due_at, dossier.completed_at, at)


def _change(at: datetime, before: datetime, after: datetime, basis: str) -> str:
    why = f" ({basis})" if basis else ""
    return (
        f"{local(at):%d/%m/%Y}: hạn trả từ {vietnamese.due_words(before)} chuyển sang"
        f" {vietnamese.due_words(after)}{why}"
    )
