"""Form 07, the register of the dossiers a unit received: one line each, told by the journal.

Who it was and what was asked for stands on the dossier; when it was received, promised, prolonged
and returned is read off the journal, so that nobody keeps the book by hand. A whole register costs
the same few statements however long it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.audit import public as audit
from haicap.dossiers.models import FINAL, Dossier, Handing
from haicap.dossiers.slips import data as d
from haicap.dossiers.slips.heads import declared, head_of
from haicap.kernel.actor import Actor
from haicap.kernel.clock import VIETNAM, local
from haicap.kernel.errors import Invalid
from haicap.units import public as units

PART: Final = 2000  # lines of one printed part; what is printed while somebody waits
LONGEST: Final = timedelta(days=366)
STANDINGS: Final = ("", "open", "late", "returned")
_NOTES: Final[Mapping[str, str]] = {
    "dossiers.SettlementRefused": "Không giải quyết, có văn bản",
    "dossiers.DossierWithdrawn": "Đã rút hồ sơ",
    "dossiers.DossierStopped": "Dừng giải quyết",
    "dossiers.SupplementExpired": "Hết hạn bổ sung",
    "dossiers.ResultCorrected": "Đã đính chính kết quả",
}
_KINDS: Final = (
    "dossiers.DossierAccepted",
    "dossiers.SupplementAsked",
    "dossiers.Apologised",
    "dossiers.ResultReturned",
    "dossiers.DossierHandedOn",
    *_NOTES,
)
_COLUMNS: Final = (
    "id", "code", "ordinal", "procedure_version__short_name", "declared", "competent_agency_id",
    "received_at", "due_at", "returned_at", "completed_at", "closed_at", "wants_result",
    "result_handed", "applicant_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a register is asked for. `standing`: "" all, open, late, returned."""

    agency_id: int
    since: date
    until: date
    procedure: str = ""
    standing: str = ""


def check(asked: Asked) -> None:
    """Invalid, at the field, when the period cannot be read."""
    if asked.until < asked.since:
        raise Invalid({"until": _("Ngày cuối phải từ ngày đầu trở đi.")})
    if asked.until - asked.since > LONGEST:
        raise Invalid({"until": _("Mỗi sổ dài nhất một năm.")})


def lines(asked: Asked, *, by: Actor, at: datetime) -> QuerySet[Dossier]:
    """The dossiers of the register that exist for this person, in the order of the book."""
    begins = datetime.combine(asked.since, time(), VIETNAM)
    ends = datetime.combine(asked.until + timedelta(days=1), time(), VIETNAM)
    found = Dossier.objects.seen_by(by).filter(
        receiving_agency=asked.agency_id, received_at__gte=begins, received_at__lt=ends
    )
    if asked.procedure:
        found = found.filter(procedure__code=asked.procedure)
    still = Q(completed_at__isnull=True) & ~Q(state__in=FINAL)
    if asked.standing == "open":
        found = found.filter(still)
    elif asked.standing == "late":
        found = found.filter(
            (still & Q(due_at__lt=at, is_paused=False)) | Q(completed_at__gt=F("due_at"))
        )
    elif asked.standing == "returned":
        found = found.filter(returned_at__isnull=False)
    return found.order_by("received_at", "id")


def rows_of(found: QuerySet[Dossier], *, at: datetime) -> list[d.RegisterRow]:
    """The lines as they are printed: three statements."""
    rows = list(found.values(*_COLUMNS))
    told = audit.histories_of([_ref(row) for row in rows], kinds=_KINDS)
    names = units.agency_names(
        {row["competent_agency_id"] for row in rows if row["competent_agency_id"]},
        day=local(at).date(),
    )
    with override("vi"):
        return [_row(row, told[_ref(row)], names, at=at) for row in rows]


def parties_of(found: QuerySet[Dossier]) -> tuple[list[str], list[int]]:
    """Refs and applicants of the lines shown, for the reading log."""
    pairs = list(found.values_list("id", "applicant_id"))
    return [f"dossiers.Dossier:{id}" for id, _who in pairs], sorted({who for _id, who in pairs})


