"""What the catalogue tells others: small frozen values, and its figures in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from haicap.catalogue.english import spoken
from haicap.catalogue.models import OnlineLevel

INTERNAL: Final = "noi-bo-"


def in_language(vietnamese: str, english: str) -> str:
    """The words for the reader's language; Vietnamese where there is no English."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper asked for."""

    slot: str
    name_vi: str
    name_en: str
    kind: str
    required: bool
    condition_vi: str
    condition_en: str
    originals: int
    copies: int
    replaced_by: str
    mark: str
    basis: str

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def condition(self) -> str:
        return in_language(self.condition_vi, self.condition_en)

    @property
    def replaced_words(self) -> str:
        return spoken(self.replaced_by)


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """How long the law gives."""

    id: int
    amount: int
    time_unit: str
    policy: str
    supplement_policy: str
    supplement_reply_days: int
    supplement_max: int
    note_vi: str
    note_en: str
    mark: str
    basis: str

    @property
    def words(self) -> str:
        return limit_words(self.amount, self.time_unit)

    @property
    def note(self) -> str:
        return in_language(self.note_vi, self.note_en)


@dataclass(frozen=True, slots=True)
class StepView:
    """A desk on the way."""

    position: int
    step: str
    name_vi: str
    name_en: str
    duty: str
    place: str  # receiving | competent | division:<specialty>
    minutes: int
    mark: str
    basis: str

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def time(self) -> str:
        return minutes_words(self.minutes)


@dataclass(frozen=True, slots=True)
class VersionRules:
    """What a dossier is pinned to. `closed_reason` says why nothing can be submitted now."""

    procedure_id: int
    code: str
    version_id: int
    form_version_id: int
    deadline: DeadlineView | None
    fee_rule_id: int | None
    name: str
    short_name: str
    name_en: str
    field_code: str
    specialty: str
    authority: str
    authority_agency_code: str
    status_owner: str
    identity_level: int
    online_level: str
    channels: tuple[str, ...]
    papers: tuple[PaperView, ...]
    route: tuple[StepView, ...]
    results: tuple[str, ...]
    open_for_submission: bool
    closed_reason: str

    @property
    def title(self) -> str:
        return in_language(self.short_name, self.name_en)

    @property
    def result_words(self) -> tuple[str, ...]:
        return tuple(spoken(result) for result in self.results)


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """All facts of a procedure's page."""

    rules: VersionRules
    shown_code: str  # "chưa có mã" where the source has none
    purpose_vi: str
    purpose_en: str
    field_vi: str
    field_en: str
    levels: tuple[str, ...]
    ministry: str
    decision: str
    subjects: tuple[str, ...]
    legal_basis: tuple[str, ...]
    stated_limits: tuple[str, ...]  # as the source has them, when there are several or none
    fee_words: tuple[str, ...] | None  # None: not known
    fee_mark: str
    fee_basis: str
    form_mark: str
    form_basis: str
    place_rule: str  # "chosen": any commune; else the label of the deciding field
    confidence: Mapping[str, str]
    is_complete: bool
    number: int
    valid_from: date

    @property
    def ministry_words(self) -> str:
        return spoken(self.ministry)

    @property
    def subject_words(self) -> tuple[str, ...]:
        return tuple(spoken(subject) for subject in self.subjects)

    @property
    def code(self) -> str:
        return self.rules.code

    @property
    def open_for_submission(self) -> bool:
        return self.rules.open_for_submission

    @property
    def closed_reason(self) -> str:
        return self.rules.closed_reason

    @property
    def purpose(self) -> str:
        return in_language(self.purpose_vi, self.purpose_en)

    @property
    def field_name(self) -> str:
        return in_language(self.field_vi, self.field_en)


