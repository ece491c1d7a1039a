"""The other turns of a dossier: asked units, duties to pay, withdrawals, apologies, corrections."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haicap.dossiers.models.case import Dossier, Task


class Stance(models.TextChoices):
    """What a consulted unit says."""

    AGREE = "agree", _("đồng ý")
    DISAGREE = "disagree", _("không đồng ý")
    OTHER = "other", _("ý kiến khác")


class Consultation(models.Model):
    """A question to another unit (lấy ý kiến phối hợp) and its reply. Silence is not consent."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    question = models.TextField()
    mandatory = models.BooleanField(default=True)  # its reply must be there before submission
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    stance = models.TextField(choices=Stance.choices, default="", blank=True)
    answer = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True)  # without a reply
    closed_why = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_question",
                fields=["dossier", "agency"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="dossiers_answer_has_words",
                condition=Q(answered_at__isnull=True) | (~Q(answer="") & ~Q(stance="")),
            ),
        ]


class FinanceDuty(models.Model):
    """What the applicant owes the state before it goes on (thuế, tiền sử dụng đất)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="finance_duties")
    amount = models.BigIntegerField()  # đồng
    purpose = models.TextField()
    basis = models.TextField()
    notice = models.TextField(default="", blank=True)  # number of the tax notice
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    pay_by = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid = models.BigIntegerField(null=True)
    receipt = models.TextField(default="", blank=True)
    confirmed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)  # unpaid: the dossier was stopped or withdrawn

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_duty",
                fields=["dossier"],
                condition=Q(paid_at__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="dossiers_duty_paid_in_full",
                condition=Q(paid_at__isnull=True) | Q(paid__gte=F("amount")),
            ),
        ]


class Withdrawal(models.Model):
    """The applicant asks to have the dossier back, and what was decided (Mẫu 05)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.TextField()
    from_state = models.TextField()
    asked_at = models.DateTimeField()
    asked_by_kind = models.TextField()
    asked_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    agreed = models.BooleanField(null=True)
    decision = models.TextField(default="", blank=True)
    fees = models.TextField(default="", blank=True)  # what becomes of the fees paid
    originals = models.TextField(default="", blank=True)  # and of the originals handed in

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_withdrawal",
                fields=["dossier"],
                condition=Q(decided_at__isnull=True),
            ),
        ]


class Apology(models.Model):
    """An apology with a new date (Mẫu 04); once for a dossier."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="apology")
    reason_code = models.TextField()  # internal | consulted | applicant | system | law
    reason = models.TextField()
    basis = models.TextField(default="", blank=True)
    due_before = models.DateTimeField()
    due_after = models.DateTimeField()
    at = models.DateTimeField()
    signed_by = models.BigIntegerField(null=True)


class Correction(models.Model):
    """An issued result that is replaced (đính chính); the old one stays, marked, and is named."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="corrections")
    error_kind = models.TextField()  # typing | content | law | other
    reason = models.TextField()
    basis = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)  # the small clock of a correction
    old_use = models.UUIDField()
    old_sha256 = models.CharField(max_length=64)
    old_number = models.TextField()
    old_date = models.DateField(null=True)
    old_handed = models.JSONField(null=True)
    new_use = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)  # the replacement was issued

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_correction",
                fields=["dossier"],
                condition=Q(closed_at__isnull=True),
            ),
        ]

    @property
    def ref(self) -> str:
        """By which the register knows the number of the replacement."""
        return f"dossiers.Correction:{self.pk}"


class Setting(models.Model):
    """A number the office may tune, from a day on, with its basis; see tuning.py for names."""

    name = models.TextField()
    value = models.IntegerField()
    valid_from = models.DateField()
    basis = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="dossiers_setting_once"),
        ]
