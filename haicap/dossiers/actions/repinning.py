"""Running dossiers follow another version of their procedure: only by this verb, with a reason, and
back again.

The route and the template of the result change. Time limit, clock, fee and form stay those of the
reception: no due time moves by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers.events import DossierRepinned, DossiersRepinned
from haicap.dossiers.models import Dossier, Repinning, Task
from haicap.dossiers.queries.repinning import Fit, fits, running, target_of
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.errors import Invalid, Missing, NotAllowed, Refusal
from haicap.kernel.vietnamese import clean

LONGEST_REASON = 1000


class NothingToMove(Refusal):
    """No dossier can be moved, or moved back."""


class AlreadyUndone(Refusal):
    """The move was undone before."""


@transaction.atomic
def repin(
    *,
    code: str,
    number: int,
    reason: str,
    codes: Collection[str] | None = None,
    by: Actor,
    at: datetime,
) -> Repinning:
    """Move the running dossiers of procedure `code` (those of `codes`) to version `number`, as many
    as lie at a desk the new way has. Invalid without a reason; NothingToMove.
    """
    by, staff = _controller(by, code)
    words = clean(reason, multiline=True)
    if not 5 <= len(words) <= LONGEST_REASON:
        raise Invalid({"reason": _("Cần ghi lý do, từ 5 đến 1.000 chữ cái.")})
    target = target_of(code, number)
    dossiers = running(target, codes=codes, lock=True)
    found = fits(dossiers, {dossier.pk: target.pk for dossier in dossiers})
    going = [one for one in found if not one.reason]
    if not going:
        raise NothingToMove(_("Không có hồ sơ nào chuyển được sang phiên bản này."))
    batch = Repinning.objects.create(
        procedure_id=target.procedure_id,
        target=target,
        reason=words,
        moved=[[one.dossier_id, one.version_id] for one in going],
        at=at,
        staff_id=staff,
    )
    _put(going, {one.dossier_id: target.pk for one in going})
    moves = [(one.dossier_id, one.version_id, target.pk) for one in going]
    _tell(batch, moves, left=len(found) - len(going), undone=False, by=by, at=at)
    return batch


@transaction.atomic
def undo_repin(*, code: str, batch_id: int, by: Actor, at: datetime) -> int:
    """Move back what was moved and is not decided yet; how many went back. Missing; AlreadyUndone;
    NothingToMove.
    """
    batch = (
        Repinning.objects.select_for_update(of=("self",))
        .select_related("target__procedure")
        .filter(pk=batch_id, procedure__code=code)
        .first()
    )
    if batch is None:
        raise Missing(_("Không có lần chuyển này."))
    by, staff = _controller(by, code)
    if batch.undone_at is not None:
        raise AlreadyUndone(_("Lần chuyển này đã được hoàn lại."))
    before: dict[int, int] = dict(batch.moved)
    dossiers = [
        dossier
        for dossier in running(batch.target, ids=list(before), lock=True)
        if dossier.procedure_version_id == batch.target_id
    ]
    going = [one for one in fits(dossiers, before) if not one.reason]
    if not going:
        raise NothingToMove(_("Không còn hồ sơ nào hoàn lại được: các hồ sơ đã đi tiếp."))
    _put(going, before)
    batch.undone_at, batch.undone_by_id = at, staff
    batch.save(update_fields=["undone_at", "undone_by"])
    moves = [(one.dossier_id, batch.target_id, before[one.dossier_id]) for one in going]
    _tell(batch, moves, left=len(before) - len(going), undone=True, by=by, at=at)
    return len(going)


def _controller(by: Actor, code: str) -> tuple[Actor, int]:
    """Who acts with the duty, and the id of the person. NotAllowed for everybody else."""
    grant = by.grant_for(Duty.CATALOGUE, procedure=code)
    if grant is None or by.person is None:
        raise NotAllowed(_("Chỉ người kiểm soát thủ tục hành chính chuyển hồ sơ sang bản khác."))
    return by.acting(grant), by.person


def _put(going: Sequence[Fit], versions: Mapping[int, int]) -> None:
    """The dossiers under their versions, their desks at the positions of the new way."""
    by_version: dict[int, list[int]] = {}
    by_places: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for one in going:
        by_version.setdefault(versions[one.dossier_id], []).append(one.dossier_id)
        by_places.setdefault(one.places, []).append(one.dossier_id)
    for version, ids in by_version.items():
        Dossier.objects.filter(pk__in=ids).update(procedure_version=version)
    for places, ids in by_places.items():
        changed = [When(position=old, then=Value(new)) for old, new in places if old != new]
        if changed:
            Task.objects.filter(dossier__in=ids).update(
                position=Case(*changed, default=F("position"))
            )


def _tell(
    batch: Repinning,
    moves: Sequence[tuple[int, int, int]],
    *,
    left: int,
    undone: bool,
    by: Actor,
    at: datetime,
) -> None:
    facts: list[tuple[object, str]] = [
        (
            DossierRepinned(batch=batch.pk, from_version=version, to_version=target, undone=undone),
            f"dossiers.Dossier:{dossier}",
        )
        for dossier, version, target in moves
    ]
    whole = DossiersRepinned(
        batch=batch.pk,
        procedure=batch.target.procedure.code,
        to_version=batch.target_id,
        moved=len(moves),
        left=left,
        undone=undone,
    )
    audit.record_many([*facts, (whole, batch.ref)], by=by, at=at)
