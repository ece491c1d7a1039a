"""Books with numbers that leave no hole, and counters that give codes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Book(models.Model):
    """A register (sổ) of an agency for a kind and a year; the row is locked while it gives a
    number.
    """

    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # "reception", "result", …
    year = models.IntegerField()
    volume = models.IntegerField(default=1)  # quyển số
    start = models.IntegerField(default=1)
    last = models.IntegerField(default=0)  # start - 1: none given yet
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "year", "volume"], name="registers_book_once"
            ),
            models.UniqueConstraint(
                fields=["agency", "kind", "year"],
                condition=Q(closed_at__isnull=True),
                name="registers_one_open_book",
            ),
            models.CheckConstraint(
                condition=Q(start__gte=1, volume__gte=1) & Q(last__gte=F("start") - 1),
                name="registers_book_counts_up",
            ),
        ]


class NumberState(models.TextChoices):
    """Life of a number (NĐ 30/2020 leaves no hole: a void number stays with its reason)."""

    RESERVED = "reserved", "đã giữ chỗ"
    CONFIRMED = "confirmed", "đã dùng"
    VOID = "void", "đã hủy"


class Number(models.Model):
    """One number of one book and what it stands for."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="numbers")
    kind = models.TextField()  # of the book, so that a thing has one living number of a kind
    value = models.IntegerField()
    state = models.TextField(choices=NumberState.choices)
    ref = models.TextField()
    day = models.DateField()  # the date that goes with the number
    reason = models.TextField(default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "value"], name="registers_number_once"),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(reason=""), name="registers_void_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("reserved", "confirmed", "void")),
                name="registers_number_state",
            ),
            models.UniqueConstraint(
                fields=["ref", "kind"],
                condition=~Q(state="void"),
                name="registers_one_living_number",
            ),
        ]


class Counter(models.Model):
    """A counter of dossier codes: one row per scope (unit, day, procedure …), locked last in a
    verb.
    """

    scope = models.TextField(primary_key=True)
    value = models.BigIntegerField(default=0)


class CodePattern(models.Model):
    """How an agency's dossier codes look (TT 01/2018), from a day on: pattern, scope, issuer."""

    agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: the installation's default
    pattern = models.TextField(default="{unit}-{yy}{mm}{dd}-{seq:4}")
    scope = models.TextField(default="unit+day")
    issuer = models.TextField(default="", blank=True)  # an external one's name; empty: ourselves
    valid_from = models.DateField()
    mark = models.TextField(default="đã biết")
    basis = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "valid_from"],
                nulls_distinct=False,
                name="registers_one_pattern_a_day",
            ),
        ]
