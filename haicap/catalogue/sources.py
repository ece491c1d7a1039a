"""Procedures as others write them down, read into one shape: our own compact file, the crawled
national database (procedures.json) and the record of the national catalogue (service LayThuTuc).
Pure.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from haicap.catalogue.wording import cut, internal_code, paper_name, sentence, title
from haicap.kernel.errors import Refusal
from haicap.kernel.vietnamese import clean, fold_accents

LONGEST_CASE: Final = 60
MOST_PAPERS: Final = 200

UNITS: Final = {
    "ngay lam viec": "WORKING_DAY",
    "ngay": "DAY",
    "gio": "HOUR",
    "gio lam viec": "HOUR",
    "thang": "MONTH",
    "phut": "MINUTE",
    "working_day": "WORKING_DAY",
    "day": "DAY",
    "hour": "HOUR",
}
CHANNELS: Final = {
    "truc tuyen": "online",
    "truc tiep": "counter",
    "dich vu buu chinh": "post",
    "buu chinh cong ich": "post",
    "1": "counter",
    "2": "online",
    "3": "post",
    "online": "online",
    "counter": "counter",
    "post": "post",
}
CHANNEL_ORDER: Final = ("online", "counter", "post")


class BadSource(Refusal):
    """The file or one of its records cannot be read as procedures."""

    status = 422


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper asked for. `case` names when, in the source's words."""

    name_vi: str
    slot: str = ""
    name_en: str = ""
    required: bool = True
    condition_vi: str = ""
    condition_en: str = ""
    originals: int = 1
    copies: int = 0
    replaced_by: str = ""
    mark: str = "nguồn"
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit with its basis; see catalogue.models.DeadlineRule."""

    amount: int
    time_unit: str
    mark: str
    basis: str
    policy: str = "END_OF_DAY"
    supplement_policy: str = "RESUME"
    supplement_reply_days: int = 10
    supplement_max: int = 1
    note_vi: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee scheme with its basis; see catalogue.fees."""

    scheme: Mapping[str, Any]
    mark: str
    basis: str
    collect_at: str = "return"


@dataclass(frozen=True, slots=True)
class Step:
    """A desk on the way."""

    step: str
    name_vi: str
    name_en: str
    duty: str
    place: str
    minutes: int
    mark: str
    basis: str


@dataclass(frozen=True, slots=True)
class ProcedureRecord:
    """All a source says of one procedure. Empty means: the source does not say."""

    code: str
    name: str
    field: str
    group: str = ""
    levels: tuple[str, ...] = ()
    ministry: str = ""
    decision: str = ""
    channels: tuple[Mapping[str, Any], ...] = ()
    time_known: str = ""
    papers: tuple[Paper, ...] = ()
    results: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    confidence: Mapping[str, str] = dataclasses.field(default_factory=dict)
    short_name: str = ""
    name_en: str = ""
    purpose_vi: str = ""
    purpose_en: str = ""
    search_words: tuple[str, ...] = ()
    online_level: str = ""
    identity_level: int = 0
    status_owner: str = "haicap"
    limit: Limit | None = None
    fee: Fee | None = None
    form: Mapping[str, Any] | None = None
    route: tuple[Step, ...] = ()
    result_template: Mapping[str, Any] | None = None
    official: str = ""  # fingerprint of the official facts, where hands have replaced some

    @property
    def is_complete(self) -> bool:
        """Form, papers, fee, time and route are all there."""
        return bool(self.form and self.limit and self.fee and self.route)

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the official facts change, whichever file tells them."""
        if self.official:
            return self.official
        channels = [
            {**row, "by": list(row.get("by", ()))} if "by" in row else dict(row)
            for row in self.channels
        ]
        facts = (
            self.code, self.name, self.field, sorted(self.levels), self.ministry, self.decision,
            json.dumps(channels, sort_keys=True), self.time_known, self.results, self.legal_basis,
            sorted((p.name_vi, p.condition_vi, p.originals, p.copies) for p in self.papers),
        )  # fmt: skip
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]

    @property
    def hand(self) -> str:
        """Changes exactly when what was entered by hand changes; empty where nothing was."""
        if not (self.form or self.search_words):
            return ""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


# --- reading a file -----------------------------------------------------------------------------


def read_text(text: str) -> list[Mapping[str, Any]]:
    """The raw records of a file: JSON (a list, an object, a wrapped list) or JSON Lines."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = [
            _line(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()
        ]
    except RecursionError:
        raise BadSource("Tệp lồng quá nhiều lớp, không phải danh mục thủ tục.") from None
    rows = list(_unwrapped(found))
    if not rows:
        raise BadSource("Tệp không có thủ tục nào.")
    if not all(isinstance(row, Mapping) for row in rows):
        raise BadSource("Tệp phải là danh sách thủ tục dạng JSON.")
    return rows


