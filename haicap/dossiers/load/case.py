"""One dossier while it is being told: its rows in memory, changed as the verbs change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from haicap.audit.load import PastEntry
from haicap.catalogue import public as catalogue
from haicap.deadlines.load import PastClock, dues_of
from haicap.dossiers import access
from haicap.dossiers.actions import tasks, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.flow import FINAL, FLOW
from haicap.dossiers.load.acts import Act
from haicap.dossiers.load.ledger import Ledger
from haicap.dossiers.load.samples import Samples
from haicap.dossiers.load.town import Town
from haicap.dossiers.models import (
    Dossier,
    DossierSearch,
    Opinion,
    OtherCode,
    Request,
    Task,
    TaskRole,
)
from haicap.files import load as files_load
from haicap.files.load import PastUse
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.flow import MoveRefused
from haicap.payments.load import PastDemand
from haicap.registers.load import PastNumber


class NotTold(Exception):
    """A planned act that the verbs would refuse: the plan is wrong."""


class Case:
    """The rows of one dossier."""

    def __init__(
        self, number: int, procedure: str, *, town: Town, ledger: Ledger, samples: Samples
    ) -> None:
        self.number, self.procedure = number, procedure
        self.town, self.ledger, self.samples = town, ledger, samples
        self.made: Dossier | None = None
        self.search: DossierSearch | None = None
        self.tasks: list[Task] = []
        self.requests: list[Request] = []
        self.opinions: list[Opinion] = []
        self.other_codes: list[OtherCode] = []
        self.uses: dict[UUID, PastUse] = {}
        self.numbers: list[PastNumber] = []
        self.clock: PastClock | None = None
        self.demand: PastDemand | None = None

    @property
    def dossier(self) -> Dossier:
        if self.made is None:
            raise NotTold("no dossier was begun")
        return self.made

    def begin_dossier(
        self, rules: catalogue.VersionRules, *, channel: str, applicant_id: int, at: datetime
    ) -> Dossier:
        """The row with which every dossier begins."""
        dossier: Dossier = self.ledger.row(
            Dossier,
            procedure_id=rules.procedure_id,
            procedure_version_id=rules.version_id,
            form_version_id=rules.form_version_id,
            channel=channel,
            applicant_id=applicant_id,
            owner_id=applicant_id,
            created_at=at,
        )
        dossier.procedure = self.town.procedures[rules.code]
        self.made = dossier
        return dossier

    def close(self) -> bool:
        """No more is to be told. Returns whether the ledger wrote."""
        rows = [self.dossier, self.search, *self.tasks, *self.other_codes, *self.requests,
                *self.opinions]  # fmt: skip
        return self.ledger.close(
            [row for row in rows if row is not None],
            uses=self.uses.values(),
            clock=self.clock,
            numbers=self.numbers,
            demand=self.demand,
        )

    # --- journal and files ----------------------------------------------------------------------

    def enter(self, fact: object, *, subject: str, by: Actor, at: datetime) -> None:
        """audit.record."""
        self.ledger.enter(PastEntry(fact, subject, by, at))

    def attach(self, slots: Mapping[UUID, str], *, by: Actor, at: datetime) -> None:
        """files.attach."""
        if not slots:
            return
        for file_id, slot in slots.items():
            self.uses[file_id].ref, self.uses[file_id].slot = self.dossier.ref, slot
        fact = files_load.attached(self.uses[file_id] for file_id in slots)
        self.enter(fact, subject=self.dossier.ref, by=by, at=at)

    def attached_slots(self) -> list[str]:
        """The slots of the files that lie with the dossier."""
        ref = self.dossier.ref
        return [use.slot for use in self.uses.values() if use.ref == ref]

    # --- tasks ----------------------------------------------------------------------------------

    def open_task(
        self,
        *,
        step: str,
        duty: Duty | str,
        agency_id: int,
        at: datetime,
        due_at: datetime | None,
        role: TaskRole = TaskRole.LEAD,
        position: int = 0,
        post_id: int | None = None,
        staff_id: int | None = None,
    ) -> Task:
        """tasks.open_task."""
        task: Task = self.ledger.row(
            Task,
            dossier_id=self.dossier.pk,
            step=step,
            position=position,
            role=role,
            duty=duty,
            agency_id=agency_id,
            post_id=post_id,
            staff_id=staff_id,
            created_at=at,
            due_at=due_at,
        )
        self.tasks.append(task)
        return task

    def close_open(
        self, *, outcome: str, by: Actor, at: datetime, role: TaskRole | None = None
    ) -> None:
        """tasks.close_open."""
        for task in self.tasks:
            if task.done_at is None and role in (None, task.role):
                close_task(task, outcome=outcome, by=by, at=at)

    def put_on_desk(
        self,
        step: catalogue.StepView,
        *,
        move: Moving,
        agency_id: int | None = None,
        post_id: int | None = None,
        staff_id: int | None = None,
    ) -> Task:
        """walking.put_on_desk."""
        if agency_id is None:
            desk = self.town.desk(
                place=step.place,
                duty=Duty(step.duty),
                receiving_id=move.receiving(),
                competent_id=move.competent(),
            )
            if desk is None:
                raise NotTold(f"nobody at {step.place}")
            agency_id = desk.agency_id
        return self.open_task(
            step=step.step,
            position=step.position,
            duty=Duty(step.duty),
            agency_id=agency_id,
            at=move.at,
            due_at=tasks.within_minutes(
                walking.minutes_at(self.route(), step),
                dossier=self.dossier,
                at=move.at,
                calendar_at=self.town.calendar_at,
            ),
            post_id=post_id,
            staff_id=staff_id,
        )

    def route(self) -> list[catalogue.StepView]:
        """walking.route_of."""
        return self.town.route(self.dossier.procedure_version_id, self.dossier.deadline_rule_id)

    # --- numbers and clocks ---------------------------------------------------------------------

    def due(self) -> datetime:
        """The due time of the clock now."""
        if self.clock is None:
            raise NotTold("no clock runs")
        return dues_of(self.clock)[-1]

    def pinned(self) -> catalogue.VersionRules:
        """The rules in force on the day of reception, which the dossier is pinned to."""
        dossier = self.dossier
        if dossier.received_at is None:
            raise NotTold("the dossier is not received")
        return self.town.rules(dossier.procedure.code, day_of(dossier.received_at))

    # --- moves ----------------------------------------------------------------------------------

    def begin(self, act: Act) -> Telling:
        """moving.begin: the move with whoever makes it, by the rules of access and flow."""
        dossier = self.dossier
        desks = access.desks_among(self.tasks)
        by = access.permitted(act.by, act.move, dossier, desks=desks)
        if by is None:
            raise NotTold(f"{act.move} is not theirs: {self.number}")
        try:
            after = FLOW.target(state=dossier.state, move=act.move, previous=dossier.state)
        except MoveRefused as refused:
            raise NotTold(f"{act.move} in {dossier.state}: {self.number}") from refused
        return Telling(
            dossier=dossier,
            desks=desks,
            move=act.move,
            by=by,
            at=act.at,
            recorded_at=None,
            before=dossier.state,
            after=after,
            case=self,
        )


def close_task(task: Task, *, outcome: str, by: Actor, at: datetime) -> None:
    """tasks.close_task."""
    task.done_at, task.outcome = at, outcome
    task.done_by = by.person if by.is_staff else None


@dataclass(slots=True)
class Telling(Moving):
    """A move that writes into a case instead of the database."""

    case: Case

    def record(self, fact: Any) -> int:
        """The fact, with the reactions it does not owe any more."""
        self.case.enter(fact, subject=self.dossier.ref, by=self.by, at=self.at)
        return 0

    def opinion(self, words: str) -> Opinion:
        """As Moving.opinion."""
        opinion: Opinion = self.case.ledger.row(
            Opinion,
            dossier_id=self.dossier.pk,
            move=self.move,
            text=words,
            at=self.at,
            staff=self.by.person if self.by.is_staff else None,
        )
        self.case.opinions.append(opinion)
        return opinion

    def save(self, *fields: str) -> Dossier:
        """As Moving.save."""
        dossier = self.dossier
        dossier.state = self.after
        dossier.version += 1
        if self.after in FINAL and dossier.closed_at is None:
            dossier.closed_at = self.at
        return dossier

    def on_behalf(self, party_id: int) -> None:
        """The rest of the move is made for somebody else."""
        self.by = replace(self.by, on_behalf_of=party_id)
