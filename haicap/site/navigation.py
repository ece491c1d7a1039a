"""What the rail and the header lead to: a table, cut to the duties held."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haicap.kernel.actor import Actor, Duty


@dataclass(frozen=True, slots=True)
class Place:
    """One destination. Without duties it is for all of its realm; `key` is pressed after `g`."""

    label: str | Promise
    icon: str
    name: str
    duties: tuple[Duty, ...] = ()
    key: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One destination as shown: where it leads and whether we stand there."""

    label: str
    icon: str
    url: str
    current: bool
    key: str = ""


CITIZEN = (
    Place(_("Trang chủ"), "house", "site:home"),
    Place(_("Thủ tục"), "book-open-text", "catalogue:search"),
    Place(_("Tra cứu"), "file-search", "dossiers:track"),
    Place(_("Hồ sơ của tôi"), "folder-open", "dossiers:mine"),
)

STAFF = (
    Place(_("Bàn việc"), "inbox", "dossiers:desk", key="b"),
    Place(_("Tiếp nhận"), "user-plus", "dossiers:counter", (Duty.RECEIVE,), key="t"),
    Place(_("Chờ duyệt"), "stamp", "dossiers:pile", (Duty.DECIDE,), key="d"),
    Place(
        _("Toàn cảnh"),
        "map",
        "dossiers:board",
        (Duty.OBSERVE, Duty.DECIDE, Duty.COORDINATE),
        key="c",
    ),
    Place(_("Thủ tục"), "book-open-text", "catalogue:search", key="p"),
    Place(_("Tài khoản"), "users", "accounts:unit", (Duty.ACCOUNTS,), key="k"),
)


def open_to(place: Place, actor: Actor) -> bool:
    """Whether the place is for somebody with these duties."""
    return not place.duties or actor.holds(*place.duties)


def entries(*, actor: Actor, path: str) -> list[Entry]:
    """The places this person may go, in order, without those the installation has switched off."""
    found = []
    for place in STAFF if actor.is_staff else CITIZEN:
        if not open_to(place, actor):
            continue
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        current = path == url if url == "/" else path.startswith(url)
        found.append(Entry(str(place.label), place.icon, url + place.query, current, place.key))
    return found
