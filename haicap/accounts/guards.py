"""Marks on views that say who may see them. A view without one is refused
(session.SignInRequired)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.accounts.models import DUTY_WORDS
from haicap.accounts.session import Request
from haicap.kernel.actor import Duty
from haicap.kernel.errors import NotAllowed

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

# Signers and administrators prove themselves twice in production (domain.md 11: level 3).
SECOND_FACTOR_DUTIES = (Duty.DECIDE, Duty.ISSUE, Duty.ACCOUNTS, Duty.OPERATE)


@dataclass(frozen=True, slots=True)
class Guard:
    """What the access table reads off a view: realm public | citizen | staff | signed_in, and the
    duties."""

    realm: str
    duties: tuple[Duty, ...] = ()


class NotYourRealm(NotAllowed):
    """A citizen at a page of the staff, or the other way round."""


class NoPost(NotAllowed):
    """A member of staff whom no post is given today."""


class DutyMissing(NotAllowed):
    """The post acted in lacks the duty the page needs."""


def public_page(view: V) -> V:
    """Anybody may see it."""
    return _guarded(view, Guard("public"), lambda request: None)


def citizen_page(view: V) -> V:
    """A signed-in citizen only."""
    return _guarded(view, Guard("citizen"), _citizen)


def signed_in_page(view: V) -> V:
    """Anybody signed in, of either realm; staff after settling what comes first."""
    return _guarded(view, Guard("signed_in"), _signed_in)


def staff_page(*duties: Duty, settling: bool = False) -> Callable[[V], V]:
    """Staff whose post holds any of `duties` (none named: any post). `settling` pages are open
    before the password is changed, the post chosen and the second factor enrolled.
    """
    if not all(isinstance(duty, Duty) for duty in duties):
        raise TypeError("Write @staff_page() with parentheses and Duty values.")

    def decorate(view: V) -> V:
        return _guarded(
            view, Guard("staff", duties), lambda request: _staff(request, duties, settling)
        )

    return decorate


def _guarded(view: V, guard: Guard, check: Callable[[Request], HttpResponse | None]) -> V:
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return check(request) or view(request, *args, **kwargs)

    guarded.guard = guard  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def _anonymous(request: Request, realm: str) -> HttpResponse | None:
    if request.account is not None:
        return None
    staffish = realm == "staff"
    return _lead(request, "accounts:sign_in" if staffish else "accounts:citizen_sign_in")


def _lead(request: Request, name: str) -> HttpResponse:
    """Lead to a page that must come first, and from there back here (only where going back is a
    reading)."""
    address = reverse(name)
    if request.method == "GET" and not request.headers.get("HX-Request"):
        address += "?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _signed_in(request: Request) -> HttpResponse | None:
    turned = _anonymous(request, "")
    pending = "" if turned else what_first(request)
    return _lead(request, pending) if pending else turned


def _citizen(request: Request) -> HttpResponse | None:
    if request.actor.is_staff:
        raise NotYourRealm(
            _("Trang này dành cho công dân. Ông/bà đang đăng nhập bằng tài khoản cán bộ.")
        )
    return _anonymous(request, "citizen")


def _staff(request: Request, duties: tuple[Duty, ...], settling: bool) -> HttpResponse | None:
    if request.actor.is_citizen:
        raise NotYourRealm(_("Trang này dành cho cán bộ của cơ quan nhà nước."))
    turned = _anonymous(request, "staff")
    if turned is not None or settling:
        return turned
    pending = what_first(request)
    if pending:
        return _lead(request, pending)
    if request.actor.post is None:
        raise NoPost(
            _("Tài khoản này hôm nay chưa được giao vị trí nào. Hãy báo quản trị tài khoản đơn vị.")
        )
    if duties and not request.actor.holds(*duties):
        raise DutyMissing(
            _("Vị trí ông/bà đang làm việc chưa được giao nhiệm vụ “%(duty)s”.")
            % {"duty": DUTY_WORDS[duties[0]]}
        )
    return None


def what_first(request: Request) -> str:
    """The name of the page a member of staff must settle before working; empty when there is
    none."""
    account = request.account
    if account is None:
        return ""
    if account.must_change_password:
        return "accounts:password"
    if account.post_id is None and account.posts:
        return "accounts:choose_post"
    required = settings.REQUIRE_SECOND_FACTOR and request.actor.holds(*SECOND_FACTOR_DUTIES)
    if required and not account.second_factor:
        return "accounts:second_factor"
    return ""
