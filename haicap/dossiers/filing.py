"""What is handed in, and the check of it: who, for whom, what is declared, which papers, where.

All faults are told at once, each at its field; nothing is stored by a check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.dossiers import routing, typed
from haicap.dossiers.models import Channel, Handing
from haicap.files import public as files
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.parties import public as parties
from haicap.units import public as units

MOST_PAPERS: Final = 100


class NotOpen(Refusal):
    """The procedure takes no submission, or not by this way or with this sign-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIn:
    """One paper handed in: a file kept before, sheets shown at a counter, or data in its place."""

    slot: str
    file_id: UUID | None = None
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceIn:
    """Where the land or person lies: a territory code as it was on `at`, and the detail.

    Only asked for where any commune may decide; else the form has the field that says it.
    """

    code: str
    at: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A dossier as it is handed in.

    `applicant`, `owner`, `representative` are what parties.check_declared takes. A citizen is the
    applicant; of `applicant` only phone, email and address are then read. Without `owner` the
    applicant owns it.
    `helper`: words about somebody who filled it in for them and is none of the three.
    """

    procedure_code: str
    channel: str = Channel.ONLINE
    applicant: Mapping[str, Any] | None = None
    owner: Mapping[str, Any] | None = None
    representative: Mapping[str, Any] | None = None
    relation: str = ""
    helper: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    papers: Sequence[PaperIn] = ()
    place: PlaceIn | None = None
    wants_result: str = Handing.ELECTRONIC
    source: str = ""
    source_code: str = ""
    other_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A filing without a fault."""

    rules: catalogue.VersionRules
    channel: str
    applicant: parties.Declared
    owner: parties.Declared | None
    representative: parties.Declared | None
    relation: str
    helper: str
    answers: dict[str, Any]
    papers: list[dict[str, Any]]
    file_slots: dict[UUID, str]
    place_id: int | None
    place_at: date | None
    place_detail: str
    wants_result: str
    source: str
    source_code: str
    other_codes: dict[str, str]


