"""Reading the catalogue from files: our own data at the first start, others' files on command."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from haicap.catalogue import actions, checked, procedure_file, versions
from haicap.catalogue.answers import reckoned
from haicap.catalogue.checker import Finding
from haicap.catalogue.fees import FeeView
from haicap.catalogue.models import DeadlineRule, FeeRule, FormVersion, ProcedureVersion
from haicap.catalogue.sources import (
    BadSource,
    Fee,
    Limit,
    Paper,
    ProcedureRecord,
    Step,
    read_record,
    read_text,
)
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal

DATA: Final = Path(__file__).resolve().parents[1] / "data"
TWO_TIERS: Final = date(2025, 7, 1)  # Luật 72/2025/QH15: what we know begins here
LARGEST_FILE: Final = 64 * 1024 * 1024
MOST_REFUSED: Final = 20


def load_catalogue(*, by: Actor, at: datetime) -> actions.ImportReport:
    """The procedures that ship with HaiCap; run again it changes nothing."""
    definition = json.loads((DATA / "procedure_generic.json").read_text(encoding="utf-8"))["form"]
    actions.keep_general_form(definition=definition, valid_from=TWO_TIERS, by=by)
    return actions.import_records(
        records=shipped_records(), source="haicap", valid_from=TWO_TIERS, by=by, at=at
    )


def shipped_records() -> list[ProcedureRecord]:
    """The compact catalogue with the complete procedures and the everyday words laid over it."""
    complete = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((DATA / "procedures").glob("*.json"))
    }
    words = json.loads((DATA / "search_words.json").read_text(encoding="utf-8"))
    found = []
    for line in (DATA / "catalogue.jsonl").read_text(encoding="utf-8").splitlines():
        record = read_record(json.loads(line))
        if record.code in complete:
            record = completed(record, complete[record.code])
        elif record.code in words:
            record = replace(
                record, search_words=tuple(words[record.code]), official=record.fingerprint
            )
        found.append(record)
    return found


def completed(record: ProcedureRecord, data: Mapping[str, Any]) -> ProcedureRecord:
    """A record of the source with what was entered by hand (haicap/data/procedures)."""
    deadline, fee = data["deadline"], data["fees"]
    return replace(
        record,
        official=record.fingerprint,
        short_name=data["short_vi"],
        name_en=data["short_en"],
        purpose_vi=data["purpose_vi"],
        purpose_en=data["purpose_en"],
        search_words=tuple(data["words"]),
        subjects=tuple(data["subjects"]),
        online_level=data["service"]["value"],
        identity_level=int(data["identity_level"]["value"]),
        status_owner=data["status_owner"]["value"],
        channels=_channels(record, data["channels"]),
        papers=tuple(_paper(paper) for paper in data["papers"]),
        limit=Limit(**deadline),
        fee=Fee(
            scheme=fee["scheme"],
            collect_at=fee["collect_at"],
            mark=fee["mark"],
            basis=fee["basis"],
        ),
        route=_steps(data["route"]),
        results=tuple(result["name_vi"] for result in data["results"]),
        result_template=data["result_template"],
        form=data["form"],
    )


def _channels(record: ProcedureRecord, ways: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Time and fee as the source has them; the ways are those entered by hand."""
    stated = tuple({key: row[key] for key in row if key != "by"} for row in record.channels)
    return ({"by": list(ways)}, *(row for row in stated if row))


def _paper(paper: Mapping[str, Any]) -> Paper:
    return Paper(
        slot=paper["slot"],
        name_vi=paper["name_vi"],
        name_en=paper["name_en"],
        required=paper["need"] == "required",
        condition_vi=paper.get("condition_vi", ""),
        condition_en=paper.get("condition_en", ""),
        originals=int(paper["originals"]),
        copies=int(paper["copies"]),
        replaced_by=paper.get("replaced_by", ""),
        mark=paper["mark"],
        basis=paper["basis"],
    )


def _steps(route: Mapping[str, Any]) -> tuple[Step, ...]:
    return tuple(Step(**step, mark=route["mark"], basis=route["basis"]) for step in route["steps"])