@dataclass(frozen=True, slots=True)
class FoundProcedure:
    """A line of the search."""

    code: str
    shown_code: str
    name: str
    short_name: str
    name_en: str
    purpose_vi: str
    purpose_en: str
    field_code: str
    field_vi: str
    field_en: str
    levels: tuple[str, ...]
    authority: str
    online_level: str
    is_complete: bool
    open_for_submission: bool
    limit: str

    @property
    def title(self) -> str:
        return in_language(self.short_name, self.name_en)

    @property
    def purpose(self) -> str:
        return in_language(self.purpose_vi, self.purpose_en)

    @property
    def field_name(self) -> str:
        return in_language(self.field_vi, self.field_en)


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some lines and where the next ones begin (None: there are no more)."""

    items: tuple[FoundProcedure, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ResultTemplate:
    """What the result is called and which answers it prints, for the specialist's draft."""

    title_vi: str
    title_en: str
    notation: str
    signer_vi: str
    print: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A procedure whose time limit nobody has stated."""

    code: str
    shown_code: str
    name: str
    field: str
    stated: tuple[str, ...]
    time_known: str


# --- words --------------------------------------------------------------------------------------


def limit_words(amount: int, time_unit: str) -> str:
    """A limit as people say it: 3 ngày làm việc; trong ngày."""
    if time_unit == "SAME_DAY":
        return _("Trong ngày; nhận sau 15 giờ thì ngày làm việc tiếp theo")
    if time_unit == "IMMEDIATE":
        return _("Ngay khi nhận đủ hồ sơ")
    words = {
        "MINUTE": ngettext("%(n)s phút làm việc", "%(n)s phút làm việc", amount),
        "HOUR": ngettext("%(n)s giờ làm việc", "%(n)s giờ làm việc", amount),
        "WORKING_DAY": ngettext("%(n)s ngày làm việc", "%(n)s ngày làm việc", amount),
        "DAY": ngettext("%(n)s ngày", "%(n)s ngày", amount),
        "MONTH": ngettext("%(n)s tháng", "%(n)s tháng", amount),
    }
    return words[time_unit] % {"n": amount}


def minutes_words(minutes: int) -> str:
    """Working minutes in the largest unit that fits: 2,5 ngày làm việc; 4 giờ làm việc."""
    if minutes < 60:
        return limit_words(minutes, "MINUTE")
    unit, size = ("WORKING_DAY", 480) if minutes >= 480 else ("HOUR", 60)
    if minutes % size == 0:
        return limit_words(minutes // size, unit)
    figure = f"{round(minutes / size, 1):g}"
    if not (get_language() or "vi").startswith("en"):
        figure = figure.replace(".", ",")
    many = {
        "WORKING_DAY": ngettext("%(n)s ngày làm việc", "%(n)s ngày làm việc", 2),
        "HOUR": ngettext("%(n)s giờ làm việc", "%(n)s giờ làm việc", 2),
    }
    return many[unit] % {"n": figure}


def unit_words() -> list[tuple[str, str]]:
    """(unit, words) to choose from."""
    return [
        ("WORKING_DAY", _("ngày làm việc")),
        ("DAY", _("ngày")),
        ("HOUR", _("giờ làm việc")),
        ("MONTH", _("tháng")),
        ("SAME_DAY", _("trong ngày (nhận sau 15 giờ thì ngày làm việc tiếp theo)")),
        ("IMMEDIATE", _("trả ngay")),
    ]


def shown_code(code: str) -> str:
    """The national code, or words where the source has none."""
    return _("chưa có mã") if code.startswith(INTERNAL) else code


def stated_limits(channels: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The limits a source states, in words, each once."""
    found = []
    for row in channels:
        if row.get("amount") and row.get("unit"):
            found.append(limit_words(int(row["amount"]), str(row["unit"])))
        elif row.get("amount"):
            found.append(_("%(n)s (nguồn không ghi đơn vị)") % {"n": row["amount"]})
    return tuple(dict.fromkeys(found))


def online_words(level: str) -> str:
    """toàn trình, một phần, tại quầy."""
    return {
        OnlineLevel.FULL: _("Nộp trực tuyến toàn trình"),
        OnlineLevel.PARTIAL: _("Nộp trực tuyến một phần"),
        OnlineLevel.COUNTER: _("Nộp tại quầy"),
    }[OnlineLevel(level)]
