"""How the forms of law are printed here, and the registers being printed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SlipLayout(models.Model):
    """A layout the office put in the place of ours: for a form, from a day on, by a circular."""

    form = models.TextField()  # "01" … "07"
    source = models.TextField()  # of the template
    sha256 = models.CharField(max_length=64)
    basis = models.TextField()  # the circular or decision that wants it so
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day it does not hold any more
    put_at = models.DateTimeField()
    put_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_layout_a_day",
                fields=["form", "valid_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="dossiers_layout_some_time",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
        ]


class RegisterPrint(models.Model):
    """A register (Mẫu 07) too long to be printed while somebody waits; printed in parts."""

    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    procedure = models.TextField(default="", blank=True)  # a code; empty: all
    standing = models.TextField(default="", blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    asked_post = models.BigIntegerField()
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    @property
    def ref(self) -> str:
        """By which files know its parts."""
        return f"dossiers.RegisterPrint:{self.pk}"
