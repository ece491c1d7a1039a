"""The city's board: the map first, then what needs somebody, then the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers import board as figures
from haicap.dossiers import queries
from haicap.dossiers.flow import State
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.units import public as units

SEES_THE_CITY = (Duty.OBSERVE, Duty.DECIDE, Duty.COORDINATE)
MOST_PRESSING = 6
# A figure of the board: its words, and which dossiers stand behind it (`show` of the drill-down).
FIGURES = (
    ("open", _lazy("Đang giải quyết")),
    ("overdue", _lazy("Quá hạn")),
    ("due_today", _lazy("Hạn hôm nay")),
    ("to_receive", _lazy("Chờ tiếp nhận")),
    ("to_return", _lazy("Chờ trả kết quả")),
    ("received", _lazy("Tiếp nhận tháng này")),
    ("received_online", _lazy("Trong đó trực tuyến")),
    ("completed", _lazy("Xong tháng này")),
)
WHOLE_CITY, NOWHERE = "thanh-pho", "chua-ro"  # in place of a commune's code
Where = figures.Where


@accounts.staff_page(*SEES_THE_CITY)
@require_GET
def city(request: accounts.Request) -> HttpResponse:
    """The city now: coloured map, the communes that need help, and the table behind both.

    Whoever does not see the whole city sees its map with the figures of what they do see.
    """
    day = day_of(request.at)
    found = figures.commune_figures(by=request.actor, at=request.at)
    communes = [
        _row(one.id, one.code, one.full_name, one.name, found)
        for one in units.territories_at(day, level="commune")
    ]
    drawing = units.outlines_at(day)
    pressing = sorted(
        (row for row in communes if row["now"].overdue), key=lambda row: -row["now"].overdue
    )
    rows = communes if _whole_city(request.actor) else [r for r in communes if any_in(r["now"])]
    if None in found:
        rows = [*rows, _row(None, NOWHERE, _("Chưa rõ nơi giải quyết"), "", found)]
    sort = request.GET.get("theo", "")
    return render(
        request,
        "dossiers/city/board.html",
        {
            "map": drawing,
            "shapes": _shapes(drawing, communes) if len(rows) > 1 else [],
            "legend": legend(),
            "pressing": pressing[:MOST_PRESSING],
            "coordination": _coordination(request),
            "whole": _whole_city(request.actor),
            "tally": _tally(figures.total(found.values())),
            "columns": _columns(sort),
            "rows": [_cells(row) for row in _sorted(rows, sort)],
        },
    )


def _whole_city(by: Actor) -> bool:
    return by.agencies_for(*SEES_THE_CITY) is None


def any_in(now: figures.CommuneFigures) -> bool:
    """Whether there is anything to tell of a commune."""
    return any(getattr(now, show) for show in figures.SHOWS)


def _coordination(request: accounts.Request) -> dict[str, Any] | None:
    """The queue of those who say who decides."""
    if not request.actor.holds(Duty.COORDINATE):
        return None
    waiting = queries.counts(by=request.actor, at=request.at)["coordination"]
    return {"count": waiting, "url": f"{reverse('dossiers:desk')}?box={queries.Box.COORDINATION}"}


def _row(
    territory_id: int | None,
    code: str,
    full_name: str,
    name: str,
    found: Mapping[int | None, figures.CommuneFigures],
) -> dict[str, Any]:
    return {
        "id": territory_id,
        "code": code,
        "full_name": full_name,
        "name": name,
        "now": found.get(territory_id) or figures.CommuneFigures(territory_id),
        "url": drill(code),
        "overdue_url": drill(code, "overdue"),
    }


def _columns(sort: str) -> list[dict[str, Any]]:
    """The heads sort by the script; without it each is a link that sorts."""
    address = reverse("dossiers:board")
    heads: list[tuple[str, Any, str]] = [("", _("Xã, phường"), "text")]
    heads += [(show, label, "number") for show, label in FIGURES]
    heads.append(("in_time", _("Đúng hạn"), "number"))
    return [
        {
            "label": label,
            "kind": kind,
            "sort": True,
            "url": f"{address}?theo={show}#bang" if show else f"{address}#bang",
            "order": ("descending" if show else "ascending") if show == sort else "",
        }
        for show, label, kind in heads
    ]


def _sorted(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    if sort == "in_time":
        return sorted(rows, key=lambda row: -(row["now"].in_time_share or 0))
    if sort in dict(FIGURES):
        return sorted(rows, key=lambda row: -getattr(row["now"], sort))
    return rows


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    now = row["now"]
    cells: list[Any] = [{"text": row["full_name"], "sort": row["name"]}]
    for show, _label in FIGURES:
        value = getattr(now, show)
        cells.append(
            {"text": value, "sort": value, "url": drill(row["code"], show) if value else ""}
        )
    share = now.in_time_share
    cells.append(
        {"text": "" if share is None else f"{share} %", "sort": -1 if share is None else share}
    )
    return {"cells": cells, "url": row["url"] if any_in(now) else ""}


def _tally(city: figures.CommuneFigures) -> list[dict[str, Any]]:
    tones = {"overdue": "red", "due_today": "orange"}
    return [
        {
            "value": getattr(city, show),
            "label": label,
            "url": drill(WHOLE_CITY, show),
            "tone": tones.get(show, "") if getattr(city, show) else "",
        }
        for show, label in FIGURES
        if show != "received_online"
    ]


def drill(commune: str, show: str = "") -> str:
    """The list of dossiers behind a figure of the board."""
    address = reverse("dossiers:board_commune", args=[commune])
    return f"{address}?show={show}" if show else address


def _shapes(city_map: Any, communes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = {row["id"]: row for row in communes}
    shapes = []
    for outline in city_map.outlines:
        row = rows.get(outline.territory_id)
        if row is None:
            continue
        now = row["now"]
        told = ngettext(
            "%(name)s: %(overdue)s hồ sơ quá hạn trong %(open)s đang giải quyết",
            "%(name)s: %(overdue)s hồ sơ quá hạn trong %(open)s đang giải quyết",
            now.overdue,
        ) % {"name": outline.full_name, "overdue": now.overdue, "open": now.open}
        shapes.append(
            {
                "d": outline.d,
                "title": told,
                "level": now.level if now.open else "none",
                "url": row["url"],
            }
        )
    return shapes


def legend() -> list[tuple[object, str]]:
    """The steps of the map's colour in words."""
    steps = figures.LEVELS
    words: list[tuple[object, str]] = [("none", _("không có hồ sơ")), (0, _("không quá hạn"))]
    for level, (low, high) in enumerate(zip(steps, [*steps[1:], None], strict=True), start=1):
        if high is None:
            words.append((level, _("trên %(low)s%%") % {"low": low}))
        else:
            words.append((level, _("trên %(low)s đến %(high)s%%") % {"low": low, "high": high}))
    return words