class _Faults:
    """Collects what is wrong, by field."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def trying(self, run: Callable[[], Any], *, under: str = "", default: Any = None) -> Any:
        """`run()`, or `default` with its faults noted below the field `under`."""
        try:
            return run()
        except Invalid as invalid:
            for name, sentence in invalid.fields.items():
                self.fields[f"{under}.{name}" if under else name] = sentence
        except Refusal as refused:
            self.fields[under or "procedure"] = str(refused)
        return default

    def settle(self) -> None:
        """Invalid with all faults, if any."""
        if self.fields:
            raise Invalid(self.fields)


def rules_open(*, code: str, channel: str, by: Actor, at: datetime) -> catalogue.VersionRules:
    """The rules of a procedure that takes submissions this way today. Missing, NotOpen."""
    rules = catalogue.version_at(code, day=day_of(at))
    if not rules.open_for_submission:
        raise NotOpen(rules.closed_reason)
    if by.is_citizen and by.source == "screen" and not settings.OWN_WEB_FORM:
        raise NotOpen(_("Nơi này nhận hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia."))
    if rules.channels and channel not in rules.channels:
        raise NotOpen(
            _("Thủ tục “%(name)s” không nhận hồ sơ theo cách “%(channel)s”.")
            % {"name": rules.title, "channel": Channel(channel).label}
        )
    if by.is_citizen and by.identity_level < rules.identity_level:
        raise NotOpen(
            _(
                "Thủ tục này cần định danh mức độ %(needed)s, tài khoản của ông/bà đang ở mức độ "
                "%(level)s. Ông/bà có thể nộp tại điểm phục vụ hành chính công."
            )
            % {"needed": rules.identity_level, "level": by.identity_level}
        )
    return rules


def check(filing: Filing, *, ref: str | None, by: Actor, at: datetime) -> Checked:
    """`filing` with everything looked at. `ref` is the draft its files already lie under.

    Invalid with all faults at once; NotOpen.
    """
    if filing.channel not in Channel.values:
        raise Invalid({"channel": _("Không có cách nộp này.")})
    code = typed.text(filing.procedure_code, field="procedure", required=True, limit=60)
    try:
        rules = rules_open(code=code, channel=filing.channel, by=by, at=at)
    except Missing as missing:
        raise Invalid({"procedure": str(missing)}) from missing
    faults = _Faults()
    applicant = faults.trying(lambda: _applicant(filing, by=by, at=at), under="applicant")
    owner = faults.trying(lambda: _declared(filing.owner, at=at), under="owner")
    representative = faults.trying(
        lambda: _declared(filing.representative, at=at), under="representative"
    )
    answers = faults.trying(
        lambda: _answers(rules, filing.answers, at=at), under="answers", default={}
    )
    papers, file_slots = faults.trying(
        lambda: check_papers(rules, filing.papers, ref=ref, by=by), default=([], {})
    )
    place = faults.trying(lambda: _place(filing, rules, answers, by=by, at=at), under="place")
    words = faults.trying(lambda: _words(filing, owner is not None), default={})
    faults.settle()
    place_id, place_at, detail = place or (None, None, "")
    return Checked(
        rules=rules,
        channel=filing.channel,
        applicant=applicant,
        owner=owner,
        representative=representative,
        answers=answers,
        papers=papers,
        file_slots=file_slots,
        place_id=place_id,
        place_at=place_at,
        place_detail=detail,
        **words,
    )


def _applicant(filing: Filing, *, by: Actor, at: datetime) -> parties.Declared:
    raw = dict(filing.applicant or {})
    if by.is_citizen and by.person is not None:
        known = asdict(parties.declared_of(by.person, at=at))
        contact = {name: raw[name] for name in ("phone", "email", "address") if raw.get(name)}
        raw = {**known, **contact}
    if not raw:
        raise Invalid({"name": _("Cần cho biết người nộp hồ sơ.")})
    declared = parties.check_declared(raw, at=at, demo=settings.DEMO)
    if not declared.phone and not declared.identifiers:
        raise Invalid({"phone": _("Cần số điện thoại hoặc số giấy tờ để liên hệ và tra cứu.")})
    return declared


def _declared(raw: Mapping[str, Any] | None, *, at: datetime) -> parties.Declared | None:
    return parties.check_declared(raw, at=at, demo=settings.DEMO) if raw else None


def _answers(
    rules: catalogue.VersionRules, answers: Mapping[str, Any], *, at: datetime
) -> dict[str, Any]:
    return catalogue.clean_answers(rules.form_version_id, answers, at=at)


def check_answers(
    form_version_id: int, answers: Mapping[str, Any], *, at: datetime
) -> dict[str, Any]:
    """The form filled in anew; Invalid at answers.<field>."""
    faults = _Faults()
    cleaned: dict[str, Any] = faults.trying(
        lambda: catalogue.clean_answers(form_version_id, answers, at=at),
        under="answers",
        default={},
    )
    faults.settle()
    return cleaned


def _words(filing: Filing, for_another: bool) -> dict[str, Any]:
    if filing.wants_result not in Handing.values:
        raise Invalid({"wants_result": _("Không có cách nhận kết quả này.")})
    if filing.other_codes and len(filing.other_codes) > 10:
        raise Invalid({"other_codes": _("Quá nhiều mã khác.")})
    return {
        "relation": typed.text(
            filing.relation, field="relation", limit=typed.LINE, required=for_another
        ),
        "helper": typed.text(filing.helper, field="helper", limit=typed.LINE),
        "wants_result": str(filing.wants_result),
        "source": typed.text(filing.source, field="source", limit=60) or "haicap",
        "source_code": typed.text(filing.source_code, field="source_code", limit=100),
        "other_codes": {
            typed.text(source, field="other_codes", limit=30): typed.text(
                code, field="other_codes", required=True, limit=100
            )
            for source, code in filing.other_codes.items()
        },
    }


Place = tuple[int | None, date, str]  # the territory today (None: split), its day, the detail


def _place(
    filing: Filing,
    rules: catalogue.VersionRules,
    answers: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> Place | None:
    """Where it lies: as the form decides, as chosen, else at the counter where it is handed in."""
    definition = catalogue.form_definition(rules.form_version_id)
    if definition.get("place", {}).get("rule") == "field":
        return place_said(rules.form_version_id, answers, at=at)
    if filing.place is not None and filing.place.code:
        return _located(filing.place, at=at)
    if by.is_staff and filing.channel != Channel.ONLINE and by.agency is not None:
        served = units.agency(by.agency, day=day_of(at)).territory_ids
        return (served[0], day_of(at), "") if len(served) == 1 else None
    return None


def place_said(form_version_id: int, answers: Mapping[str, Any], *, at: datetime) -> Place | None:
    """Where the land or person lies, as the answers say it; None when the form does not ask."""
    said = catalogue.place_of(form_version_id, answers)
    if not said:
        return None
    place = PlaceIn(
        code=str(said["territory"]),
        at=_day(said.get("at")),
        detail=str(said.get("detail") or ""),
    )
    return _located(place, at=at)


def _located(place: PlaceIn, *, at: datetime) -> Place:
    day = day_of(at)
    place_at = place.at or day
    if place_at > day:
        raise Invalid({"at": _("Ngày của địa danh chưa tới.")})
    try:
        today = routing.place_today(
            code=typed.text(place.code, field="code", limit=10), place_at=place_at, day=day
        )
    except Missing as missing:
        raise Invalid({"code": str(missing)}) from missing
    return today, place_at, typed.text(place.detail, field="detail", limit=500)


def _day(said: object) -> date | None:
    if isinstance(said, date):
        return said
    return date.fromisoformat(said) if isinstance(said, str) and said else None


def check_papers(
    rules: catalogue.VersionRules,
    papers: Sequence[PaperIn],
    *,
    ref: str | None,
    by: Actor,
    had: Sequence[Mapping[str, Any]] = (),
) -> tuple[list[dict[str, Any]], dict[UUID, str]]:
    """The papers as the dossier keeps them, and the slots of the files still to be attached.

    `had` are those handed in before (a completion adds to them). Invalid at papers.<slot> for each
    required paper that is missing, and at papers.<slot> or papers for what cannot be taken.
    """
    if len(papers) > MOST_PAPERS:
        raise Invalid({"papers": _("Gửi tối đa %(n)s giấy tờ một lần.") % {"n": MOST_PAPERS}})
    names = {paper.slot: paper for paper in rules.papers if paper.kind == "paper"}
    rows = {str(row["slot"]): {**row, "electronic": 0} for row in had}
    faults: dict[str, str] = {}
    file_ids: list[UUID] = []
    for use in files.uses_of([ref]).get(ref, []) if ref else []:
        if use.slot in names:
            _row(rows, names[use.slot])["electronic"] += 1
    for paper in papers:
        rule = names.get(paper.slot)
        if rule is None:
            faults[f"papers.{paper.slot[:40]}"] = _("Thủ tục này không có giấy tờ mang mã ấy.")
            continue
        fault = _paper_fault(paper, rule)
        if fault:
            faults[f"papers.{paper.slot}"] = fault
            continue
        row = _row(rows, rule)
        for count in ("originals", "certified", "photocopies"):
            row[count] += getattr(paper, count)
        row["replaced"] = row["replaced"] or paper.replaced
        if paper.file_id is not None:
            row["electronic"] += 1
            file_ids.append(paper.file_id)
    for slot, rule in names.items():
        if rule.required and not _is_there(rows.get(slot)):
            faults[f"papers.{slot}"] = _("Còn thiếu giấy tờ bắt buộc: %(name)s.") % {
                "name": rule.name
            }
    _own_files(file_ids, ref=ref, by=by, faults=faults, papers=papers)
    if faults:
        raise Invalid(faults)
    order = {slot: place for place, slot in enumerate(names)}
    kept = sorted(rows.values(), key=lambda row: order.get(row["slot"], len(order)))
    slots = {paper.file_id: paper.slot for paper in papers if paper.file_id is not None}
    return kept, slots


def _paper_fault(paper: PaperIn, rule: catalogue.PaperView) -> str:
    counts = (paper.originals, paper.certified, paper.photocopies)
    if any(not 0 <= count <= 999 for count in counts):
        return _("Số bản của một giấy tờ là từ 0 đến 999.")
    if paper.replaced and not rule.replaced_by:
        return _("Giấy tờ này chưa có dữ liệu thay thế, cần nộp bản giấy hoặc bản điện tử.")
    return ""


def _row(rows: dict[str, dict[str, Any]], rule: catalogue.PaperView) -> dict[str, Any]:
    return rows.setdefault(
        rule.slot,
        {
            "slot": rule.slot,
            "name": rule.name_vi,
            "originals": 0,
            "certified": 0,
            "photocopies": 0,
            "electronic": 0,
            "replaced": False,
        },
    )


def _is_there(row: Mapping[str, Any] | None) -> bool:
    if row is None:
        return False
    kinds = ("originals", "certified", "photocopies", "electronic", "replaced")
    return any(row[kind] for kind in kinds)


def _own_files(
    file_ids: Sequence[UUID],
    *,
    ref: str | None,
    by: Actor,
    faults: dict[str, str],
    papers: Sequence[PaperIn],
) -> None:
    """Another's file looks as if it did not exist; one file stands for one paper."""
    slots = {paper.file_id: paper.slot for paper in papers}
    if len(set(file_ids)) != len(file_ids):
        faults["papers"] = _("Một tệp chỉ dùng cho một giấy tờ; hãy tải lên lại cho giấy tờ kia.")
    for file_id in file_ids:
        try:
            use = files.facts_of(file_id)
        except Missing:
            use = None
        if use is None or use.ref not in {ref, files.staged_ref(by)}:
            faults[f"papers.{slots[file_id]}"] = _("Không tìm thấy tệp này, hãy tải lên lại.")


def snapshot(checked: Checked) -> dict[str, Any]:
    """The parties as declared, for the dossier: plain values."""
    return {
        role: parties.snapshot_of(declared)
        for role, declared in (
            ("applicant", checked.applicant),
            ("owner", checked.owner),
            ("representative", checked.representative),
        )
        if declared is not None
    }


def at_counter(filing: Filing) -> Filing:
    """The same, handed in at a counter (unless it came by post)."""
    return filing if filing.channel == Channel.POST else replace(filing, channel=Channel.COUNTER)
