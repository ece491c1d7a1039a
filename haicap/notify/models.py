"""Messages to people: one row per person, channel and occasion, with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Channel(models.TextChoices):
    """By which way a person is told. The inbox is ours, the others are open to foreign eyes."""

    INBOX = "inbox", "hộp thư trên cổng"
    EMAIL = "email", "thư điện tử"
    SMS = "sms", "tin nhắn"


class MessageState(models.TextChoices):
    """What became of a message; "sent" is not "delivered"."""

    WAITING = "waiting", "chờ gửi"
    SENDING = "sending", "đang gửi"
    SENT = "sent", "đã gửi"
    DELIVERED = "delivered", "đã tới"
    FAILED = "failed", "không gửi được"


class Message(models.Model):
    """What was told to whom. `key` makes it once."""

    key = models.TextField(unique=True)  # "<entry>:<template>:<party>:<channel>"
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
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
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # a worker is sending since
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notify_message_state",
                condition=Q(state__in=("waiting", "sending", "sent", "delivered", "failed"))
                & Q(channel__in=("inbox", "email", "sms")),
            ),
        ]
        indexes = [
            models.Index(
                name="notify_inbox",
                fields=["party", "-created_at", "-id"],
                condition=Q(channel="inbox"),
            ),
            models.Index(
                name="notify_unsent",
                fields=["created_at"],
                condition=Q(state__in=("waiting", "sending", "failed")),
            ),
            models.Index(
                name="notify_outside_id", fields=["outside_id"], condition=~Q(outside_id="")
            ),
        ]
