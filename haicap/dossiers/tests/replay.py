"""Planned lives carried out by the real verbs, and tables laid side by side."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from haicap.accounts import public as accounts
from haicap.dossiers import actions
from haicap.dossiers.filing import Filing, PaperIn
from haicap.dossiers.load import acts
from haicap.dossiers.load.acts import Act, Sent
from haicap.dossiers.load.case import Case
from haicap.dossiers.load.samples import Samples
from haicap.dossiers.models import Dossier
from haicap.files import public as files
from haicap.files.store import store
from haicap.kernel.actor import Actor

# Every table a verb may write to; rows of the others must not change at all.
TABLES = (
    "dossiers.Dossier", "dossiers.DossierSearch", "dossiers.Task", "dossiers.OtherCode",
    "dossiers.Request", "dossiers.Opinion", "dossiers.Repeat", "audit.Entry", "files.Use",
    "deadlines.Clock", "deadlines.Pause", "deadlines.DueChange", "registers.Book",
    "registers.Number", "registers.Counter", "parties.Party", "parties.PartyIdentifier",
    "parties.Address", "notify.Message", "payments.Demand", "payments.Movement",
)  # fmt: skip
_REF = re.compile(r"([a-z]+\.[A-Z][A-Za-z]+):(\d+)")
# Facts that name rows, by the table they name.
_NAMED_IN_FACTS = {
    "task": "dossiers.Task",
    "request": "dossiers.Request",
    "opinion": "dossiers.Opinion",
    "movement": "payments.Movement",
}


@dataclass
class Replay:
    """Carries out acts; remembers which dossier and which file is which."""

    samples: Samples
    dossiers: dict[int, int] = field(default_factory=dict)
    files: dict[UUID, UUID] = field(default_factory=dict)
    actors: dict[tuple[Any, ...], Actor] = field(default_factory=dict)

    def carry_out(self, case: Case, act: Act) -> None:
        """One act by the verb it stands for."""
        by = self._actor(act.by, act)
        if act.move == acts.KEEP:
            self._keep(case, act.values["sent"], act, by)
        elif act.move == acts.START:
            dossier = actions.start_draft(**act.values, by=by, at=act.at)
            self.dossiers[case.number] = dossier.pk
        elif act.move == acts.SAVE:
            actions.save_draft(
                dossier_id=self.dossiers[case.number], **act.values, by=by, at=act.at
            )
        elif act.move in (acts.HAND_IN, acts.AT_COUNTER):
            verb = actions.hand_in if act.move == acts.HAND_IN else actions.receive_at_counter
            dossier = verb(filing=self._filing(act), by=by, at=act.at)
            self.dossiers[case.number] = dossier.pk
        else:
            values = {} if act.move == "submit" else self._values(act.values)
            actions.make_move(
                dossier_id=self.dossiers[case.number],
                move=act.move,
                values=values,
                by=by,
                at=act.at,
            )

    def _actor(self, planned: Actor, act: Act) -> Actor:
        """The same person as the session would have them, with their real duties."""
        key = (planned.kind, planned.person, planned.post, planned.identity_level)
        if key not in self.actors:
            assert planned.person is not None
            self.actors[key] = (
                accounts.actor_of(staff_id=planned.person, post_id=planned.post, at=act.at)
                if planned.is_staff
                else accounts.citizen_actor(
                    party_id=planned.person, level=planned.identity_level, at=act.at
                )
            )
        return self.actors[key]

    def _keep(self, case: Case, sent: Sent, act: Act, by: Actor) -> None:
        sha256 = self.samples.result(case.procedure) if sent.result else self.samples.paper
        use = files.keep(
            stream=io.BytesIO(b"".join(store().open(sha256))),
            name=sent.name,
            ref="" if sent.staged else f"dossiers.Dossier:{self.dossiers[case.number]}",
            slot=sent.slot,
            by=by,
            at=act.at,
        )
        self.files[sent.file_id] = use.id

    def _filing(self, act: Act) -> Filing:
        assert act.filing is not None
        return replace(act.filing, papers=self._papers(act.filing.papers))

    def _papers(self, papers: Iterable[PaperIn]) -> list[PaperIn]:
        return [
            replace(one, file_id=self.files[one.file_id]) if one.file_id else one for one in papers
        ]

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(values)
        if "papers" in found:
            found["papers"] = self._papers(found["papers"])
        if "file_id" in found:
            found["file_id"] = self.files[found["file_id"]]
        return found


# --- side by side ---------------------------------------------------------------------------------


@dataclass
class Pages:
    """All rows of TABLES with ids told by their order, so that two passages can be compared."""

    rows: dict[str, list[dict[str, Any]]]

    @classmethod
    def read(cls) -> Pages:
        """As the database has them now."""
        raw = {name: _rows(name) for name in TABLES}
        order = {
            name: {row["id"]: place for place, row in enumerate(rows)}
            for name, rows in raw.items()
            if rows and isinstance(rows[0].get("id"), int)
        }
        known = _Known(order, _file_order(raw["audit.Entry"]))
        return cls({name: known.told(name, rows) for name, rows in raw.items()})


def _rows(name: str) -> list[dict[str, Any]]:
    """Rows by id; those whose ids are given late by the dossier they are about and by time."""
    rows = list(apps.get_model(name)._default_manager.order_by("pk").values())
    if name == "deadlines.Clock":
        rows.sort(key=lambda row: int(row["ref"].rpartition(":")[2]))
    return rows


def _by_clock(name: str, rows: list[dict[str, Any]]) -> None:
    """Pauses and changes of due times, with clocks told by their order already."""
    if name == "deadlines.Pause":
        rows.sort(key=lambda row: (row["clock_id"], row["begins_at"]))
    if name == "deadlines.DueChange":
        rows.sort(key=lambda row: (row["clock_id"], row["at"]))
    if name in ("deadlines.Pause", "deadlines.DueChange"):
        for row in rows:
            row["id"] = row["pause_id"] = None


def _file_order(entries: list[dict[str, Any]]) -> dict[str, int]:
    """Files by when they were kept."""
    kept = [row["facts"]["use_id"] for row in entries if row["kind"] == "files.FileKept"]
    return {use_id: place for place, use_id in enumerate(kept)}


@dataclass
class _Known:
    order: dict[str, dict[int, int]]
    files: dict[str, int]

    def told(self, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of a table without anything that differs from one passage to another."""
        told = [
            {column: self._value(name, column, value) for column, value in row.items()}
            for row in rows
        ]
        _by_clock(name, told)
        if name == "files.Use":
            told.sort(key=lambda row: int(row["id"]))
        return told

    def _value(self, name: str, column: str, value: Any) -> Any:
        if column == "uuid":
            return "one of its own"
        if isinstance(value, UUID):
            return self.files[str(value)]
        if isinstance(value, str):
            return _REF.sub(self._ref, value)
        if isinstance(value, dict) and column == "facts":
            return {key: self._fact(key, inner) for key, inner in value.items()}
        table = {
            "id": name,
            "dossier_id": "dossiers.Dossier",
            "book_id": "registers.Book",
            "clock_id": "deadlines.Clock",
            "demand_id": "payments.Demand",
        }.get(column)
        if table in self.order and isinstance(value, int):
            return self.order[table][value]
        return value

    def _ref(self, found: re.Match[str]) -> str:
        table, id = found[1], int(found[2])
        return f"{table}:{self.order.get(table, {}).get(id, id)}"

    def _fact(self, key: str, value: Any) -> Any:
        if key in _NAMED_IN_FACTS and value is not None:
            return self.order[_NAMED_IN_FACTS[key]][value]
        if key in ("use_id", "file"):
            return self.files[value]
        if key == "use_ids":
            return [self.files[one] for one in value]
        return value


