"""What is owed, every movement of money as a row that never changes, and how a day was closed.

The sums of a demand are those of its movements and its state follows from the sums: the database
reckons the one and checks the other (migration 0002), so that nobody can write that a fee is paid.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _


class Moment(models.TextChoices):
    """HinhThucThu: when it is asked for (1 at reception, 2 at a supplement, 4 at the return)."""

    RECEPTION = "reception", _("khi tiếp nhận")
    SUPPLEMENT = "supplement", _("khi bổ sung")
    RETURN = "return", _("khi trả kết quả")


class MoneyState(models.TextChoices):
    """What the movements of a demand come to."""

    NONE = "none", _("không thu")
    DUE = "due", _("chưa thu")
    PARTIAL = "partial", _("thu thiếu")
    PAID = "paid", _("đã thu")
    OVER = "over", _("thu thừa, phải hoàn")
    WAIVED = "waived", _("được miễn")
    REFUNDED = "refunded", _("đã hoàn")


OWING = (MoneyState.DUE, MoneyState.PARTIAL)


class Kind(models.TextChoices):
    """What a movement does."""

    PAYMENT = "payment", _("thu")
    WAIVER = "waiver", _("miễn, giảm")
    REFUND = "refund", _("hoàn")
    MOVED_OUT = "moved_out", _("chuyển sang khoản khác")
    MOVED_IN = "moved_in", _("chuyển từ khoản khác")


class Way(models.TextChoices):
    """By which way money moved."""

    CASH = "cash", _("tiền mặt")
    CARD = "card", _("thẻ tại quầy")
    TRANSFER = "transfer", _("chuyển khoản")
    GATEWAY = "gateway", _("cổng thanh toán")
    NONE = "none", _("không có tiền đi")  # a waiver, an attribution


class Account(models.Model):
    """The account money is asked to (TKThuHuong): of an agency, or of all (null); dated."""

    agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )
    bank_bin = models.CharField(max_length=6)  # NAPAS BIN, six digits
    bank_name = models.TextField()
    number = models.TextField()
    holder = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day it is not used any more

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payments_account_digits",
                condition=Q(bank_bin__regex=r"^[0-9]{6}$", number__regex=r"^[0-9A-Za-z]{3,19}$"),
            ),
            models.UniqueConstraint(
                name="payments_one_account_from_a_day",
                fields=["agency", "valid_from"],
                nulls_distinct=False,
            ),
        ]


class Demand(models.Model):
    """What is owed for one thing. `received`, `refunded`, `waived` are sums of its movements."""

    of = models.TextField()  # "dossiers.Dossier:42"
    kind = models.TextField(default="fee")  # one demand of a kind for a thing
    code = models.CharField(max_length=25, unique=True)  # what the payer writes: payments.codes
    label = models.TextField()  # by which people know the thing: the code of the dossier
    plain = models.TextField()  # its letters and digits alone, as banks leave them
    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(
        "parties.Party", null=True, on_delete=models.PROTECT, related_name="+"
    )
    lines = models.JSONField(default=list)
    amount = models.BigIntegerField()  # đồng
    waived = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)  # net of what was moved to other demands
    refunded = models.BigIntegerField(default=0)
    moment = models.TextField(choices=Moment.choices)
    state = models.GeneratedField(
        expression=Case(
            When(
                received__gt=F("amount") + F("refunded") - F("waived"),
                then=Value(MoneyState.OVER.value),
            ),
            When(amount=0, received=0, then=Value(MoneyState.NONE.value)),
            When(amount=F("waived"), refunded__gt=0, then=Value(MoneyState.REFUNDED.value)),
            When(amount=F("waived"), then=Value(MoneyState.WAIVED.value)),
            When(
                received=F("amount") + F("refunded") - F("waived"),
                then=Value(MoneyState.PAID.value),
            ),
            When(received__gt=F("refunded"), then=Value(MoneyState.PARTIAL.value)),
            default=Value(MoneyState.DUE.value),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payments_one_demand_of_a_kind", fields=["of", "kind"]),
            models.CheckConstraint(
                name="payments_sums_are_possible",
                condition=Q(
                    amount__gte=0, waived__gte=0, received__gte=0, refunded__gte=0,
                    waived__lte=F("amount"), refunded__lte=F("received"),
                ),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="payments_label", fields=["label"]),
            models.Index(name="payments_plain", fields=["plain"]),
            models.Index(name="payments_day", fields=["created_at"]),
            models.Index(
                name="payments_open",
                fields=["agency", "created_at"],
                condition=Q(state__in=("due", "partial", "over")),
            ),
        ]

    @property
    def left(self) -> int:
        """What is still to be paid, đồng."""
        return max(0, self.amount - self.waived - self.received + self.refunded)

    @property
    def too_much(self) -> int:
        """What was paid and is not owed, đồng: what may be paid back."""
        return max(0, self.received - self.refunded - self.amount + self.waived)


class Movement(models.Model):
    """One movement of money, or of the right to it. Nothing of it changes afterwards but that the
    number of its receipt is written in, once.

    Without a demand it is money of which nobody knows yet what it is for.
    """

    demand = models.ForeignKey(
        Demand, null=True, on_delete=models.PROTECT, related_name="movements"
    )
    kind = models.TextField(choices=Kind.choices)
    amount = models.BigIntegerField()  # đồng, always more than nothing; the kind says which way
    way = models.TextField(choices=Way.choices, default=Way.NONE)
    provider = models.TextField(default="", blank=True)  # counter, a gateway's name, bank:<account>
    transaction = models.TextField(default="", blank=True)  # its id there; "" at the counter
    text = models.TextField(default="", blank=True)  # what the payer wrote, as it came
    origin = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followers"
    )  # the payment that is paid back or moved
    agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(default="", blank=True)
    basis = models.TextField(default="", blank=True)  # article of the law a waiver rests on
    paper_receipt = models.TextField(default="", blank=True)  # a printed receipt's number, if one
    receipt_volume = models.IntegerField(null=True)
    receipt_number = models.IntegerField(null=True)  # of the electronic receipt, gap-free
    receipt_year = models.IntegerField(null=True)
    by_kind = models.TextField()
    by = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()  # as the bank or the counter has it
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payments_transaction_once",
                fields=["provider", "transaction", "kind"],
                condition=~Q(transaction=""),
            ),
            models.CheckConstraint(name="payments_movement_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payments_movement_has_a_way",
                condition=Q(kind__in=("waiver", "moved_in", "moved_out"), way="none")
                | (Q(kind__in=("payment", "refund")) & ~Q(way="none") & ~Q(provider="")),
            ),
            models.CheckConstraint(
                name="payments_movement_says_why",
                condition=Q(kind="payment") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="payments_waiver_has_a_demand",
                condition=~Q(kind__in=("waiver", "moved_in")) | Q(demand__isnull=False),
            ),
            models.CheckConstraint(
                name="payments_follows_a_payment",
                condition=~Q(kind__in=("moved_in", "moved_out")) | Q(origin__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="payments_movement_day", fields=["provider", "happened_at"]),
            models.Index(
                name="payments_unclaimed",
                fields=["happened_at"],
                condition=Q(kind="payment", demand__isnull=True),
            ),
        ]

    @property
    def ref(self) -> str:
        """By which the book of receipts knows it."""
        return f"payments.Movement:{self.pk}"


class OrderState(models.TextChoices):
    """How far a request to a gateway came."""

    ASKING = "asking", _("đang gửi sang cổng")
    STARTED = "started", _("chờ người nộp trả tiền")
    LOST = "lost", _("cổng chưa trả lời")
    DONE = "done", _("cổng đã báo kết quả")


class Order(models.Model):
    """A request for payment sent to a gateway. `number` is ours, the same when repeated."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="orders")
    provider = models.TextField()
    number = models.TextField(unique=True)
    amount = models.BigIntegerField()
    state = models.TextField(choices=OrderState.choices, default=OrderState.ASKING)
    pay_url = models.TextField(default="", blank=True)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payments_order_amount", condition=Q(amount__gt=0)),
        ]