def _line(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise BadSource(f"Dòng {number} không phải JSON đúng dạng.") from None


def _unwrapped(found: Any) -> Iterator[Any]:
    if isinstance(found, list):
        yield from found
    elif isinstance(found, Mapping):
        if {"MATTHC", "name", "TENTTHC"} & found.keys():
            yield found
            return
        for value in found.values():
            if isinstance(value, list):
                yield from value


def read_record(row: Mapping[str, Any]) -> ProcedureRecord:
    """One record of any of the three shapes. BadSource says what is missing."""
    if "MATTHC" in row or "TENTTHC" in row:
        record = _national(row)
    elif "sure" in row:
        record = _compact(row)
    else:
        record = _crawled(row)
    if not record.name:
        raise BadSource("Có thủ tục không có tên.")
    if not re.fullmatch(r"\d\.\d{6}|noi-bo-[a-z0-9-]{3,60}", record.code):
        raise BadSource(f"Mã thủ tục không đúng dạng: {record.code[:40]}.")
    return _with_rules(record)


# --- three shapes -------------------------------------------------------------------------------


def _compact(row: Mapping[str, Any]) -> ProcedureRecord:
    """A line of haicap/data/catalogue.jsonl."""
    sure = str(row.get("sure", "----"))
    words = {"s": "sourced", "k": "known", "u": "unsure"}
    return ProcedureRecord(
        code=str(row.get("code", "")),
        name=title(row.get("name", "")),
        field=sentence(row.get("field", "")) or "Khác",
        group=clean(str(row.get("group", ""))),
        levels=tuple(row.get("levels") or [_own_level(row.get("level"))]),
        ministry=clean(str(row.get("ministry", ""))),
        decision=clean(str(row.get("decision", ""))),
        channels=tuple(row.get("channels", ())),
        time_known=clean(str(row.get("time_known", ""))),
        papers=tuple(
            Paper(
                name_vi=str(name),
                required=kind == "r",
                condition_vi=str(case),
                originals=int(originals),
                copies=int(copies),
            )
            for case, *group in row.get("papers", ())
            for kind, name, originals, copies in group
        ),
        results=tuple(row.get("results", ())),
        legal_basis=tuple(str(row.get("basis", "")).split()),
        confidence={
            name: words[letter]
            for name, letter in zip(("code", "time_limit", "fee", "papers"), sure, strict=False)
            if letter in words
        },
    )


def _own_level(level: Any) -> str:
    return "Cấp tỉnh" if level == "city" else "Cấp xã"


def _crawled(row: Mapping[str, Any]) -> ProcedureRecord:
    """A record of procedures.json: the national database as crawled; long texts stay there."""
    name = title(row.get("name", ""))
    return ProcedureRecord(
        code=str(row.get("code") or internal_code(name)),
        name=name,
        field=sentence(row.get("field", "")) or "Khác",
        group=clean(str(row.get("group", ""))),
        levels=tuple(str(level) for level in row.get("levels", ())) or ("Cấp xã",),
        ministry=clean(str(row.get("ministry", ""))),
        decision=clean(str(row.get("decision") or "")),
        channels=_channels(
            (
                (
                    item.get("channel"),
                    item.get("time", item.get("amount")),
                    item.get("unit"),
                    item.get("fee", item.get("fee_vnd")),
                )
                for item in row.get("channels", ())
                if isinstance(item, Mapping)
            ),
            alone=row.get("time_limit"),
        ),
        time_known=clean(str(row.get("time_limit_known") or "")),
        papers=_papers(
            (item.get("name"), item.get("originals"), item.get("copies"), item.get("case"))
            for item in row.get("papers", ())
            if isinstance(item, Mapping)
        ),
        results=_results(row.get("result") or row.get("results") or ()),
        legal_basis=tuple(clean(str(text)) for text in row.get("legal_basis", ())),
        subjects=tuple(
            part for part in (clean(p) for p in str(row.get("audience") or "").split(",")) if part
        ),
        confidence={
            str(name): str(word) for name, word in dict(row.get("confidence") or {}).items()
        },
    )


def _national(row: Mapping[str, Any]) -> ProcedureRecord:
    """The record of the national catalogue (LayThuTuc); one that is closed is refused."""
    name = title(row.get("TENTTHC", ""))
    if str(row.get("TRANGTHAI", "1")) not in {"1", "True", "true"}:
        raise BadSource(f"Thủ tục không còn công khai: {name[:80]}.")
    fields = _many(row.get("LINHVUCTHUCHIEN"))
    return ProcedureRecord(
        code=clean(str(row.get("MATTHC", ""))),
        name=name,
        field=sentence(fields[0].get("TENLINHVUC", "") if fields else "") or "Khác",
        levels=_levels(_many(row.get("COQUANTHUCHIEN"))),
        ministry=clean(str(row.get("MACOQUANCONGBO", ""))),
        channels=_channels(
            (
                way.get("KENH"),
                time.get("THOIGIANGIAIQUYET"),
                time.get("DONVITINH"),
                _national_fee(time),
            )
            for way in _many(row.get("CACHTHUCTHUCHIEN"))
            for time in _many(way.get("THOIGIAN")) or [{}]
        ),
        papers=_papers(
            (
                paper.get("TENGIAYTO"),
                paper.get("SOBANCHINH", 1),
                paper.get("SOBANSAO", 0),
                group.get("TRUONGHOP"),
            )
            for group in _many(row.get("THANHPHANHOSO"))
            for paper in _many(group.get("GIAYTO"))
        ),
        results=_results(item.get("TENKETQUA", "") for item in _many(row.get("KETQUATHUCHIEN"))),
        legal_basis=tuple(
            clean(str(item.get("SOVANBAN", ""))) for item in _many(row.get("CANCUPHAPLY"))
        ),
        subjects=tuple(
            clean(str(item.get("TENDOITUONG", ""))) for item in _many(row.get("DOITUONGTHUCHIEN"))
        ),
        confidence={
            "code": "sourced",
            "time_limit": "sourced",
            "fee": "sourced",
            "papers": "sourced",
        },
    )


def _many(value: Any) -> list[Mapping[str, Any]]:
    """Services give one object or a list of them."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _national_fee(time: Mapping[str, Any]) -> Any:
    fees = [item.get("SOTIEN") for item in _many(time.get("PHILEPHI"))]
    return fees[0] if len(fees) == 1 else None


def _levels(agencies: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    words = " ".join(fold_accents(str(agency.get("TENDONVI", ""))) for agency in agencies)
    found = []
    if re.search(r"\b(xa|phuong|dac khu)\b", words):
        found.append("Cấp xã")
    if re.search(r"\b(so|tinh|thanh pho)\b", words):
        found.append("Cấp tỉnh")
    return tuple(found) or ("Cấp xã",)


# --- parts --------------------------------------------------------------------------------------


def _channels(
    rows: Iterable[tuple[Any, Any, Any, Any]], alone: Any = None
) -> tuple[Mapping[str, Any], ...]:
    """Time limit and fee by channel as the source has them; equal rows are merged."""
    merged: dict[tuple[Any, ...], set[str]] = {}
    for channel, time, unit, fee in rows:
        way = CHANNELS.get(fold_accents(clean(str(channel or ""))))
        key = (_whole(time), UNITS.get(fold_accents(clean(str(unit or "")))), _fee(fee))
        merged.setdefault(key, set())
        if way:
            merged[key].add(way)
    if not merged and alone:
        found = re.fullmatch(r"(\d+) (\D+)", clean(str(alone)))
        if found and fold_accents(found[2]) in UNITS:
            merged[(int(found[1]), UNITS[fold_accents(found[2])], None)] = set()
    return tuple(
        {
            name: value
            for name, value in (
                ("by", [way for way in CHANNEL_ORDER if way in ways] or None),
                ("amount", amount),
                ("unit", unit),
                ("fee", fee),
            )
            if value is not None
        }
        for (amount, unit, fee), ways in merged.items()
    )


def _whole(value: Any) -> int | None:
    found = re.fullmatch(r"(\d{1,5})(?:\.0)?", clean(str(value or "")))
    return int(found[1]) if found else None


def _fee(value: Any) -> int | None:
    """Đồng. Under 1,000 the source has lost its thousands; dollars are not ours to convert."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value == 0 or value >= 1000 else None
    text = clean(str(value or ""))
    if fold_accents(text) in {"mien phi", "0", "khong"}:
        return 0
    found = re.match(r"(\d[\d.,]*)\s*(?:VNĐ|Việt Nam Đồng|đồng|đ|$)", text)
    amount = int(re.sub(r"\D", "", found[1])) if found else 0
    return amount if amount >= 1000 else None


_NOTE: Final = re.compile(
    r"^(Lưu ý|Trường hợp|Đối với|Người |Việc |Cá nhân|Cơ quan|Bản chụp các|Các giấy tờ gửi|"
    r"Giấy tờ do cơ quan có thẩm quyền của nước ngoài|Trong thời hạn|Ngoài |Nếu |Khi |\(Trường hợp)"
)


def _papers(rows: Iterable[tuple[Any, Any, Any, Any]]) -> tuple[Paper, ...]:
    """Papers by short name; lines of prose among them (no copies asked for) are no papers."""
    found: list[Paper] = []
    seen: set[tuple[str, str]] = set()
    for raw, originals, copies, case_raw in rows:
        name, case = paper_name(raw), paper_name(case_raw)
        firsts, seconds = _whole(originals) or 0, _whole(copies) or 0
        if len(name) < 6 or name == "Hoặc":
            continue
        if not firsts and not seconds and (case == "Lưu ý" or _NOTE.match(name) or name[-1] == "…"):
            continue
        sometimes = (
            (not firsts and not seconds)
            or bool(_NOTE.match(name))
            or case.startswith("Trường hợp")
            or "rường hợp" in name
            or "(nếu có)" in name
        )
        case = "" if case == "Lưu ý" else cut(case, LONGEST_CASE)
        if (name, case) not in seen and len(found) < MOST_PAPERS:
            seen.add((name, case))
            found.append(
                Paper(
                    name_vi=name,
                    required=not sometimes,
                    condition_vi=case,
                    originals=firsts,
                    copies=seconds,
                )
            )
    cases = {paper.condition_vi for paper in found if paper.condition_vi}
    if len(cases) > 1:  # which case applies only the applicant knows
        found = [
            replace(paper, required=paper.required and not paper.condition_vi) for paper in found
        ]
    return tuple(found)


def _results(rows: Iterable[Any]) -> tuple[str, ...]:
    names = (re.sub(r"\s*Mã$", "", paper_name(row)).rstrip(" .;") for row in rows)
    return tuple(dict.fromkeys(name for name in names if name))


# --- rules a source implies ---------------------------------------------------------------------


def _with_rules(record: ProcedureRecord) -> ProcedureRecord:
    """The time limit and fee stated without doubt. Nothing is guessed: two limits are none."""
    if record.limit or record.fee:
        return record
    basis = ", ".join(part for part in (record.decision, "Cơ sở dữ liệu quốc gia về TTHC") if part)
    return replace(
        record,
        limit=_stated_limit(record, basis) or _known_limit(record),
        fee=_stated_fee(record, basis),
    )


def _stated_limit(record: ProcedureRecord, basis: str) -> Limit | None:
    rows = [(row.get("amount"), row.get("unit")) for row in record.channels]
    full = {(int(amount), str(unit)) for amount, unit in rows if amount and unit}
    if len(full) != 1:
        return None
    amount, unit = full.pop()
    if any(other and other != amount for other, _unit in rows):
        return None
    return Limit(amount=amount, time_unit=unit, mark="nguồn", basis=basis)


def _known_limit(record: ProcedureRecord) -> Limit | None:
    words = fold_accents(record.time_known)
    basis = f"Hiểu biết chung: {record.time_known}"
    if words.startswith("ngay trong ngay"):
        return Limit(amount=0, time_unit="SAME_DAY", mark="đã biết", basis=basis)
    found = re.match(r"(?:khong qua )?0?(\d{1,3}) (ngay lam viec|ngay)\b", words)
    if found is None:
        return None
    return Limit(amount=int(found[1]), time_unit=UNITS[found[2]], mark="đã biết", basis=basis)


def _stated_fee(record: ProcedureRecord, basis: str) -> Fee | None:
    basis = f"{basis}; mức riêng của Hà Nội chưa đọc thấy"
    by_channel: dict[str, int] = {}
    for row in record.channels:
        for way in row.get("by", ()):
            if "fee" not in row or by_channel.get(way, row["fee"]) != row["fee"]:
                return None
            by_channel[way] = int(row["fee"])
    if not by_channel:
        return None
    most = max(by_channel.values())
    if most == 0:
        return Fee(scheme={"lines": []}, mark="nguồn", basis=basis)
    less = {way: fee for way, fee in sorted(by_channel.items()) if fee != most}
    line: dict[str, Any] = {
        "kind": "flat",
        "name_vi": "Phí, lệ phí",
        "name_en": "Fee",
        "amount": most,
    }
    if less:
        line["by_channel"] = less
    return Fee(scheme={"lines": [line]}, mark="nguồn", basis=basis)
