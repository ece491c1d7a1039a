"""The dossier (hồ sơ), who holds it, what was asked for, under which other codes it is known."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haicap.dossiers.flow import FINAL, OPEN, State
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant

BEFORE_RECEPTION = (
    State.DRAFT,
    State.SUBMITTED,
    State.PRE_SUPP,
    State.INTAKE_REFUSED,
    State.CANCELLED,
)


class Channel(models.TextChoices):
    """KenhThucHien: how it came in."""

    COUNTER = "counter", _("Trực tiếp")
    ONLINE = "online", _("Trực tuyến")
    POST = "post", _("Bưu chính công ích")


class Handing(models.TextChoices):
    """How the result reaches the citizen."""

    ELECTRONIC = "electronic", _("Bản điện tử")
    COUNTER = "counter", _("Nhận tại quầy")
    POST = "post", _("Qua bưu chính công ích")


class Money(models.TextChoices):
    """The money axis, apart from the state."""

    NONE = "none", _("không thu")
    DUE = "due", _("chưa thu")
    PARTIAL = "partial", _("thu thiếu")
    PAID = "paid", _("đã thu")
    OVER = "over", _("thu thừa, phải hoàn")
    WAIVED = "waived", _("được miễn")
    REFUNDED = "refunded", _("đã hoàn")

    @classmethod
    def owing(cls) -> tuple[Money, ...]:
        """Something is still to be paid."""
        return (cls.DUE, cls.PARTIAL)


# Duties whose holders read their agencies' dossiers. CATALOGUE, ACCOUNTS and OPERATE read none.
READING = frozenset(
    {
        Duty.RECEIVE,
        Duty.COORDINATE,
        Duty.HANDLE,
        Duty.HEAD,
        Duty.DECIDE,
        Duty.ISSUE,
        Duty.OBSERVE,
    }
)


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Row filters."""

    def seen_by(self, by: Actor) -> DossierQuerySet:
        """Those that exist for this person; the others must look as if they did not.

        A citizen sees those where they are applicant, owner or representative; a draft only its
        applicant. Staff see what their agencies help with, receive, decide or hold a task of, now
        or earlier, and never a draft.
        """
        if by.kind is ActorKind.CITIZEN and by.person is not None:
            named = Q(owner=by.person) | Q(representative=by.person)
            return self.filter(Q(applicant=by.person) | (named & ~Q(state=State.DRAFT)))
        handed_in = self.exclude(state=State.DRAFT)
        if by.kind is ActorKind.SYSTEM:
            return handed_in
        reading = [grant for grant in by.grants if grant.duty in READING]
        if by.kind is not ActorKind.STAFF or not reading:
            return self.none()
        nothing = Q(pk__in=[])
        seen = nothing
        for procedures, agencies in _by_procedures(reading).items():
            within = ~nothing if procedures is None else Q(procedure__code__in=procedures)
            seen |= within if agencies is None else within & _touching(agencies)
        return handed_in.filter(seen)


def _by_procedures(
    grants: list[Grant],
) -> dict[frozenset[str] | None, frozenset[int] | None]:
    """The agencies reached (None: all), by the procedures they are reached for (None: all)."""
    reached: dict[frozenset[str] | None, frozenset[int] | None] = {}
    for grant in grants:
        known = reached.get(grant.procedures, frozenset())
        both = None if known is None or grant.agencies is None else known | grant.agencies
        reached[grant.procedures] = both
    return reached


def _touching(agencies: frozenset[int]) -> Q:
    tasks = Task.objects.filter(agency__in=agencies)
    return (
        Q(receiving_agency__in=agencies)
        | Q(competent_agency__in=agencies)
        | Q(support_agency__in=agencies)
        | Q(pk__in=tasks.values("dossier"))
    )


