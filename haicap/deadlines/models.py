"""The working calendar by version, and clocks with pauses and every change of their due time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Calendar(models.Model):
    """One published version of the legal working calendar. Never changed: a correction is a new
    version.

    `hours`: {"0": [["08:00", "12:00"], ["13:00", "17:00"]], …} by weekday, Monday = 0.
    `days`: {"2025-04-26": {"kind": "working"|"off", "name": …, "basis": …, "confidence": …}, …}.
    `years`: years with rows; a year without is refused, not guessed.
    """

    name = models.TextField(default="Lịch làm việc")
    number = models.IntegerField()
    hours = models.JSONField()
    days = models.JSONField()
    years = models.JSONField()
    valid_from = models.DateField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="deadlines_calendar_once"),
        ]


class Clock(models.Model):
    """The legal time of one thing (`ref`): what was promised first, what holds now."""

    ref = models.TextField(unique=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    amount = models.IntegerField()
    time_unit = models.TextField()
    policy = models.TextField()
    due_original = models.DateTimeField()
    due_current = models.DateTimeField()
    paused_since = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    postponed_at = models.DateTimeField(null=True)  # a new date was promised then (once)
    postponed_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(postponed_at__isnull=True, postponed_to__isnull=True)
                | Q(postponed_at__isnull=False, postponed_to__gt=F("postponed_at")),
                name="deadlines_postponed_whole",
            ),
            models.CheckConstraint(
                condition=Q(due_original__gte=F("started_at")),
                name="deadlines_due_after_start",
            ),
        ]


class Pause(models.Model):
    """A stop of the clock: kind, basis, document, who decided, and how it goes on (RESUME or
    RESTART).
    """

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    kind = models.TextField()  # SUPPLEMENT | FINANCE | WITHDRAWAL | COURT | FORCE_MAJEURE
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    policy = models.TextField(default="RESUME")
    basis = models.TextField()
    document = models.TextField(default="", blank=True)
    decided_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(ends_at__isnull=True), name="deadlines_one_open_pause"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("begins_at")),
                name="deadlines_pause_forward",
            ),
        ]


class DueChange(models.Model):
    """Append-only: the due time moved, from when to when, on which basis."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField()
    basis = models.TextField()
    pause = models.ForeignKey(Pause, null=True, on_delete=models.PROTECT, related_name="+")
