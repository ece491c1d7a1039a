"""Messages to people: one row per person, channel and occasion, with what became of it."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """What was told to whom. `key` makes it once; "sent" is not "delivered"."""

    key = models.TextField(unique=True)  # "<entry>:<template>:<party>:<channel>"
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    channel = models.TextField()  # inbox | email | sms
    template = models.TextField()
    language = models.TextField()
    address = models.TextField(default="", blank=True)  # e-mail or phone it went to
    title = models.TextField()
    body = models.TextField()
    ref = models.TextField()
    state = models.TextField(default="waiting")  # waiting | sent | delivered | failed
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["party", "-created_at"])]
