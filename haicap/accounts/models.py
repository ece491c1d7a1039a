"""Two realms of sign-in (staff, citizens); posts, who holds them, their duties and delegations, all
dated.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from haicap.kernel.actor import Duty

DUTY_WORDS: dict[str, str] = {
    Duty.RECEIVE: "Tiếp nhận và trả kết quả",
    Duty.COORDINATE: "Điều phối chi nhánh",
    Duty.HANDLE: "Thụ lý hồ sơ",
    Duty.HEAD: "Phụ trách phòng",
    Duty.DECIDE: "Phê duyệt, ký",
    Duty.ISSUE: "Văn thư: cấp số, phát hành",
    Duty.CATALOGUE: "Kiểm soát thủ tục hành chính",
    Duty.ACCOUNTS: "Quản trị tài khoản của đơn vị",
    Duty.OBSERVE: "Theo dõi, giám sát",
    Duty.FINANCE: "Thu, đối soát phí, lệ phí",
    Duty.OPERATE: "Vận hành kỹ thuật",
}


class Staff(models.Model):
    """An official's account. Never deleted: it is ended by `is_active`."""

    agency = models.ForeignKey(  # keeps the account; what the person may do hangs on posts
        "units.Agency", on_delete=models.PROTECT, related_name="+"
    )
    login = models.TextField()
    full_name = models.TextField()
    sort_key = models.TextField(db_collation="C")
    phone = models.TextField(default="", blank=True)
    email = models.TextField(default="", blank=True)
    password = models.TextField()  # Argon2id, or "!" while none is set
    must_change_password = models.BooleanField(default=False)
    password_valid_until = models.DateTimeField(null=True)  # of a one-time code; null: no end
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # such a password opens nothing in production
    auth_epoch = models.IntegerField(
        default=1
    )  # bumped on password change or lock: ends all sessions
    totp_secret = models.TextField(default="", blank=True)  # encrypted with the secret key
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code opens the door once
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("login"), name="accounts_login_once")]

    @property
    def ref(self) -> str:
        return f"accounts.Staff:{self.pk}"


class Citizen(models.Model):
    """A citizen's sign-in by OpenID Connect. No password is ever kept."""

    party = models.OneToOneField("parties.Party", on_delete=models.PROTECT, related_name="+")
    issuer = models.TextField()
    subject = models.TextField()
    level = models.SmallIntegerField()  # identity level 1 or 2 of the last sign-in
    is_active = models.BooleanField(default=True)
    auth_epoch = models.IntegerField(default=1)
    last_sign_in_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_subject_once"),
        ]

    @property
    def ref(self) -> str:
        return f"accounts.Citizen:{self.pk}"


class Post(models.Model):
    """A position in an agency (vị trí): duties hang on it, people come and go."""

    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    title = models.TextField()  # "Chủ tịch UBND", "Công chức tư pháp - hộ tịch"
    period = DateRangeField()

    @property
    def ref(self) -> str:
        return f"accounts.Post:{self.pk}"


class PostHolder(models.Model):
    """Who holds a post when. One person may hold several; one post has one holder at a time."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holders")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="holdings")
    period = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="accounts_one_holder",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Reach(models.TextChoices):
    """How far a duty reaches from the agency of its post."""

    OWN = "own", "cơ quan mình"
    TREE = "tree", "cơ quan mình và cấp dưới"
    UNIT = "unit", "cả đơn vị: cơ quan chủ quản và các phòng"  # a clerk sits in the office
    ALL = "all", "toàn thành phố"


class PostDuty(models.Model):
    """A duty of a post: where (reach from its agency), for which procedures (null: all), when."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="duties")
    duty = models.TextField(choices=[(duty.value, duty.value) for duty in Duty])
    reach = models.TextField(choices=Reach.choices, default=Reach.OWN)
    procedures = ArrayField(models.TextField(), null=True)
    period = DateRangeField()


class Delegation(models.Model):
    """A duty lent from one post to another, by procedure and period, with its basis (văn bản ủy
    quyền).
    """

    from_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    to_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    duty = models.TextField()
    procedures = ArrayField(models.TextField(), null=True)
    period = DateRangeField()
    basis = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_post=models.F("to_post")), name="accounts_not_to_oneself"
            ),
        ]


class WebSession(models.Model):
    """One signed-in browser. Only the hash of its token is stored."""

    token_hash = models.BinaryField(unique=True)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    auth_epoch = models.IntegerField()
    level = models.SmallIntegerField(default=0)
    second_factor_at = models.DateTimeField(null=True)
    ip = models.TextField(default="")
    user_agent = models.TextField(default="")
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # written at most once in five minutes
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=True) ^ Q(citizen__isnull=True),
                name="accounts_session_one_realm",
            ),
        ]


class ApiToken(models.Model):
    """A person's token for the API, with the same rights as on the screens."""

    token_hash = models.BinaryField(unique=True)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.TextField()
    trusted_device = models.BooleanField(default=False)  # its `happened_at` is believed
    auth_epoch = models.IntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=True) ^ Q(citizen__isnull=True),
                name="accounts_token_one_realm",
            ),
        ]


class Attempt(models.Model):
    """Failed tries under one key (sign-in name, address, looked-up code), to slow guessing down."""

    key = models.TextField(primary_key=True)
    count = models.IntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_until = models.DateTimeField(null=True)
