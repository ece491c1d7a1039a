"""Registers too long to be waited for: asked for, then printed in parts by the worker."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.events import RegisterAsked
from haicap.dossiers.models import RegisterPrint
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
    by = accounts.actor_of(
        staff_id=row.asked_by, post_id=row.asked_post, at=row.asked_at, source="job"
    )
    asked = register.Asked(row.agency_id, row.since, row.until, row.procedure, row.standing)
    found = register.lines(asked, by=by, at=row.asked_at)
    # As many as were counted when it was asked for: a dossier received since is in the next one.
    parts = max(1, -(-row.total // register.PART))
    kept = {use.slot for use in files.uses_of([row.ref])[row.ref]}
    for part in range(1, parts + 1):
        if f"part:{part:03}" in kept:
            continue
        first, last = (part - 1) * register.PART, min(part * register.PART, row.total)
        paper = register.register(
            asked,
            register.rows_of(found[first:last], at=row.asked_at),
            total=row.total,
            part=part,
            parts=parts,
            at=row.asked_at,
        )
        _keep_part(row, set_paper(paper), file_name(paper), part=part, done=last, at=at)
    RegisterPrint.objects.filter(pk=row.pk, finished_at__isnull=True).update(finished_at=at)


@transaction.atomic
def _keep_part(
    row: RegisterPrint, content: bytes, name: str, *, part: int, done: int, at: datetime
) -> None:
    files.keep_bytes(
        content=content, name=name, ref=row.ref, slot=f"part:{part:03}", by=system("papers"), at=at
    )
    RegisterPrint.objects.filter(pk=row.pk).update(done=done)
