"""Registers too long to be waited for: asked for, then printed in parts by the worker."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.events import RegisterAsked
from haicap.dossiers.models import Dossier, RegisterPrint
from haicap.dossiers.slips import register
from haicap.dossiers.slips.layouts import file_name, set_paper
from haicap.files import public as files
from haicap.kernel.actor import Actor, system


@transaction.atomic
def ask_print(*, asked: register.Asked, by: Actor, at: datetime) -> RegisterPrint:
    """A register is to be printed for who asks; that they may read it, the caller has seen to."""
    if by.person is None or by.post is None:
        raise LookupError("a register is asked for in a post")
    row = RegisterPrint.objects.create(
        agency_id=asked.agency_id,
        since=asked.since,
        until=asked.until,
        procedure=asked.procedure,
        standing=asked.standing,
        asked_at=at,
        asked_by=by.person,
        asked_post=by.post,
        total=register.lines(asked, by=by, at=at).count(),
    )
    fact = RegisterAsked(print_id=row.pk, agency=asked.agency_id, rows=row.total)
    audit.record(fact, subject=row.ref, by=by, at=at)
    return row


def print_register(*, print_id: int, at: datetime) -> None:
    """Print the parts that are not there yet, each kept as soon as it is done. Safe to repeat."""
    row = RegisterPrint.objects.get(pk=print_id)
    parts = max(1, -(-row.total // register.PART))
    kept = {use.slot for use in files.uses_of([row.ref])[row.ref]}
    for part in range(1, parts + 1):
        if _slot(part) in kept:
            continue
        paper = register.register(
            _asked(row),
            register.rows_of(lines_of(row, slot=_slot(part)), at=row.asked_at),
            total=row.total,
            part=part,
            parts=parts,
            at=row.asked_at,
        )
        done = min(part * register.PART, row.total)
        _keep_part(row, set_paper(paper), file_name(paper), part=part, done=done, at=at)
    RegisterPrint.objects.filter(pk=row.pk, finished_at__isnull=True).update(finished_at=at)


def lines_of(row: RegisterPrint, *, slot: str) -> QuerySet[Dossier]:
    """The dossiers of a part, as who asked for it sees them.

    As many as were counted then: what was received since is in the next register.
    """
    by = accounts.actor_of(
        staff_id=row.asked_by, post_id=row.asked_post, at=row.asked_at, source="job"
    )
    part = int(slot.partition(":")[2] or 1)
    first, last = (part - 1) * register.PART, min(part * register.PART, row.total)
    return register.lines(_asked(row), by=by, at=row.asked_at)[first:last]


def _asked(row: RegisterPrint) -> register.Asked:
    return register.Asked(row.agency_id, row.since, row.until, row.procedure, row.standing)


def _slot(part: int) -> str:
    return f"part:{part:03}"


@transaction.atomic
def _keep_part(
    row: RegisterPrint, content: bytes, name: str, *, part: int, done: int, at: datetime
) -> None:
    files.keep_bytes(
        content=content, name=name, ref=row.ref, slot=_slot(part), by=system("papers"), at=at
    )
    RegisterPrint.objects.filter(pk=row.pk).update(done=done)
