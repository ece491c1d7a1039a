"""Lists of the catalogue: the search with its filters, the trades, the gaps to be filled."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from haicap.catalogue import search
from haicap.catalogue.facts import (
    FoundPage,
    FoundProcedure,
    Gap,
    in_language,
    shown_code,
    stated_limits,
)
from haicap.catalogue.models import DeadlineRule, Field, ProcedureVersion
from haicap.catalogue.queries import OWN_SYSTEM
from haicap.kernel.vietnamese import sort_key


def search_procedures(
    q: str = "",
    *,
    day: date,
    field: str | None = None,
    level: str | None = None,
    limit: int = 20,
    offset: int = 0,
    typing: bool = False,
) -> FoundPage:
    """Procedures in force on `day` that answer `q` (all of them, when it is empty), best first.

    `field` is the code of a trade, `level` commune or city; `offset` is `next` of the page before.
    """
    found = _in_force(day, field=field, level=level)
    if q.strip():
        order = {hit.procedure_id: n for n, hit in enumerate(search.find(q, typing=typing))}
        rows = sorted(
            found.filter(procedure_id__in=order), key=lambda version: order[version.procedure_id]
        )[offset : offset + limit + 1]
    else:
        ordered = found.order_by("-is_complete", "-of_commune", "procedure__code")
        rows = list(ordered[offset : offset + limit + 1])
    more = len(rows) > limit
    return FoundPage(
        items=tuple(_found(version) for version in rows[:limit]),
        next=offset + limit if more else None,
    )


def _in_force(day: date, *, field: str | None, level: str | None) -> QuerySet[Any, Any]:
    rules = DeadlineRule.objects.filter(procedure_id=OuterRef("procedure_id"), period__contains=day)
    found = (
        ProcedureVersion.objects.select_related("procedure", "field")
        .filter(period__contains=day)
        .annotate(
            has_deadline=Exists(rules),
            of_commune=Q(levels__contains=["Cấp xã"]),
        )
    )
    if field:
        found = found.filter(field__code=field)
    if level == "commune":
        found = found.filter(levels__contains=["Cấp xã"])
    elif level == "city":
        found = found.exclude(levels__contains=["Cấp xã"])
    return found


def _found(version: ProcedureVersion) -> FoundProcedure:
    ready = bool(getattr(version, "has_deadline", False)) and version.status_owner == OWN_SYSTEM
    stated = stated_limits(version.source_rule.get("channels", ()))
    return FoundProcedure(
        code=version.procedure.code,
        shown_code=shown_code(version.procedure.code),
        name=version.name,
        short_name=version.short_name,
        name_en=version.name_en,
        purpose_vi=version.purpose_vi,
        purpose_en=version.purpose_en,
        field_code=version.field.code,
        field_vi=version.field.name_vi,
        field_en=version.field.name_en,
        levels=tuple(version.levels),
        authority=version.authority,
        online_level=version.online_level,
        is_complete=version.is_complete,
        open_for_submission=ready,
        limit=stated[0] if len(stated) == 1 and ready else "",
    )


def fields_in_use(*, day: date) -> list[tuple[str, str]]:
    """(code, name) of the trades that have a procedure in force, for the filter."""
    used = ProcedureVersion.objects.filter(field=OuterRef("pk"), period__contains=day)
    named = [
        (field.code, in_language(field.name_vi, field.name_en))
        for field in Field.objects.filter(Exists(used)).order_by("code")
    ]
    return sorted(named, key=lambda pair: sort_key(pair[1]))


def gaps(
    *, day: date, q: str = "", offset: int = 0, limit: int = 30
) -> tuple[list[Gap], int | None]:
    """Procedures without a time limit, the commune's first, and where the next ones begin."""
    found = _in_force(day, field=None, level=None).filter(has_deadline=False)
    if q.strip():
        found = found.filter(procedure_id__in=[hit.procedure_id for hit in search.find(q)])
    rows = list(found.order_by("-of_commune", "field__name_vi", "pk")[offset : offset + limit + 1])
    return [
        Gap(
            code=version.procedure.code,
            shown_code=shown_code(version.procedure.code),
            name=version.short_name,
            field=version.field.name_vi,
            stated=stated_limits(version.source_rule.get("channels", ())),
            time_known=str(version.source_rule.get("time_known", "")),
        )
        for version in rows[:limit]
    ], offset + limit if len(rows) > limit else None
