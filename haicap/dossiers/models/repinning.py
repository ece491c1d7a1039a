"""Running dossiers moved together to another version of their procedure."""

from __future__ import annotations

from django.db import models


class Repinning(models.Model):
    """One such move. `moved` keeps [dossier, version before] of each, so that it can be undone."""

    procedure = models.ForeignKey("catalogue.Procedure", on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(
        "catalogue.ProcedureVersion", on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField()
    moved = models.JSONField()
    at = models.DateTimeField()
    staff = models.ForeignKey("accounts.Staff", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="dossiers_repinning_undone_by_somebody",
            ),
        ]

    @property
    def ref(self) -> str:
        """The text reference."""
        return f"dossiers.Repinning:{self.pk}"