class Dossier(models.Model):
    """One case. Pinned at reception to procedure, deadline, fee, form and calendar version."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    code = models.TextField(unique=True, null=True)  # given at submission, never changed
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    version = models.IntegerField(default=1)  # grows with every move; what If-Match compares

    procedure = models.ForeignKey("catalogue.Procedure", on_delete=models.PROTECT, related_name="+")
    procedure_version = models.ForeignKey(
        "catalogue.ProcedureVersion", on_delete=models.PROTECT, related_name="+"
    )
    form_version = models.ForeignKey(
        "catalogue.FormVersion", on_delete=models.PROTECT, related_name="+"
    )
    deadline_rule = models.ForeignKey(
        "catalogue.DeadlineRule", null=True, on_delete=models.PROTECT, related_name="+"
    )
    fee_rule = models.ForeignKey(
        "catalogue.FeeRule", null=True, on_delete=models.PROTECT, related_name="+"
    )
    calendar = models.ForeignKey(
        "deadlines.Calendar", null=True, on_delete=models.PROTECT, related_name="+"
    )

    channel = models.TextField(choices=Channel.choices)
    source = models.TextField(default="haicap")  # which channel's system it came from
    source_code = models.TextField(default="", blank=True)

    applicant = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(
        "parties.Party", null=True, on_delete=models.PROTECT, related_name="+"
    )
    relation = models.TextField(default="", blank=True)  # of the applicant to the owner
    identity_level = models.SmallIntegerField(default=0)  # VNeID level of the sign-in it came by
    helped_by = models.JSONField(null=True)  # {"kind": "staff"|"citizen", "id": …, "words": …}
    declared = models.JSONField(default=dict)  # snapshot of the parties as declared
    answers = models.JSONField(default=dict)  # the electronic form
    # Papers as handed in: [{"slot", "name", "originals", "certified", "photocopies", "electronic",
    # "replaced"}]; counts of copies, `replaced`: the data of a database stands in for it.
    papers = models.JSONField(default=list)
    subject = models.TextField(default="", blank=True)  # trích yếu
    place = models.ForeignKey(
        "units.Territory", null=True, on_delete=models.PROTECT, related_name="+"
    )  # where the land or person lies
    place_at = models.DateField(null=True)
    place_detail = models.TextField(default="", blank=True)

    support_agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )
    receiving_agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )
    competent_agency = models.ForeignKey(
        "units.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )
    commune = models.ForeignKey(
        "units.Territory", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the territory the board counts it under

    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # the clock's due_current, for lists
    is_paused = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True)  # status 9
    returned_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    volume = models.IntegerField(null=True)  # quyển số of the reception book
    ordinal = models.IntegerField(null=True)  # số thứ tự

    fee_total = models.IntegerField(default=0)  # đồng
    fee_lines = models.JSONField(default=list)
    money = models.TextField(choices=Money.choices, default=Money.NONE)
    fee_receipt = models.TextField(default="", blank=True)  # number of the receipt (biên lai)
    wants_result = models.TextField(choices=Handing.choices, default=Handing.ELECTRONIC)

    result_use = models.UUIDField(null=True)  # files.Use of the draft, then of the result
    result_values = models.JSONField(null=True)  # typed for the template; null: a file was uploaded
    result_sha256 = models.CharField(max_length=64, default="", blank=True)  # frozen at trình
    result_number = models.TextField(default="", blank=True)
    result_date = models.DateField(null=True)
    result_signed = models.BooleanField(default=False)  # false: "chưa ký số"
    result_handed = models.JSONField(null=True)  # evidence of the return

    # How it ends or ended where not by a result: REFUSED from the refusal's submission on,
    # WITHDRAWN, STOPPED, EXPIRED. Kept when it is handed over and archived.
    ended_as = models.TextField(default="", blank=True)
    put_aside = models.TextField(default="", blank=True)  # the state it goes back to, if it does
    apologised_at = models.DateTimeField(null=True)  # a new date is promised once (Mẫu 04)

    objects = DossierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dossiers_code_from_submission",
                condition=Q(state=State.DRAFT) | Q(code__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dossiers_received_is_pinned",
                condition=Q(state__in=BEFORE_RECEPTION)
                | Q(state__in=(State.EXPIRED, State.ARCHIVED), received_at__isnull=True)
                | Q(
                    received_at__isnull=False,
                    due_at__isnull=False,
                    deadline_rule__isnull=False,
                    calendar__isnull=False,
                    ordinal__isnull=False,
                    receiving_agency__isnull=False,
                    competent_agency__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="dossiers_due_after_reception",
                condition=Q(due_at__isnull=True) | Q(due_at__gte=F("received_at")),
            ),
            models.CheckConstraint(
                name="dossiers_issued_has_result",
                condition=~Q(state__in=(State.ISSUED, State.RETURNED, State.REFUSED))
                | (Q(completed_at__isnull=False) & ~Q(result_sha256="") & ~Q(result_number="")),
            ),
            models.CheckConstraint(
                name="dossiers_submitted_to_approval_is_frozen",
                condition=~Q(state__in=(State.SUBMIT_APPROVAL, State.APPROVED))
                | ~Q(result_sha256=""),
            ),
            models.UniqueConstraint(
                name="dossiers_source_code_once",
                fields=["source", "source_code"],
                condition=~Q(source_code=""),
            ),
        ]
        indexes = [
            models.Index(
                name="dossiers_due_city",
                fields=["due_at", "id"],
                include=["commune", "is_paused"],
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                name="dossiers_competent_open",
                fields=["competent_agency", "state", "due_at", "id"],
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                name="dossiers_receiving_open",
                fields=["receiving_agency", "state", "submitted_at", "id"],
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                name="dossiers_competent_recent", fields=["competent_agency", "-received_at", "-id"]
            ),
            models.Index(
                name="dossiers_receiving_book",
                fields=["receiving_agency", "received_at", "id"],
                condition=Q(received_at__isnull=False),
            ),
            models.Index(
                name="dossiers_commune_recent", fields=["commune", "-submitted_at", "-id"]
            ),
            models.Index(name="dossiers_applicant", fields=["applicant", "-id"]),
            models.Index(name="dossiers_owner", fields=["owner", "-id"]),
            models.Index(
                name="dossiers_representative",
                fields=["representative", "-id"],
                condition=Q(representative__isnull=False),
            ),
        ]

    @property
    def ref(self) -> str:
        """The text reference by which the journal, files, clocks and numbers know it."""
        return f"dossiers.Dossier:{self.pk}"


class TaskRole(models.TextChoices):
    """Kind of assignment (OC: thực hiện, phối hợp, theo dõi)."""

    LEAD = "lead", _("thực hiện")
    COORDINATE = "coordinate", _("phối hợp")
    WATCH = "watch", _("theo dõi")


class Task(models.Model):
    """Who holds the dossier at which desk. An open dossier always has an open lead task: never
    ownerless.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tasks")
    step = models.TextField()  # "intake", "coordination", then the steps of the route, "return"
    position = models.IntegerField(default=0)  # of the route step; 0: before the route
    role = models.TextField(choices=TaskRole.choices, default=TaskRole.LEAD)
    duty = models.TextField()
    agency = models.ForeignKey("units.Agency", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("accounts.Post", null=True, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the person it was given to; null: whoever holds the duty there
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # somebody looked at it first
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    outcome = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_lead",
                fields=["dossier"],
                condition=Q(role=TaskRole.LEAD, done_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="dossiers_task_desk",
                fields=["agency", "duty", "due_at", "id"],
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                name="dossiers_task_person",
                fields=["staff", "due_at", "id"],
                condition=Q(done_at__isnull=True),
            ),
            models.Index(name="dossiers_task_of", fields=["dossier", "created_at"]),
            models.Index(name="dossiers_task_agency", fields=["agency", "dossier"]),
        ]


class OtherCode(models.Model):
    """A code by which somebody else knows the dossier: portal, ministry, predecessor, barcode."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="other_codes")
    source = models.TextField()  # "portal" | "ministry" | "predecessor" | "barcode" | …
    code = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="dossiers_other_code_once"),
        ]
        indexes = [models.Index(fields=["code"])]


class Request(models.Model):
    """What the citizen was asked to complete (Mẫu 02): before reception or during verification."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="requests")
    stage = models.TextField()  # before | during
    number = models.TextField(default="", blank=True)
    items = models.JSONField()  # [{"paper": slot or "", "fault": …, "todo": …}]
    reason = models.TextField()
    basis = models.TextField(default="", blank=True)
    reply_by = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)
    again = models.TextField(default="", blank=True)  # why once more than the rule allows
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dossiers_one_open_request",
                fields=["dossier"],
                condition=Q(answered_at__isnull=True),
            ),
        ]


