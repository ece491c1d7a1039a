"""Territory (đơn vị hành chính) and Agency (cơ quan): identities that last, versions with a period
[from, to).

Periods are Vietnamese days. A code names one thing at a time, not for ever: 00004 was Trúc Bạch
until
30 June 2025 and is Ba Đình since 1 July 2025.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models


def _no_overlap(name: str, *columns: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((column, RangeOperators.EQUAL) for column in columns),
            ("period", RangeOperators.OVERLAPS),
        ],
    )


def _not_empty(name: str) -> models.CheckConstraint:
    # An empty range overlaps nothing: without this it would slip past the exclusion constraints.
    return models.CheckConstraint(name=name, condition=models.Q(period__isempty=False))


def _not_itself(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=~models.Q(old=models.F("new")))


class Level(models.TextChoices):
    """Level of a territory. The district ended on 1 July 2025 (Luật 72/2025/QH15)."""

    PROVINCE = "province", "cấp tỉnh"
    DISTRICT = "district", "cấp huyện"
    COMMUNE = "commune", "cấp xã"


class Territory(models.Model):
    """A piece of the state's land, whatever it is called in whichever year."""

    level = models.TextField(choices=Level.choices)


V = TypeVar("V", bound=models.Model)


class VersionQuerySet(models.QuerySet[V]):
    """Versions of something through time."""

    def at(self, day: date) -> VersionQuerySet[V]:
        """Those in force on `day`."""
        return self.filter(period__contains=day)


class TerritoryVersion(models.Model):
    """What a territory is called, and where it belongs, during a period."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="versions")
    level = models.TextField(choices=Level.choices)
    code = models.TextField()  # NSO code: 2 digits province, 3 district, 5 commune
    name = models.TextField()  # "Bồ Đề"
    kind = models.TextField()  # "phường"
    full_name = models.TextField()  # "Phường Bồ Đề"
    sort_key = models.TextField(db_collation="C")
    name_fold = models.TextField()
    parent = models.ForeignKey(Territory, null=True, on_delete=models.PROTECT, related_name="+")
    population = models.IntegerField(null=True)
    area_km2 = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    seat = models.TextField(default="", blank=True)  # trụ sở
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    outline = models.JSONField(null=True)  # GeoJSON geometry, for display only
    basis = models.TextField(default="", blank=True)  # the paper that gave it this name
    period = DateRangeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            _no_overlap("units_territory_one_version", "territory"),
            _no_overlap("units_territory_one_code", "level", "code"),
            _not_empty("units_territory_some_time"),
        ]
        indexes = [models.Index(fields=["code"]), models.Index(fields=["sort_key"])]


class TerritorySuccession(models.Model):
    """`old` passed to `new` on `day`, whole or in part; land and people are told apart (NQ 1656/NQ-
    UBTVQH15).
    """

    old = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    relation = models.TextField()  # whole | part
    land = models.TextField(default="")  # whole | part | remainder: what became of the ground
    population = models.TextField(default="")  # all | part | none: what became of the people
    clause = models.TextField(default="")
    basis = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "day"], name="units_succession_once"),
            _not_itself("units_succession_to_another"),
        ]
        indexes = [models.Index(fields=["new"])]


# How sure a thing is that no paper we have seen says.
MARKS = ("nguồn", "đã biết", "giả định")


class AgencyKind(models.TextChoices):
    """What sort of body an agency is."""

    CITY_COMMITTEE = "city_committee", "UBND thành phố"
    COMMUNE_COMMITTEE = "commune_committee", "UBND cấp xã"
    DIVISION = "division", "Phòng chuyên môn"
    DEPARTMENT = "department", "Sở, ban, ngành"
    CENTRE = "centre", "Trung tâm Phục vụ hành chính công"
    BRANCH = "branch", "Chi nhánh"
    SERVICE_POINT = "service_point", "Điểm phục vụ hành chính công"


class Agency(models.Model):
    """A body that acts: posts, books, calendars, certificates hang on it, never on a territory."""

    kind = models.TextField(choices=AgencyKind.choices)


class AgencyVersion(models.Model):
    """What an agency is called and under whom it stands during a period."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="versions")
    code = models.TextField()  # mã định danh (QĐ 20/2020/QĐ-TTg), e.g. H26.118
    code_mark = models.TextField(default="giả định")  # nguồn | đã biết | giả định
    name = models.TextField()
    name_en = models.TextField(default="", blank=True)
    short_name = models.TextField()
    specialty = models.TextField(default="", blank=True)  # of a division: vp, vhxh, kt, …
    sort_key = models.TextField(db_collation="C")
    name_fold = models.TextField()
    parent = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    basis = models.TextField(default="", blank=True)
    period = DateRangeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            _no_overlap("units_agency_one_version", "agency"),
            _no_overlap("units_agency_one_code", "code"),
            _not_empty("units_agency_some_time"),
        ]
        indexes = [models.Index(fields=["parent"])]


class AgencyServes(models.Model):
    """Which territory an agency serves, when: n:m and dated. The branch-to-commune table is "giả
    định".
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    mark = models.TextField(default="giả định")

    class Meta:
        constraints = [
            _no_overlap("units_serves_once", "agency", "territory"),
            _not_empty("units_serves_some_time"),
        ]
        indexes = [GistIndex(fields=["territory", "period"], name="units_serves_where")]


class AgencySuccession(models.Model):
    """`old` passed its work to `new` on `day`."""

    old = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    relation = models.TextField(default="whole")
    basis = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "day"], name="units_agency_succ_once"),
            _not_itself("units_agency_succ_to_another"),
        ]