@accounts.staff_page(*SEES_THE_CITY)
@require_GET
def commune(request: accounts.Request, code: str) -> HttpResponse:
    """The dossiers behind one figure, most pressing first; without names: where does it stall?"""
    shows = dict(FIGURES)
    show = request.GET.get("show", "open")
    show = show if show in shows else "open"
    place, where = _where(code, day=day_of(request.at))
    rows = figures.behind(
        show=show,
        where=where,
        after=_after(request.GET.get("after", "")),
        by=request.actor,
        at=request.at,
    )
    shown = rows[: figures.PAGE]
    last = shown[-1] if len(rows) > figures.PAGE else None
    return render(
        request,
        "dossiers/city/behind.html",
        {
            "place": place,
            "label": shows[show],
            "total": figures.count(show=show, where=where, by=request.actor, at=request.at),
            "figures": [(drill(code, name), words, name == show) for name, words in FIGURES],
            "columns": BEHIND_COLUMNS,
            "rows": _behind_rows(shown, request),
            "first_url": drill(code, show) if request.GET.get("after") else "",
            "next_url": _next(code, show, last) if last else "",
        },
    )


def _where(code: str, *, day: date) -> tuple[str, Where]:
    """What the address names: the city, what lies nowhere yet, or a commune. Missing."""
    if code == WHOLE_CITY:
        return _("Toàn thành phố"), figures.CITY
    if code == NOWHERE:
        return _("Chưa rõ nơi giải quyết"), figures.NOWHERE
    territory = units.territory(code, day=day)
    return territory.full_name, territory.id


BEHIND_COLUMNS = [
    {"label": _lazy("Mã hồ sơ"), "kind": "code"},
    {"label": _lazy("Thủ tục")},
    {"label": _lazy("Xã, phường")},
    {"label": _lazy("Đang ở")},
    {"label": _lazy("Trạng thái")},
    {"label": _lazy("Thời hạn")},
]


def _behind_rows(rows: list[figures.Behind], request: accounts.Request) -> list[dict[str, Any]]:
    day = day_of(request.at)
    communes = units.names_of({row.commune_id for row in rows if row.commune_id}, day=day)
    agencies = units.agency_names({row.agency_id for row in rows if row.agency_id}, day=day)
    calendar = deadlines.calendar_at(day=day).calendar
    return [
        {
            "url": reverse("dossiers:one", args=[row.code]),
            "cells": [
                row.code,
                row.procedure,
                communes.get(row.commune_id or 0, ""),
                agencies.get(row.agency_id or 0, ""),
                State(row.state).label,
                {
                    "left": deadlines.time_left(
                        due=row.due_at,
                        calendar=calendar,
                        started_at=row.started_at,
                        paused=row.is_paused,
                        completed_at=row.completed_at,
                        at=request.at,
                    )
                    if row.due_at
                    else None
                },
            ],
        }
        for row in rows
    ]


def _next(code: str, show: str, last: figures.Behind) -> str:
    return f"{drill(code, show)}&{urlencode({'after': f'{last.key.isoformat()}~{last.id}'})}"


def _after(text: str) -> tuple[datetime, int] | None:
    moment, _tilde, number = text.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if found.tzinfo is None or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return found, int(number)
