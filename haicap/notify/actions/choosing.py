"""What people choose for themselves: by which ways, in which language; and that they have read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, NotAllowed
from haicap.notify import queries
from haicap.notify.events import WaysChosen
from haicap.notify.models import OUTSIDE, Choice, StaffChoice
from haicap.parties import public as parties


@transaction.atomic
def choose(*, channels: Iterable[str], language: str, by: Actor, at: datetime) -> None:
    """A citizen says by which ways (besides the inbox) and in which language. Invalid."""
    if not by.is_citizen or by.person is None:
        raise NotAllowed(_("Chỉ chính người nhận mới chọn được cách nhận tin báo."))
    wanted = sorted(set(channels))
    if not set(wanted) <= set(OUTSIDE):
        raise Invalid({"channels": _("Cách nhận tin này không có.")})
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("Xin chọn một trong hai ngôn ngữ.")})
    Choice.objects.update_or_create(
        party_id=by.person, defaults={"channels": wanted, "chosen_at": at}
    )
    parties.update_contact(party_id=by.person, language=language, by=by, at=at)
    audit.record(
        WaysChosen(channels=tuple(wanted), language=language),
        subject=f"parties.Party:{by.person}",
        by=by,
        at=at,
    )


@transaction.atomic
def choose_as_staff(*, at_once: bool, digest: bool, by: Actor, at: datetime) -> None:
    """A member of staff says what they want by e-mail besides the inbox."""
    if not by.is_staff or by.person is None:
        raise NotAllowed(_("Chỉ chính người nhận mới chọn được cách nhận tin báo."))
    StaffChoice.objects.update_or_create(
        staff_id=by.person, defaults={"at_once": at_once, "digest": digest, "chosen_at": at}
    )
    ways = tuple(name for name, on in (("email", at_once), ("email-digest", digest)) if on)
    audit.record(
        WaysChosen(channels=ways, language="vi"),
        subject=f"accounts.Staff:{by.person}",
        by=by,
        at=at,
    )


def mark_read(
    *,
    party_id: int = 0,
    staff_id: int = 0,
    message_ids: Iterable[int] | None = None,
    at: datetime,
) -> int:
    """The person has opened these (None: all) of their own messages. Returns how many were new."""
    rows = queries.inbox_rows(party_id=party_id, staff_id=staff_id).filter(read_at=None)
    if message_ids is not None:
        rows = rows.filter(pk__in=list(message_ids))
    return int(rows.update(read_at=at))