def _ref(row: Mapping[str, Any]) -> str:
    return f"dossiers.Dossier:{row['id']}"


def _row(
    row: Mapping[str, Any],
    told: Sequence[audit.Happening],
    names: Mapping[int, str],
    *,
    at: datetime,
) -> d.RegisterRow:
    person = declared(row["declared"], "applicant") or d.Person("")
    received, due, returned, how = row["received_at"], row["due_at"], None, ""
    for entry in told:
        if entry.kind == "dossiers.DossierAccepted":
            received, due = entry.happened_at, datetime.fromisoformat(entry.facts["due_at"])
        elif entry.kind == "dossiers.ResultReturned":
            returned, how = entry.happened_at, str(entry.facts["how"])
    way = how or row["wants_result"]
    return d.RegisterRow(
        number=row["ordinal"],
        code=row["code"] or "",
        procedure=row["procedure_version__short_name"],
        sets=1,
        person=person.name,
        reach="; ".join(part for part in (person.address, person.phone) if part),
        agency=names.get(row["competent_agency_id"] or 0, ""),
        received_at=received,
        due_at=due,
        returned_at=returned,
        way=str(Handing(way).label),
        taken_by=_taken_by(row, person) if returned else "",
        note="; ".join(_notes(row, told, at=at)),
    )


def _taken_by(row: Mapping[str, Any], person: d.Person) -> str:
    """Who took the result: as named at the counter, else who they were on the dossier."""
    handed: Mapping[str, Any] = row["result_handed"] or {}
    if handed.get("name"):
        return str(handed["name"])
    taker = declared(row["declared"], str(handed.get("receiver") or "applicant"))
    return taker.name if taker is not None else person.name


def _notes(
    row: Mapping[str, Any], told: Iterable[audit.Happening], *, at: datetime
) -> Iterator[str]:
    asked = sum(entry.kind == "dossiers.SupplementAsked" for entry in told)
    if asked:
        yield f"Bổ sung {asked} lần"
    for entry in told:
        if entry.kind == "dossiers.Apologised":
            yield f"Xin lỗi, hẹn lại {_day(entry.facts['due_at'])}"
        elif entry.kind in _NOTES:
            yield f"{_NOTES[entry.kind]} {local(entry.happened_at):%d/%m/%Y}"
    ended = row["completed_at"] or (row["closed_at"] and row["due_at"]) or at
    if row["due_at"] and ended > row["due_at"]:
        yield "Quá hạn"


def _day(moment: str) -> str:
    return f"{local(datetime.fromisoformat(moment)):%d/%m/%Y}"


def register(
    asked: Asked,
    rows: Sequence[d.RegisterRow],
    *,
    total: int,
    filter_words: str = "",
    part: int = 1,
    parts: int = 1,
    at: datetime,
) -> d.Register:
    """Form 07 of these lines, or of one part of them."""
    head, unit = head_of(asked.agency_id, at=at)
    return d.Register(
        head=head,
        unit=unit.name,
        since=asked.since,
        until=asked.until,
        rows=tuple(rows),
        total=total,
        filter_words=filter_words,
        part=part,
        parts=parts,
    )


# --- as a table of plain text ---------------------------------------------------------------------

# Spreadsheets take a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[d.RegisterRow]) -> Iterator[str]:
    """The register for a spreadsheet: columns of form 07, UTF-8 with its mark, times as ISO."""
    yield "\ufeff" + _line(
        [
            "STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Số lượng (bộ)", "Tên cá nhân, tổ chức",
            "Địa chỉ, số điện thoại", "Cơ quan chủ trì giải quyết", "Nhận hồ sơ",
            "Hẹn trả kết quả", "Trả kết quả", "Phương thức nhận kết quả", "Ký nhận", "Ghi chú",
        ]
    )  # fmt: skip
    for row in rows:
        yield _line(
            [
                row.number, row.code, row.procedure, row.sets, row.person, row.reach, row.agency,
                _iso(row.received_at), _iso(row.due_at), _iso(row.returned_at), row.way,
                row.taken_by, row.note,
            ]
        )  # fmt: skip


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _iso(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment is not None else ""
