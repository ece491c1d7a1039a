"""Bytes are kept once, outside the database; a use row stands for each place where they serve."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Scan(models.TextChoices):
    """What the malware scanner said."""

    UNSCANNED = "unscanned", "chưa quét"
    CLEAN = "clean", "đã quét, sạch"
    INFECTED = "infected", "nhiễm mã độc"


class Blob(models.Model):
    """Bytes known by their SHA-256 (hex). Written before this row exists, never rewritten."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    media_type = models.TextField()  # found in the bytes, not believed from the name
    pages = models.IntegerField(null=True)
    active = models.BooleanField(default=False)  # holds script: never shown in the browser
    scan = models.TextField(choices=Scan.choices, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="files_blob_by_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", size__gt=0),
            ),
            models.CheckConstraint(
                name="files_blob_scan",
                condition=Q(scan__in=("unscanned", "clean", "infected")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["stored_at"],
                condition=Q(scan="unscanned"),
                name="files_blob_unscanned",
            ),
        ]


class UseKind(models.TextChoices):
    """What a file is in its place."""

    ORIGINAL = "original", "bản điện tử"
    SCAN = "scan", "bản chụp, quét"
    DERIVED = "derived", "bản hệ thống tạo"
    SIGNED = "signed", "bản ký số"


class Use(models.Model):
    """A file in its place: rights belong to the use, not to the bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="uses")
    ref = models.TextField()  # "dossiers.Dossier:42"; "actor:citizen:7" while not yet attached
    slot = models.TextField(default="", blank=True)  # code of the paper, "result", "receipt"
    name = models.TextField()  # as given, cleaned
    kind = models.TextField(choices=UseKind.choices)
    derived_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    checked_by = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    by_kind = models.TextField()
    by_person = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ref"], condition=Q(removed_at__isnull=True), name="files_use_ref"
            ),
            models.Index(fields=["blob"]),
            models.Index(
                fields=["created_at"],
                condition=Q(removed_at__isnull=True, ref__startswith="actor:"),
                name="files_use_staged",
            ),
        ]
