"""Messages to people: one row per person, channel and occasion, with what became of it.

Beside them what decides how they go out: the person's choices, the edited wordings, quiet hours,
and how each channel fares.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """By which way a person is told. The inbox is ours, the others are open to foreign eyes."""

    INBOX = "inbox", _("hộp thư trên cổng")
    EMAIL = "email", _("thư điện tử")
    SMS = "sms", _("tin nhắn SMS")
    ZALO = "zalo", _("Zalo")


OUTSIDE = (Channel.SMS, Channel.ZALO, Channel.EMAIL)


class MessageState(models.TextChoices):
    """What became of a message; "sent" is not "delivered".

    UNSURE: the letter was handed over and the answer lost, and nobody can be asked; a person
    decides. FAILED: it can never arrive. GIVEN_UP: tried often enough.
    """

    WAITING = "waiting", _("chờ gửi")
    HELD = "held", _("giữ đến hết giờ yên tĩnh")
    SENDING = "sending", _("đang gửi")
    UNSURE = "unsure", _("chưa rõ đã gửi hay chưa")
    SENT = "sent", _("đã gửi")
    DELIVERED = "delivered", _("đã tới")
    FAILED = "failed", _("không gửi được")
    GIVEN_UP = "given_up", _("đã thôi gửi")


# What an operator must look at.
STUCK = (MessageState.UNSURE, MessageState.FAILED, MessageState.GIVEN_UP)
# What is still to go out.
UNDER_WAY = (MessageState.WAITING, MessageState.HELD, MessageState.SENDING)


class Message(models.Model):
    """What was told to whom. `key` makes it once."""

    key = models.TextField(unique=True)  # "<entry>:<template>:<party>:<channel>"
    # One of the two: a citizen or organisation, or a member of staff.
    party = models.ForeignKey(
        "parties.Party", null=True, on_delete=models.PROTECT, related_name="+"
    )
    staff = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.TextField(choices=Channel.choices)
    template = models.TextField()
    language = models.TextField()
    address = models.TextField(default="", blank=True)  # e-mail or phone it goes to
    title = models.TextField()
    body = models.TextField()
    ref = models.TextField()
    state = models.TextField(choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="", blank=True)
    outside_id = models.TextField(default="", blank=True)  # the gateway's name for it
    unsure = models.BooleanField(default=False)  # an answer was lost: ask before sending again
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # not before
    claimed_at = models.DateTimeField(null=True)  # a worker is sending since
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)  # by the channel's own clock
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notify_message_is_known",
                condition=Q(state__in=MessageState.values) & Q(channel__in=Channel.values),
            ),
            models.CheckConstraint(
                name="notify_message_has_one_reader",
                condition=Q(party__isnull=False, staff__isnull=True)
                | Q(party__isnull=True, staff__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="notify_inbox",
                fields=["party", "-created_at", "-id"],
                condition=Q(channel="inbox"),
            ),
            models.Index(
                name="notify_staff_inbox",
                fields=["staff", "-created_at", "-id"],
                condition=Q(channel="inbox", staff__isnull=False),
            ),
            models.Index(
                name="notify_not_out",
                fields=["state", "-created_at", "-id"],
                condition=~Q(state__in=("sent", "delivered")),
            ),
            models.Index(name="notify_told_of", fields=["ref", "id"]),
            models.Index(
                name="notify_outside_id", fields=["outside_id"], condition=~Q(outside_id="")
            ),
        ]


class Report(models.Model):
    """A channel told what became of a message. Kept once by the channel's name for the telling;
    without a message it is parked until that one is known under this name.
    """

    channel = models.TextField(choices=Channel.choices)
    event = models.TextField()
    outside_id = models.TextField()
    delivered = models.BooleanField()
    reason = models.TextField(default="", blank=True)
    happened_at = models.DateTimeField()  # by the channel's clock
    received_at = models.DateTimeField()
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "event"], name="notify_report_once"),
        ]
        indexes = [
            models.Index(
                name="notify_report_parked",
                fields=["channel", "outside_id"],
                condition=Q(message__isnull=True),
            ),
        ]


class Way(models.Model):
    """How a channel fares: after many failures in a row it rests until `closed_until`.

    `mood`: how the simulator is to behave (demo only).
    """

    channel = models.TextField(primary_key=True, choices=Channel.choices)
    failures = models.IntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    mood = models.TextField(default="", blank=True)


class Wording(models.Model):
    """The words of one letter in one language as an office set them; the highest version counts.

    `shipped`: back to the words that came with the program.
    """

    template = models.TextField()
    language = models.TextField()
    version = models.IntegerField()
    title = models.TextField(default="", blank=True)
    body = models.TextField(default="", blank=True)
    line = models.TextField(default="", blank=True)
    shipped = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template", "language", "version"], name="notify_wording_version"
            ),
        ]


class QuietHours(models.Model):
    """From when to when nobody is woken, on which channels; the latest row counts."""

    begins = models.TimeField()
    ends = models.TimeField()
    channels = ArrayField(models.TextField())
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )


class Choice(models.Model):
    """By which ways somebody wants to be told, besides the inbox; no row: by all that are known."""

    party = models.OneToOneField("parties.Party", on_delete=models.PROTECT, related_name="+")
    channels = ArrayField(models.TextField())
    chosen_at = models.DateTimeField()


class StaffChoice(models.Model):
    """What a member of staff wants by e-mail, besides the inbox; no row: both."""

    staff = models.OneToOneField("accounts.Staff", on_delete=models.PROTECT, related_name="+")
    at_once = models.BooleanField(default=True)
    digest = models.BooleanField(default=True)
    chosen_at = models.DateTimeField()


class SimulatedText(models.Model):
    """What the simulator of SMS and Zalo took: the screen of the demo's phones."""

    channel = models.TextField(choices=Channel.choices)
    key = models.TextField()
    address = models.TextField()
    text = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="notify_simulated_once"),
        ]