def differences(told: Pages, done: Pages, *, most: int = 20) -> list[str]:
    """Sentences about every column that differs."""
    found: list[str] = []
    for name in TABLES:
        ours, theirs = told.rows[name], done.rows[name]
        if len(ours) != len(theirs):
            found.append(f"{name}: {len(ours)} rows loaded, {len(theirs)} by the verbs")
        for place, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            found += [
                f"{name}[{place}].{column}: {one[column]!r} loaded, {other[column]!r} by the verbs"
                for column in one
                if one[column] != other[column]
            ]
    return found[:most]


def broken_rules() -> list[str]:
    """What must hold of dossiers however they came: a sentence for each that does not."""
    return [
        sentence
        for sentence, statement in _RULES.items()
        if _one(f"select count(*) from ({statement}) broken")
    ]


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


_RULES = {
    "an open dossier has one open lead task": """
        select d.id from dossiers_dossier d left join dossiers_task t
            on t.dossier_id = d.id and t.role = 'lead' and t.done_at is null
        where d.state not in ('DRAFT', 'INTAKE_REFUSED', 'CANCELLED', 'RETURNED')
        group by d.id having count(t.id) <> 1""",
    "a closed dossier has no open task": """
        select t.id from dossiers_task t join dossiers_dossier d on d.id = t.dossier_id
        where d.state in ('INTAKE_REFUSED', 'CANCELLED', 'RETURNED') and t.done_at is null""",
    "a book has every number from its start to its last": """
        select b.id from registers_book b left join registers_number n on n.book_id = b.id
        group by b.id having count(n.id) <> b.last - b.start + 1
            or coalesce(min(n.value), b.start) <> b.start
            or coalesce(max(n.value), b.last) <> b.last""",
    "numbers of a book rise with time": """
        select 1 from (select day, lag(day) over (partition by book_id order by value) before
            from registers_number) n where n.before > n.day""",
    "a counter stands where its codes ended": """
        select d.code from dossiers_dossier d where d.code is not null
        group by d.code having count(*) > 1""",
    "a paused dossier has a clock that stands still": """
        select d.id from dossiers_dossier d join deadlines_clock c
            on c.ref = 'dossiers.Dossier:' || d.id
        where d.is_paused <> (c.paused_since is not null)
            or (d.completed_at is distinct from c.finished_at)
            or (d.due_at <> c.due_current)""",
    "a received dossier has one clock": """
        select d.id from dossiers_dossier d left join deadlines_clock c
            on c.ref = 'dossiers.Dossier:' || d.id
        group by d.id, d.received_at having count(c.id) <> (d.received_at is not null)::int""",
    "the due time moved only by its changes": """
        select c.id from deadlines_clock c join deadlines_duechange h on h.clock_id = c.id
        group by c.id, c.due_original, c.due_current
        having (array_agg(h.due_after order by h.id))[1] <> c.due_original
            or (array_agg(h.due_after order by h.id desc))[1] <> c.due_current""",
    "the journal tells of the state in which it is": """
        select d.id from dossiers_dossier d join lateral (
            select e.facts from audit_entry e where e.subject = 'dossiers.Dossier:' || d.id
                and e.facts ? 'to_state' order by e.id desc limit 1) e on true
        where e.facts ->> 'to_state' <> d.state or (e.facts ->> 'version')::int <> d.version""",
    "nothing lies in the future": """
        select 1 from dossiers_dossier where greatest(submitted_at, received_at, completed_at,
            returned_at, closed_at) > now() + interval '2 years'""",
}


def dossiers_at(numbers: Mapping[int, int]) -> dict[int, Dossier]:
    """The dossiers of these plans."""
    found = Dossier.objects.in_bulk(numbers.values())
    return {number: found[pk] for number, pk in numbers.items()}
