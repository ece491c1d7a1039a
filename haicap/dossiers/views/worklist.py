"""The list beside the work: boxes with their counts, one search over everything, filters, cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers import queries
from haicap.dossiers.flow import FINAL, State
from haicap.dossiers.models import Channel
from haicap.dossiers.queries import Box, Filters
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of

# What of the address belongs to the list and goes along when a dossier is opened or moved.
KEPT: Final = ("box", "q", "only", "within", "state", "channel", "procedure", "cursor")
LONGEST: Final = {"q": 100, "procedure": 40, "cursor": 300}
# Short words for the boxes; the first row is what is to be done, the second how all of it stands.
TABS: Final = (
    (Box.WAITING, _lazy("Chờ tôi")),
    (Box.COORDINATION, _lazy("Chờ điều phối")),
    (Box.MINE, _lazy("Giao tôi")),
    (Box.HELD, _lazy("Chờ người khác")),
    (Box.OVERDUE, _lazy("Quá hạn")),
    (Box.TODAY, _lazy("Hôm nay")),
    (Box.PAUSED, _lazy("Tạm dừng")),
    (Box.ALL, _lazy("Tất cả")),
    (Box.DONE, _lazy("Đã xong")),
)
WITHIN: Final = (
    ("overdue", _lazy("Quá hạn")),
    ("today", _lazy("Hạn hôm nay")),
    ("soon", _lazy("Còn một ngày")),
    ("later", _lazy("Còn nhiều ngày")),
    ("paused", _lazy("Tạm dừng")),
)
Asked = Mapping[str, str]


def asked_of(request: accounts.Request) -> dict[str, str]:
    """What the address says about the list; an unknown filter or box is none."""
    asked = {name: request.GET.get(name, "")[: LONGEST.get(name, 30)] for name in KEPT}
    known = {
        "box": set(Box) - {Box.DRAFTS},
        "within": dict(WITHIN),
        "state": set(State.values) - {State.DRAFT},
        "channel": set(Channel.values),
        "only": {"1"},
    }
    for name, values in known.items():
        if asked[name] not in values:
            asked[name] = ""
    return asked


def kept(asked: Asked, **instead: str) -> str:
    """The address of the list, without what is empty."""
    return urlencode({name: value for name, value in {**asked, **instead}.items() if value})


def work_list(request: accounts.Request, *, current: str = "") -> dict[str, Any]:
    """The list as its address says. Who types into the box looks through all they may see, unless
    they ask for the box alone.
    """
    asked = asked_of(request)
    box = Box(asked["box"] or _first_box(request.actor))
    searching = bool(asked["q"].strip())
    page = queries.listed(
        box=Box.ALL if searching and not asked["only"] else box,
        filters=Filters(
            states=(asked["state"],) if asked["state"] else (),
            procedure=asked["procedure"],
            within=asked["within"],
            channel=asked["channel"],
            q=asked["q"],
        ),
        cursor=asked["cursor"] or None,
        by=request.actor,
        at=request.at,
    )
    audit.saw(
        request,
        purpose="list",
        subjects=[f"dossiers.Dossier:{row['id']}" for row in page.items],
        parties=[row["applicant_id"] for row in page.items],
    )
    return {
        "box": box,
        "box_words": dict(TABS)[box],
        "asked": asked,
        "narrowed": searching or any(asked[name] for name in ("within", "state", "channel")),
        "tabs": _tabs(box, queries.counts(by=request.actor, at=request.at), by=request.actor),
        "cards": _cards(page.items, kept(asked), current, by=request.actor, at=request.at),
        "next_url": _desk(kept(asked, cursor=page.next)) if page.next else "",
        "first_url": _desk(kept(asked, cursor="")) if asked["cursor"] else "",
        "scope_url": _desk(kept(asked, only="" if asked["only"] else "1", cursor="")),
        "clear_url": _desk(f"box={box}"),
        "filter_fields": _filter_fields(asked),
    }


# Duties with a desk of their own; a coordinator's is the queue itself.
OWN_DESK: Final = (Duty.RECEIVE, Duty.HANDLE, Duty.HEAD, Duty.DECIDE, Duty.ISSUE)


def _first_box(by: Actor) -> Box:
    """What waits for me; for who only watches, what is late."""
    return Box.WAITING if by.holds(*OWN_DESK, Duty.COORDINATE) else Box.OVERDUE


def _desk(query: str) -> str:
    return f"{reverse('dossiers:desk')}?{query}"


def _tabs(box: str, counts: Mapping[str, int], *, by: Actor) -> list[dict[str, Any]]:
    """The boxes of this desk; those that can only be empty for this person are left out."""
    own, coordinates = by.holds(*OWN_DESK), by.holds(Duty.COORDINATE)
    never = set() if own and coordinates else {Box.COORDINATION}
    if not by.holds(Duty.RECEIVE, Duty.HANDLE):
        never.add(Box.MINE)
    if not own:
        never.add(Box.HELD)
    if not own and not coordinates:
        never.add(Box.WAITING)
    return [
        {
            "label": words,
            "count": counts.get(one),
            "url": _desk(f"box={one}"),
            "current": one == box,
            "pressing": one == Box.OVERDUE and bool(counts.get(one)),
        }
        for one, words in TABS
        if one not in never or one == box
    ]


def _filter_fields(asked: Asked) -> list[dict[str, Any]]:
    states = [(s.value, s.label) for s in State if s is not State.DRAFT]
    return [
        _choice("within", _("Thời hạn"), asked, WITHIN),
        _choice("state", _("Trạng thái"), asked, states),
        _choice("channel", _("Cách nộp"), asked, Channel.choices),
    ]


def _choice(name: str, label: str, asked: Asked, options: Any) -> dict[str, Any]:
    """One filter; open, it shows its own name."""
    return {
        "name": name,
        "label": label,
        "value": asked[name],
        "options": [("", label), *options],
    }


def _cards(
    rows: list[dict[str, Any]], query: str, current: str, *, by: Actor, at: datetime
) -> list[dict[str, Any]]:
    calendar = deadlines.calendar_at(day=day_of(at)).calendar if rows else None
    return [_card(row, query, current, calendar, by=by, at=at) for row in rows]


def _card(
    row: Mapping[str, Any], query: str, current: str, calendar: Any, *, by: Actor, at: datetime
) -> dict[str, Any]:
    address = reverse("dossiers:one", args=[row["code"]])
    return {
        "url": f"{address}?{query}" if query else address,
        "code": row["code"],
        "title": row["subject"] or row["procedure_name"],
        "person": row["applicant"],
        "step": _holder(row, by),
        "left": row["time_left"],
        "badge": (row["state"], row["state_words"]),
        "current": row["code"] == current,
        "note": _late_step(row, calendar, at=at),
    }


def _holder(row: Mapping[str, Any], by: Actor) -> str:
    """Who has it on the desk now; nobody once it is over."""
    desk = row["desk"]
    if not desk or row["state"] in FINAL:
        return ""
    if desk["agency"] == by.agency_name and desk["staff"] in ("", by.name):
        return _("tôi giữ") if desk["staff"] else _("đơn vị tôi")
    return _("%(who)s giữ") % {"who": desk["staff"] or desk["agency"]}


def _late_step(row: Mapping[str, Any], calendar: Any, *, at: datetime) -> str:
    """The desk's own time is over while the promise still holds: why it stands so far up."""
    desk = row["desk"]
    promised = row["due_at"]
    if not desk or desk["due_at"] is None or promised is None or row["paused"]:
        return ""
    if row["completed_at"] is not None or not desk["due_at"] < at < promised:
        return ""
    left = deadlines.time_left(due=desk["due_at"], calendar=calendar, at=at)
    return _("bước này %(late)s") % {"late": left.words}
