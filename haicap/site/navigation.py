"""What the rail and the header lead to: a table, cut to the duties held."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haicap.kernel.actor import Actor, Duty


@dataclass(frozen=True, slots=True)
class Place:
    """One destination. Without duties it is for all of its realm; `key` is pressed after `g`.

    `whole`: only for who holds one of the duties over the whole city.
    """

    label: str | Promise
    icon: str
    name: str
    duties: tuple[Duty, ...] = ()
    key: str = ""
    whole: bool = False


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

AT_A_DESK = (
    Duty.RECEIVE,
    Duty.COORDINATE,
    Duty.HANDLE,
    Duty.HEAD,
    Duty.DECIDE,
    Duty.ISSUE,
    Duty.OBSERVE,
)
STAFF = (
    Place(_("Bàn việc"), "inbox", "dossiers:desk", AT_A_DESK, key="b"),
    Place(_("Tiếp nhận"), "user-plus", "dossiers:walk_in", (Duty.RECEIVE,), key="t"),
    Place(_("Chờ duyệt"), "stamp", "dossiers:pile", (Duty.DECIDE,), key="d"),
    Place(
        _("Sổ theo dõi"),
        "book",
        "dossiers:register",
        (Duty.RECEIVE, Duty.COORDINATE, Duty.OBSERVE),
        key="s",
    ),
    Place(
        _("Toàn cảnh"),
        "map",
        "dossiers:board",
        (Duty.OBSERVE, Duty.DECIDE, Duty.COORDINATE),
        key="c",
    ),
    Place(
        _("Không bỏ sót"),
        "eye",
        "dossiers:forgotten",
        (Duty.OBSERVE, Duty.DECIDE, Duty.HEAD, Duty.COORDINATE),
    ),
    Place(
        _("Đánh giá"),
        "smile",
        "dossiers:ratings",
        (Duty.OBSERVE, Duty.DECIDE, Duty.HEAD, Duty.COORDINATE),
    ),
    Place(_("Thủ tục"), "book-open-text", "catalogue:search", key="p"),
    Place(
        _("Chi nhánh"),
        "network",
        "branches",
        (Duty.CATALOGUE, Duty.COORDINATE),
        key="n",
        whole=True,
    ),
    Place(_("Kiểm soát"), "list-checks", "catalogue:kept", (Duty.CATALOGUE,), key="h"),
    Place(_("Mẫu giấy"), "file-text", "dossiers:layouts", (Duty.CATALOGUE,), key="m", whole=True),
    Place(_("Thu phí"), "banknote", "payments:day", (Duty.FINANCE,), key="f"),
    Place(_("Tài khoản"), "users", "accounts:unit_staff", (Duty.ACCOUNTS,), key="k"),
    Place(_("Mẫu tin"), "message-square-text", "notify:wordings", (Duty.CATALOGUE,), whole=True),
    Place(_("Tin báo"), "mail-warning", "notify:outbox", (Duty.OPERATE,), whole=True),
)


def open_to(place: Place, actor: Actor) -> bool:
    """Whether the place is for somebody with these duties."""
    if place.whole:
        return actor.agencies_for(*place.duties) is None
    return not place.duties or actor.holds(*place.duties)


def entries(places: tuple[Place, ...], *, actor: Actor, path: str) -> list[Entry]:
    """The places this person may go, in order, without those the installation has switched off."""
    found = []
    for place in places:
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        if open_to(place, actor):
            found.append((place, url))
    here = standing_at([url for _place, url in found], path)
    return [Entry(str(p.label), p.icon, url, url == here, p.key) for p, url in found]


def standing_at(urls: list[str], path: str) -> str:
    """Which of the addresses `path` lies under: the longest, and the home only when it is meant."""
    above = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(above, key=len, default="")
