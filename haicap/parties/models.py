"""Party: a person or an organisation the state deals with, known once however often declared."""

from __future__ import annotations

from django.db import models


class PartyKind(models.TextChoices):
    """Whom the state deals with."""

    PERSON = "person", "Cá nhân"
    ORGANISATION = "organisation", "Tổ chức"


class Party(models.Model):
    """One person or organisation. What a dossier says of it is a snapshot, not this row."""

    kind = models.TextField(choices=PartyKind.choices)
    name = models.TextField()
    name_fold = models.TextField()
    sort_key = models.TextField(db_collation="C")
    birth_date = models.DateField(null=True)
    sex = models.TextField(default="", blank=True)  # "male" | "female" | ""
    nationality = models.TextField(default="VN")
    phone = models.TextField(default="", blank=True)  # E.164
    email = models.TextField(default="", blank=True)
    language = models.TextField(default="vi")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["phone"]), models.Index(fields=["name_fold"])]


class IdentifierKind(models.TextChoices):
    """By what number a party is known."""

    PERSONAL_ID = "personal_id", "Số định danh cá nhân"
    OLD_ID = "old_id", "Số CMND cũ"
    PASSPORT = "passport", "Hộ chiếu"
    TAX_CODE = "tax_code", "Mã số thuế"


CLAIMED = "vneid-1"  # a number somebody gave themselves; nobody looked at a card


class PartyIdentifier(models.Model):
    """One number of one party; the same number never names two.

    But for numbers that are only claimed: they stand beside the name of who claims them and
    recognise nobody (docs/decisions/a-number-of-level-1.md).
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.TextField(choices=IdentifierKind.choices)
    number = models.TextField()
    verified = models.TextField(default="", blank=True)  # by what: "vneid-2", "card", …

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="parties_number_once",
                fields=["kind", "number"],
                condition=~models.Q(verified=CLAIMED),
            ),
        ]


class Address(models.Model):
    """Where a party lives or sits: a territory as it was called on `at`, plus the detail. Old names
    stay.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="addresses")
    kind = models.TextField(default="current")  # permanent | current | seat
    territory = models.ForeignKey("units.Territory", on_delete=models.PROTECT, related_name="+")
    at = models.DateField()
    detail = models.TextField(default="", blank=True)
    recorded_at = models.DateTimeField()