def import_file(*, path: Path, by: Actor, at: datetime) -> actions.ImportReport:
    """Read in a file of others: procedures.json, our catalogue.jsonl, or records of LayThuTuc.

    Records that cannot be read are left out and told in the report; a file that is none is refused.
    """
    records, refused = read_file(path)
    return actions.import_records(
        records=records,
        refused=refused,
        source=path.name[:60],
        valid_from=day_of(at),
        by=by,
        at=at,
    )


def read_file(path: Path) -> tuple[list[ProcedureRecord], list[str]]:
    """The records of a file, and sentences about those that are wrong."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise BadSource("Tệp quá lớn: danh mục thủ tục không quá 64 MB.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise BadSource(f"Không mở được tệp {path.name}.") from None
    except UnicodeDecodeError:
        raise BadSource("Tệp không phải UTF-8.") from None
    records: dict[str, ProcedureRecord] = {}
    refused: list[str] = []
    for number, row in enumerate(read_text(text), 1):
        try:
            record = read_record(row)
            if record.code in records:
                raise BadSource(f"Mã {record.code} có hai lần, giữ lần đầu.")
            records[record.code] = record
        except Refusal as wrong:
            refused.append(f"{number}: {wrong}")
        except (TypeError, ValueError, KeyError, AttributeError):
            refused.append(f"{number}: thủ tục này không đúng dạng.")
    if not records:
        raise BadSource("Tệp không có thủ tục nào đọc được. " + " ".join(refused[:3]))
    return list(records.values()), refused[:MOST_REFUSED] + (
        [f"… và {len(refused) - MOST_REFUSED} lỗi nữa."] if len(refused) > MOST_REFUSED else []
    )


# --- for loads of dossiers ----------------------------------------------------------------------


class Reckoner(Protocol):
    """`fee_for` of one rule."""

    def __call__(
        self, *, channel: str, answers: Mapping[str, Any], at: datetime, identity_level: int = 0
    ) -> FeeView:
        """What is due."""


def fee_reckoner(fee_rule_id: int | None) -> Reckoner:
    """A rule read once, to reckon many fees by, without a word of explanation."""
    rule = FeeRule.objects.filter(pk=fee_rule_id).order_by().first() if fee_rule_id else None
    return partial(reckoned, rule, in_words=False)


def complete_codes(*, day: date) -> list[str]:
    """Codes of the procedures with form, papers, fee, time limit and route on `day`."""
    rows = ProcedureVersion.objects.filter(period__contains=day, is_complete=True)
    return list(rows.order_by("procedure__code").values_list("procedure__code", flat=True))


def rule_days(codes: Collection[str]) -> list[date]:
    """The days on which anything of these procedures begins or ends to hold, in order."""
    found: set[date] = set()
    for model in (ProcedureVersion, DeadlineRule, FeeRule, FormVersion):
        rows = model._default_manager.filter(procedure__code__in=codes)
        for period in rows.order_by().values_list("period", flat=True):
            found.update(edge for edge in (period.lower, period.upper) if edge is not None)
    return sorted(found)


# --- one procedure as a file --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """A file read in as a draft, and what the checker says of it here."""

    code: str
    revision: int
    findings: tuple[Finding, ...]


def exported(*, code: str, version: str = "", day: date) -> bytes:
    """The file of a version: a number, “draft”, or nothing for the one in force. Missing."""
    if version == "draft":
        return procedure_file.canonical(versions.living_draft(code).file)
    if version:
        number = int(version) if version.isdecimal() and len(version) < 7 else 0
        row = versions.version_numbered(code, number)
    else:
        row = versions.version_on(code, day=day)
    return procedure_file.canonical(versions.file_of(row, day=day))


def imported(*, path: Path, by: Actor, at: datetime) -> Imported:
    """The file as the draft of its procedure. BadSource for a file that cannot be opened."""
    try:
        with path.open("rb") as file:
            raw = file.read(procedure_file.LARGEST + 1)
    except OSError:
        raise BadSource(f"Không mở được tệp {path.name}.") from None
    draft = actions.import_draft(raw=raw, by=by, at=at)
    file_now = procedure_file.of_content(draft.content)
    found = checked.findings(file_now, day=day_of(at))
    return Imported(code=draft.code, revision=draft.revision, findings=tuple(found))
