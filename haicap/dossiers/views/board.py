"""The city's board: the map first, then what needs somebody, then the figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers import board as figures
from haicap.dossiers.flow import State
from haicap.kernel.actor import Duty
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
COLUMNS = [
    {"label": _lazy("Xã, phường"), "sort": True},
    *({"label": label, "kind": "number", "sort": True} for _show, label in FIGURES),
    {"label": _lazy("Đúng hạn"), "kind": "number", "sort": True},
]


@accounts.staff_page(*SEES_THE_CITY)
def city(request: accounts.Request) -> HttpResponse:
    """The city now: coloured map, the communes that need help, and the table behind both."""
    day = day_of(request.at)
    by_commune = figures.commune_figures(at=request.at)
    communes = [
        _row(territory, by_commune.get(territory.id, figures.CommuneFigures(territory.id)))
        for territory in units.territories_at(day, level="commune")
    ]
    drawing = units.outlines_at(day)
    pressing = sorted(
        (row for row in communes if row["now"].overdue), key=lambda row: -row["now"].overdue
    )
    return render(
        request,
        "dossiers/city/board.html",
        {
            "map": drawing,
            "shapes": _shapes(drawing, communes),
            "legend": legend(),
            "pressing": pressing[:MOST_PRESSING],
            "tally": _tally(figures.total(row["now"] for row in communes)),
            "columns": COLUMNS,
            "rows": [_cells(row) for row in communes],
        },
    )


def _row(territory: units.TerritoryView, now: figures.CommuneFigures) -> dict[str, Any]:
    return {
        "territory": territory,
        "now": now,
        "url": drill(territory.code),
        "overdue_url": drill(territory.code, "overdue"),
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    now, code = row["now"], row["territory"].code
    cells: list[Any] = [{"text": row["territory"].full_name, "sort": row["territory"].name}]
    for show, _label in FIGURES:
        value = getattr(now, show)
        cells.append({"text": str(value), "sort": value, "url": drill(code, show) if value else ""})
    share = now.in_time_share
    cells.append(
        {"text": "" if share is None else f"{share} %", "sort": -1 if share is None else share}
    )
    return {"cells": cells, "url": row["url"]}


def _tally(city: figures.CommuneFigures) -> list[dict[str, Any]]:
    tones = {"overdue": "red", "due_today": "orange"}
    return [
        {
            "value": getattr(city, show),
            "label": label,
            "url": drill("thanh-pho", show),
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
    rows = {row["territory"].id: row for row in communes}
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


WHOLE_CITY = "thanh-pho"


@accounts.staff_page(*SEES_THE_CITY)
def commune(request: accounts.Request, code: str) -> HttpResponse:
    """The dossiers behind one figure, most pressing first; without names, to see where it stalls."""
    day = day_of(request.at)
    shows = dict(FIGURES)
    show = request.GET.get("show", "open")
    show = show if show in shows else "open"
    territory = None if code == WHOLE_CITY else units.territory(code, day=day)
    rows = figures.behind(
        show=show,
        commune_id=territory.id if territory else None,
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
            "place": territory.full_name if territory else _("Toàn thành phố"),
            "label": shows[show],
            "figures": [(drill(code, name), words, name == show) for name, words in FIGURES],
            "columns": BEHIND_COLUMNS,
            "rows": _behind_rows(shown, request),
            "next_url": _next(code, show, last) if last else "",
        },
    )


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
    communes = units.names_of({row.commune_id for row in rows}, day=day)
    agencies = units.agency_names({row.agency_id for row in rows if row.agency_id}, day=day)
    calendar = deadlines.calendar_at(day=day).calendar
    return [
        {
            "url": reverse("dossiers:one", args=[row.code]),
            "cells": [
                row.code,
                row.procedure,
                communes.get(row.commune_id, ""),
                agencies.get(row.agency_id, ""),
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
