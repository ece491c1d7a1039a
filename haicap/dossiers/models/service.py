"""How people were served: ratings after the result, and what the public post carries for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.dossiers.models.case import Dossier


class Face(models.IntegerChoices):
    """Three faces."""

    VERY = 3, _("rất hài lòng")
    CONTENT = 2, _("hài lòng")
    NOT = 1, _("không hài lòng")


class Rating(models.Model):
    """What the applicant thinks, once, after the result was returned (a trigger sees to that)."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    overall = models.SmallIntegerField(choices=Face.choices)
    answers = models.JSONField(default=dict)  # {"attitude": 3, …}, unanswered ones left out
    comment = models.TextField(default="", blank=True)
    # Who served: who took it in at the counter, and the last who handled it.
    receiver = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    handler = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dossiers_rating_is_a_face", condition=Q(overall__in=Face.values)
            ),
        ]
        indexes = [models.Index(name="dossiers_rating_at", fields=["-at", "-id"])]


class PostStatus(models.IntegerChoices):
    """The states of a postal order as the post names them (domain.md 13.5)."""

    UNUSED = 0, _("chưa đăng ký với bưu điện")
    REGISTERED = 1, _("bưu điện đã nhận đăng ký")
    COLLECTING = 2, _("bưu điện đang lấy, đang chuyển")
    DELIVERED = 3, _("đã giao")
    CANCELLED = 4, _("đã hủy")


POST_OPEN = (PostStatus.UNUSED, PostStatus.REGISTERED, PostStatus.COLLECTING)


class PostKind(models.TextChoices):
    """Which way it goes."""

    RETURN = "return", _("mang kết quả tới nhà")
    COLLECT = "collect", _("lấy giấy tờ tại nhà")


class PostOrder(models.Model):
    """What the public post (bưu chính công ích) carries for a dossier. `number` names it there."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="post_orders")
    kind = models.TextField(choices=PostKind.choices)
    number = models.TextField(unique=True)  # the dossier's code; -2, -3 … for further ones
    status = models.SmallIntegerField(choices=PostStatus.choices, default=PostStatus.UNUSED)
    tracking = models.TextField(default="", blank=True)  # số bưu gửi
    sender = models.JSONField()  # {"name", "tel", "address", "district", "province", "email"}
    receiver = models.JSONField()
    contents = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(null=True)  # the post was called: ask before calling again
    error = models.TextField(default="", blank=True)  # of the last call
    cancel_asked_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)  # its tracking was last asked for
    ended_at = models.DateTimeField(null=True)  # by the post's clock
    taken_by = models.TextField(default="", blank=True)  # to whom it was handed, as the post says

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_order",
                fields=["dossier", "kind"],
                condition=Q(status__in=POST_OPEN),
            ),
            models.CheckConstraint(
                name="dossiers_order_ends",
                condition=Q(status__in=POST_OPEN) | Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="dossiers_order_open", fields=["looked_at"], condition=Q(status__in=POST_OPEN)
            ),
        ]

    @property
    def ref(self) -> str:
        """The text reference."""
        return f"dossiers.PostOrder:{self.pk}"


class PostEvent(models.Model):
    """One thing the post told of an order, once."""

    order = models.ForeignKey(PostOrder, on_delete=models.PROTECT, related_name="events")
    event = models.TextField()  # the post's name for it
    status = models.SmallIntegerField(choices=PostStatus.choices)
    happened_at = models.DateTimeField()  # by the post's clock
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "event"], name="dossiers_post_event_once"),
        ]


class SimulatedParcel(models.Model):
    """What the simulator of the post took (demo only)."""

    number = models.TextField(primary_key=True)
    taken_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    receiver = models.TextField(default="", blank=True)
