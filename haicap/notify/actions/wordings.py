"""The words of letters as an office sets them, version by version; and the quiet hours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.vietnamese import clean
from haicap.notify import access, queries
from haicap.notify.events import QuietHoursSet, WordingChanged
from haicap.notify.letters import KINDS, OPEN, PLACE, Words
from haicap.notify.models import OUTSIDE, QuietHours, Wording

LONGEST_TITLE: Final = 120
LONGEST_LINE: Final = 200  # the address of a page comes in on top; gateways.LONGEST_TEXT cuts
LONGEST_BODY: Final = 4000
_STRAY: Final = re.compile(r"[{}]")


class ReworkedMeanwhile(Refusal):
    """Somebody else has set other words since they were read."""


def checked_words(*, template: str, title: str, body: str, line: str) -> Words:
    """The words as they would be kept. Invalid names each field's fault; Missing: no such letter.

    Title and line go through open channels: places that could name a person or a matter are
    refused there.
    """
    kind = KINDS.get(template)
    if kind is None:
        raise Missing(_("Không có mẫu tin này."))
    texts = {
        "title": clean(title),
        "body": clean(body, multiline=True),
        "line": clean(line),
    }
    limits = {"title": LONGEST_TITLE, "body": LONGEST_BODY, "line": LONGEST_LINE}
    wrong = {}
    for field, text in texts.items():
        outside = field != "body"
        allowed = kind.values & OPEN if outside else kind.values
        fault = _fault(text, limit=limits[field], allowed=allowed, known=kind.values)
        if fault:
            wrong[field] = fault
    if "code" in kind.values:
        for field in ("title", "line"):
            if field not in wrong and "{code}" not in texts[field]:
                wrong[field] = _("Phải có {code} để người nhận biết là hồ sơ nào.")
    if wrong:
        raise Invalid(wrong)
    return Words(title=texts["title"], body=queries.paragraphs(texts["body"]), line=texts["line"])


def _fault(text: str, *, limit: int, allowed: frozenset[str], known: frozenset[str]) -> str:
    if not text:
        return _("Không được để trống.")
    if len(text) > limit:
        return _("Dài %(n)s chữ, tối đa %(limit)s.") % {"n": len(text), "limit": limit}
    for name in PLACE.findall(text):
        if name not in known:
            names = ", ".join(f"{{{one}}}" for one in sorted(allowed))
            return _("Mẫu này không có {%(name)s}. Dùng được: %(names)s.") % {
                "name": name,
                "names": names,
            }
        if name not in allowed:
            return _(
                "{%(name)s} không được đi ra kênh mở (thư, SMS, Zalo):"
                " chỉ mã hồ sơ và việc cần làm."
            ) % {"name": name}
    if _STRAY.search(PLACE.sub("", text)):
        return _("Có dấu { hoặc } lẻ. Chỗ điền viết như {code}.")
    return ""


@transaction.atomic
def reword(
    *,
    template: str,
    language: str,
    title: str,
    body: str,
    line: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> int:
    """Set other words for a letter; the number of the new version. Invalid, ReworkedMeanwhile."""
    words = checked_words(template=template, title=title, body=body, line=line)
    return _keep(
        template, language, words, seen_version=seen_version,
        by=access.require_controller(by), at=at,
    )  # fmt: skip


@transaction.atomic
def back_to_shipped(
    *, template: str, language: str, seen_version: int, by: Actor, at: datetime
) -> int:
    """Use again the words that came with the program; the number of the new version."""
    return _keep(
        template, language, None, seen_version=seen_version,
        by=access.require_controller(by), at=at,
    )  # fmt: skip


def _keep(
    template: str,
    language: str,
    words: Words | None,
    *,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> int:
    if template not in KINDS or language not in dict(settings.LANGUAGES):
        raise Missing(_("Không có mẫu tin này."))
    rows = Wording.objects.filter(template=template, language=language)
    latest = rows.aggregate(number=Max("version"))["number"] or 0
    version = seen_version + 1
    if seen_version != latest:
        raise ReworkedMeanwhile(_("Mẫu này vừa được người khác sửa. Hãy tải lại trang để xem."))
    made, fresh = Wording.objects.get_or_create(
        template=template,
        language=language,
        version=version,
        defaults={
            "title": words.title if words else "",
            "body": "\n\n".join(words.body) if words else "",
            "line": words.line if words else "",
            "shipped": words is None,
            "made_at": at,
            "made_by_id": by.person if by.is_staff else None,
        },
    )
    if not fresh:  # the database let the other one in first
        raise ReworkedMeanwhile(_("Mẫu này vừa được người khác sửa. Hãy tải lại trang để xem."))
    audit.record(
        WordingChanged(
            template=template, language=language, version=version, shipped=words is None
        ),
        subject=f"notify.Wording:{made.pk}",
        by=by,
        at=at,
    )
    return version


@transaction.atomic
def set_quiet_hours(
    *, begins: time, ends: time, channels: Iterable[str], by: Actor, at: datetime
) -> None:
    """From when to when nobody is woken. What is already held keeps its morning."""
    by = access.require_controller(by)
    wanted = sorted(set(channels))
    if not set(wanted) <= set(OUTSIDE):
        raise Invalid({"channels": _("Cách nhận tin này không có.")})
    row = QuietHours.objects.create(
        begins=begins,
        ends=ends,
        channels=wanted,
        made_at=at,
        made_by_id=by.person if by.is_staff else None,
    )
    audit.record(
        QuietHoursSet(begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}", channels=tuple(wanted)),
        subject=f"notify.QuietHours:{row.pk}",
        by=by,
        at=at,
    )
