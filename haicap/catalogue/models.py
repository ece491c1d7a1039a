"""Procedures (thủ tục hành chính) by version, and the rules a dossier is pinned to: time, fee,
form, route.

Every hand-entered rule carries its basis and its mark: nguồn (read in a source), đã biết (known),
giả định (assumed).
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from haicap.catalogue.flow import ALIVE, State


class Mark(models.TextChoices):
    """How sure a rule is."""

    SOURCE = "nguồn", "nguồn"
    KNOWN = "đã biết", "đã biết"
    ASSUMED = "giả định", "giả định"


class Field(models.Model):
    """Lĩnh vực: the trade a procedure belongs to."""

    code = models.TextField(unique=True)  # our slug, e.g. "ho-tich"
    name_vi = models.TextField()
    name_en = models.TextField(default="", blank=True)
    specialty = models.TextField(default="", blank=True)  # division of a commune that handles it


class Procedure(models.Model):
    """The identity of a procedure; `code` is national (1.001193) or "noi-bo-…" where the source has
    none.
    """

    code = models.TextField(unique=True)


class OnlineLevel(models.TextChoices):
    """NĐ 42/2022 and its successor: how far the procedure goes online."""

    FULL = "full", "toàn trình"
    PARTIAL = "partial", "một phần"
    COUNTER = "counter", "tại quầy"


class Authority(models.TextChoices):
    """Which level decides. Found for a place by `route_for`."""

    COMMUNE = "commune", "UBND cấp xã"
    CITY = "city", "Cấp thành phố"
    OTHER = "other", "Cơ quan khác"


class ProcedureVersion(models.Model):
    """What a procedure is during a period. Published rows are never changed, only followed."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    period = DateRangeField()
    name = models.TextField()
    short_name = models.TextField()
    name_en = models.TextField(default="", blank=True)
    purpose_vi = models.TextField(default="", blank=True)
    purpose_en = models.TextField(default="", blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="+")
    levels = ArrayField(models.TextField())  # as in the source: "Cấp xã", "Cấp tỉnh", …
    authority = models.TextField(choices=Authority.choices)
    authority_agency_code = models.TextField(
        default="", blank=True
    )  # a department, when CITY and known
    ministry = models.TextField(default="", blank=True)
    decision = models.TextField(default="", blank=True)
    online_level = models.TextField(choices=OnlineLevel.choices)
    identity_level = models.SmallIntegerField(default=1)  # VNeID level an online applicant needs
    channels = ArrayField(models.TextField(), default=list)  # counter | online | post
    status_owner = models.TextField(default="haicap")  # the one system that owns the status
    results = ArrayField(models.TextField(), default=list)
    result_template = models.JSONField(null=True)
    legal_basis = ArrayField(models.TextField(), default=list)
    subjects = ArrayField(models.TextField(), default=list)
    source_rule = models.JSONField(default=dict)  # time and fee by channel as the source has them
    confidence = models.JSONField(default=dict)
    search_words = ArrayField(models.TextField(), default=list)
    is_complete = models.BooleanField(
        default=False
    )  # form, papers, fee, time and route are all there

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="catalogue_version_once"),
            ExclusionConstraint(
                name="catalogue_one_version",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class PaperRule(models.Model):
    """Thành phần hồ sơ: a paper a version asks for, with its slot."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="papers")
    slot = models.TextField()
    position = models.IntegerField()
    name_vi = models.TextField()
    name_en = models.TextField(default="", blank=True)
    kind = models.TextField(default="paper")  # paper | note
    required = models.BooleanField(default=False)
    condition_vi = models.TextField(default="", blank=True)
    condition_en = models.TextField(default="", blank=True)
    originals = models.IntegerField(default=0)
    copies = models.IntegerField(default=0)
    replaced_by = models.TextField(default="", blank=True)  # the database whose data replaces it
    mark = models.TextField(choices=Mark.choices)
    basis = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "slot"], name="catalogue_slot_once"),
        ]


class DeadlineRule(models.Model):
    """How long the law gives, from when on. A procedure without one stays closed: "chưa rõ thời
    hạn".
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="deadlines")
    period = DateRangeField()
    amount = models.IntegerField()
    time_unit = (
        models.TextField()
    )  # deadlines: MINUTE HOUR WORKING_DAY DAY MONTH SAME_DAY IMMEDIATE
    policy = models.TextField(default="END_OF_DAY")
    supplement_policy = models.TextField(default="RESUME")
    supplement_reply_days = models.IntegerField(default=10)  # working days the citizen has
    supplement_max = models.IntegerField(default=1)
    note_vi = models.TextField(default="", blank=True)
    note_en = models.TextField(default="", blank=True)
    mark = models.TextField(choices=Mark.choices)
    basis = models.TextField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="catalogue_one_deadline",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, supplement_max__gte=0), name="catalogue_deadline_amount"
            ),
        ]


