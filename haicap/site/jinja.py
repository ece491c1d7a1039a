"""The environment of all pages: strict templates, words and figures, inline icons."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined
from lucide.jinja import lucide
from markupsafe import Markup

from haicap.kernel import vietnamese
from haicap.kernel.actor import NOBODY, Actor
from haicap.kernel.clock import day_of, local
from haicap.site import navigation, notice


def environment(**options: Any) -> Environment:
    """The Jinja2 environment: unknown names fail, all is escaped, words are translated."""
    options.setdefault("autoescape", True)
    options["auto_reload"] = settings.MODE == "demo"
    env = Environment(  # noqa: S701 - autoescape is set just above
        **{**options, "undefined": StrictUndefined},
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(static=static, url=url, url_or=url_or, icon=icon, language=lang)
    env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        due=due,
        time=time,
        iso=iso,
        money=money,
        number=number,
        size=size,
    )
    return env


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page may use besides `request`, `csrf_input` and `csrf_token` (Django's own)."""
    actor: Actor = getattr(request, "actor", NOBODY)
    return {
        "actor": actor,
        "lang": lang(),
        "demo": settings.DEMO,
        "path": request.path,
        "nav": partial(navigation.entries, navigation.CITIZEN, actor=actor, path=request.path),
        "rail": partial(navigation.entries, navigation.STAFF, actor=actor, path=request.path),
        "notice": notice.of(request),
        "at": getattr(request, "at", None),
    }


def lang() -> str:
    """`vi` or `en`: the language words are shown in now."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page. An unknown name is a bug and fails."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def url_or(fallback: str, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page, or `fallback` in an installation that has switched it off."""
    try:
        return url(name, *args, **kwargs)
    except NoReverseMatch:
        return fallback


@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> Markup:
    """A Lucide icon as inline SVG, as large as the text; without a `label` it is decoration."""
    about: dict[str, Any] = {"class": "icon", "focusable": "false"}
    about |= {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    drawn = lucide(name, **about)
    return Markup(re.sub(r">\s+<", "><", drawn))  # noqa: S704 - the package's own, no foreign text


def _day(value: date | datetime) -> date:
    return day_of(value) if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """thứ Tư, 25/11/2026 · Wednesday, 25 November 2026; nothing for None."""
    return "" if value is None else vietnamese.date_words(_day(value), lang=lang())


def short_day(value: date | datetime | None) -> str:
    """25/11/2026 in both languages, for tables; nothing for None."""
    return "" if value is None else f"{_day(value):%d/%m/%Y}"


def moment(value: datetime | None) -> str:
    """8 giờ 05 phút, thứ Tư, 25/11/2026; nothing for None."""
    return "" if value is None else vietnamese.moment_words(value, lang=lang())


def due(value: datetime | None) -> str:
    """thứ Tư, 25/11/2026, trước 17 giờ; nothing for None."""
    return "" if value is None else vietnamese.due_words(value, lang=lang())


def time(value: datetime | None) -> str:
    """10:05 on the Vietnamese wall clock; nothing for None."""
    return "" if value is None else f"{local(value):%H:%M}"


def iso(value: date | datetime | None) -> str:
    """For the `datetime` attribute of <time>; nothing for None."""
    if value is None:
        return ""
    return (local(value) if isinstance(value, datetime) else value).isoformat()


def number(value: float | None) -> str:
    """1.043 · 1,043; decimals as given (2,5 · 2.5); nothing for None."""
    if value is None:
        return ""
    text = f"{value:,}"
    return text if lang() == "en" else text.translate(str.maketrans(",.", ".,"))


def money(value: int | None) -> str:
    """8.000 đồng · VND 8,000; nothing for None."""
    if value is None:
        return ""
    return f"VND {value:,}" if lang() == "en" else f"{number(value)} đồng"


def size(value: int | None) -> str:
    """Bytes as people read them: 850 KB · 2,4 MB; nothing for None."""
    if value is None:
        return ""
    if value < 1_000_000:
        return f"{number(max(1, round(value / 1000)))} KB"
    return f"{number(round(value / 1_000_000, 1))} MB"
