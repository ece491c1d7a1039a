"""Tables of the journal (nhật ký). Partitioned by month; a trigger refuses UPDATE and DELETE (see
0002).
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One thing that happened. Facts are ids, numbers and codes in canonical JSON; never names of
    people.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()  # "dossiers.DossierAccepted"
    subject = models.TextField()  # "dossiers.Dossier:42"
    facts = models.JSONField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.TextField()
    person = models.BigIntegerField(null=True)
    post = models.BigIntegerField(null=True)
    agency = models.BigIntegerField(null=True)
    duty = models.TextField(default="")
    on_behalf_of = models.BigIntegerField(null=True)
    delegation = models.BigIntegerField(null=True)
    source = models.TextField(default="screen")
    request_id = models.TextField(default="")
    cause = models.BigIntegerField(null=True)  # the entry that led to this one

    class Meta:
        managed = False
        db_table = "audit_entry"


class Reading(models.Model):
    """Somebody of the staff saw personal data: one row per page, list or export, with the ids
    shown.
    """

    id = models.BigAutoField(primary_key=True)
    read_at = models.DateTimeField()
    person = models.BigIntegerField(null=True)
    actor_kind = models.TextField()
    post = models.BigIntegerField(null=True)
    agency = models.BigIntegerField(null=True)
    purpose = models.TextField()
    page = models.TextField()
    subjects = models.JSONField()  # ["dossiers.Dossier:42", …]
    parties = models.JSONField()  # party ids whose data was shown
    source = models.TextField(default="screen")
    request_id = models.TextField(default="")

    class Meta:
        managed = False
        db_table = "audit_reading"


class DoneMark(models.Model):
    """A reaction to an entry has had its effect; written in the same transaction as that effect."""

    entry_id = models.BigIntegerField()
    reaction = models.TextField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "reaction"], name="audit_done_once"),
        ]