class Opinion(models.Model):
    """What was written on the way: a specialist's note, a leader's reason for sending back."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="opinions")
    move = models.TextField()
    text = models.TextField()
    at = models.DateTimeField()
    staff = models.BigIntegerField(null=True)


class Repeat(models.Model):
    """An idempotency key and what it led to, so that a repeated call answers the same and does
    nothing.
    """

    caller = models.TextField()  # "staff:7", "citizen:12"
    key = models.TextField()
    fingerprint = models.CharField(
        max_length=64
    )  # of the request; another body under the same key is refused
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.IntegerField(default=0)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="dossiers_repeat_once"),
        ]


class DossierSearch(models.Model):
    """What the one search box looks into: names without accents, numbers of identity, codes."""

    dossier = models.OneToOneField(
        Dossier, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    name_fold = models.TextField()
    numbers = models.TextField(default="", blank=True)  # ids and phones, space-separated
    at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["name_fold"], name="dossiers_search_name", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["numbers"], name="dossiers_search_nums", opclasses=["gin_trgm_ops"]),
        ]


__all__ = [
    "FINAL",
    "OPEN",
    "Channel",
    "Dossier",
    "DossierQuerySet",
    "DossierSearch",
    "Handing",
    "Money",
    "Opinion",
    "OtherCode",
    "Repeat",
    "Request",
    "State",
    "Task",
    "TaskRole",
]