class NoticeState(models.TextChoices):
    """What became of a notice."""

    TAKEN = "taken", _("đã ghi nhận")
    REPEATED = "repeated", _("báo lặp, không ghi thêm")
    UNKNOWN = "unknown", _("tiền chưa rõ của ai")
    PARKED = "parked", _("chờ báo trước nó")
    DIFFERS = "differs", _("trái với báo trước, cần kiểm tra")
    FORGED = "forged", _("sai chữ ký, không nhận")


class Notice(models.Model):
    """A notice as it came in, once per content: what was said, and what was made of it."""

    provider = models.TextField()
    digest = models.CharField(max_length=64)  # of what was signed
    transaction = models.TextField(default="", blank=True)
    status = models.TextField(default="", blank=True)  # success | reversed
    body = models.TextField()
    state = models.TextField(choices=NoticeState.choices)
    times = models.IntegerField(default=1)
    said_at = models.DateTimeField(null=True)  # the provider's own time
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payments_notice_once", fields=["provider", "digest"]),
        ]
        indexes = [
            models.Index(name="payments_notice_of", fields=["provider", "transaction"]),
        ]


class DayClosing(models.Model):
    """A day of a provider, counted by one person and closed by another. Nothing changes after."""

    day = models.DateField()
    provider = models.TextField()
    booked = models.BigIntegerField()  # received less paid back, as our movements have it
    counted = models.BigIntegerField()  # as the drawer, the statement or the gateway has it
    note = models.TextField(default="", blank=True)
    counted_by = models.BigIntegerField()
    counted_at = models.DateTimeField()
    closed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payments_day_once", fields=["day", "provider"]),
            models.CheckConstraint(
                name="payments_closed_by_another",
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(closed_by=F("counted_by"))),
            ),
            models.CheckConstraint(
                name="payments_difference_explained",
                condition=Q(booked=F("counted")) | ~Q(note=""),
            ),
        ]


class Rehearsed(models.Model):
    """An order as the gateway to rehearse with has it, and the notices it is still to give.

    Stands for another system's memory: nothing else of the house reads it.
    """

    number = models.TextField(primary_key=True)
    asked = models.JSONField()
    paid = models.JSONField(default=list)  # its transactions
    held = models.JSONField(default=list)  # notices it has not sent yet
