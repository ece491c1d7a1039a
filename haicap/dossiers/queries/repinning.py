"""Which running dossiers could follow another version of their procedure, and why some not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.dossiers.flow import UNDECIDED
from haicap.dossiers.models import Dossier, Repinning, Task
from haicap.kernel.errors import Missing

MOST: Final = 2000
Route = Sequence[catalogue.StepView]


@dataclass(frozen=True, slots=True)
class Fit:
    """One running dossier. `places` maps positions of its desks to those of the new way; `reason`
    says why it stays where it is, empty when it may go.
    """

    dossier_id: int
    code: str
    state: str
    version_id: int
    number: int
    competent_id: int | None
    places: tuple[tuple[int, int], ...]
    reason: str


def target_of(code: str, number: int) -> catalogue.ProcedureVersion:
    """The version to move to. Missing."""
    found = (
        catalogue.ProcedureVersion.objects.select_related("procedure")
        .filter(procedure__code=code, number=number)
        .first()
    )
    if found is None:
        raise Missing(_("Không có phiên bản này."))
    return found


def running(
    target: catalogue.ProcedureVersion,
    *,
    codes: Collection[str] | None = None,
    ids: Collection[int] | None = None,
    lock: bool = False,
) -> list[Dossier]:
    """Dossiers received and not decided yet, of the same procedure under another version."""
    rows = Dossier.objects.filter(procedure_id=target.procedure_id, state__in=UNDECIDED)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    else:
        rows = rows.exclude(procedure_version_id=target.pk)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return list(rows.order_by("pk")[:MOST])


def fits(dossiers: Sequence[Dossier], target_of_each: Mapping[int, int]) -> list[Fit]:
    """Whether each dossier can follow the version named for it: every desk of the route on which it
    lies or lay must be on the new way too.
    """
    stood = _positions(dossier.pk for dossier in dossiers)
    versions = {dossier.procedure_version_id for dossier in dossiers}
    numbers = dict(
        catalogue.ProcedureVersion.objects.filter(pk__in=versions).values_list("pk", "number")
    )
    routes: dict[tuple[int, int | None], Route] = {}

    def way(version: int, rule: int | None) -> Route:
        if (version, rule) not in routes:
            routes[version, rule] = catalogue.route_for(version, rule)
        return routes[version, rule]

    found = []
    for dossier in dossiers:
        before = way(dossier.procedure_version_id, dossier.deadline_rule_id)
        after = way(target_of_each[dossier.pk], dossier.deadline_rule_id)
        places, gone = _mapped(stood.get(dossier.pk, ()), before, after)
        words = _("Đã ở bước “%(step)s”: bản kia không có bước này.")
        found.append(
            Fit(
                dossier_id=dossier.pk,
                code=dossier.code or "",
                state=dossier.state,
                version_id=dossier.procedure_version_id,
                number=numbers[dossier.procedure_version_id],
                competent_id=dossier.competent_agency_id,
                places=places,
                reason=words % {"step": gone} if gone else "",
            )
        )
    return found


def _positions(ids: Iterable[int]) -> dict[int, list[int]]:
    """The positions on the route at which each dossier lies or lay; desks off the route have 0."""
    rows = Task.objects.filter(dossier__in=list(ids), position__gt=0).order_by()
    found: dict[int, list[int]] = {}
    for dossier, position in rows.values_list("dossier_id", "position").distinct():
        found.setdefault(dossier, []).append(position)
    return found


def _mapped(
    stood: Iterable[int], before: Route, after: Route
) -> tuple[tuple[tuple[int, int], ...], str]:
    """Old positions with the new ones of the same desks, and the name of a desk that is gone."""
    known = {step.position: step for step in before}
    there = {(step.step, step.duty): step.position for step in after}
    places = []
    for position in sorted(stood):
        step = known.get(position)
        new = there.get((step.step, step.duty)) if step else None
        if new is None:
            return (), step.name if step else str(position)
        places.append((position, new))
    return tuple(places), ""


def batches_of(code: str) -> list[Repinning]:
    """Earlier moves of this procedure's dossiers, the latest first."""
    rows = Repinning.objects.select_related("target", "staff").filter(procedure__code=code)
    return list(rows.order_by("-pk")[:20])