class FeeRule(models.Model):
    """What it costs, as a declarative scheme evaluated by catalogue.fees (TT 226/2016, city
    resolutions).
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="fees")
    period = DateRangeField()
    scheme = models.JSONField()  # {"lines": [...]}; see catalogue/fees.py
    collect_at = models.TextField(default="return")  # reception | return
    mark = models.TextField(choices=Mark.choices)
    basis = models.TextField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="catalogue_one_fee",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class FormVersion(models.Model):
    """An electronic form (tờ khai điện tử): sections and fields as data, checked by
    catalogue.forms_check. One without a procedure serves all that have none of their own.
    """

    procedure = models.ForeignKey(
        Procedure, null=True, on_delete=models.PROTECT, related_name="forms"
    )
    number = models.IntegerField()
    period = DateRangeField()
    definition = models.JSONField()
    mark = models.TextField(choices=Mark.choices)
    basis = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="catalogue_form_once"),
            ExclusionConstraint(
                name="catalogue_one_form",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class RouteStep(models.Model):
    """One desk on the way (bước quy trình nội bộ): which duty, where, how many working minutes."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="route")
    position = models.IntegerField()
    step = models.TextField()  # "receive", "verify", "review", "decide", "issue"
    name_vi = models.TextField()
    name_en = models.TextField(default="", blank=True)
    duty = models.TextField()
    place = models.TextField()  # receiving | competent | division:<specialty>
    minutes = models.IntegerField()
    mark = models.TextField(choices=Mark.choices)
    basis = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="catalogue_step_once"),
        ]


class ProcedureSearch(models.Model):
    """What the search looks into, a row per procedure: its phrases without accents, a line each."""

    procedure = models.OneToOneField(
        Procedure, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    text_fold = models.TextField()
    vector = SearchVectorField()
    weight = models.IntegerField(default=0)

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="catalogue_search_words"),
            GinIndex(
                fields=["text_fold"], name="catalogue_search_slips", opclasses=["gin_trgm_ops"]
            ),
        ]


class Draft(models.Model):
    """A version being written: the whole procedure as one content (procedure_file.ProcedureFile).

    `base` is what was in force when it was begun or last brought up to date; None for a procedure
    that is new here. A person publishes who is not the last to have changed it.
    """

    code = models.TextField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    revision = models.IntegerField(default=1)  # counts changes: two editors see each other by it
    content = models.JSONField()
    base = models.JSONField(null=True)
    base_number = models.IntegerField(default=0)
    note = models.TextField(default="", blank=True)  # why: of the change, or of sending it back
    started_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: read in by the platform
    edited_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "accounts.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    version = models.OneToOneField(
        ProcedureVersion, null=True, on_delete=models.PROTECT, related_name="draft"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=ALIVE), name="catalogue_one_draft"
            ),
            models.CheckConstraint(
                condition=~Q(published_by=F("edited_by")), name="catalogue_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=State.PUBLISHED, published_by__isnull=False, version__isnull=False
                )
                | (~Q(state=State.PUBLISHED) & Q(published_by__isnull=True, version__isnull=True)),
                name="catalogue_published_by_somebody",
            ),
        ]

    @property
    def ref(self) -> str:
        return f"catalogue.Draft:{self.pk}"
