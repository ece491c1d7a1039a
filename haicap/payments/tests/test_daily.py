"""The day of finance: a statement read twice, a day counted by one and closed by another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, NotAllowed
from haicap.payments import queries, reckoning, statement
from haicap.payments.actions.daily import DayMoved, SamePerson
from haicap.payments.actions.taking import DayIsClosed
from haicap.payments.models import Account
from haicap.payments.tests.conftest import LABEL, Till

OF = "dossiers.Dossier:1"
HEAD = "Mã giao dịch;Thời gian;Số tiền;Nội dung\n"


def read(till: Till, lines: str, who: str = "ke") -> tuple[int, int, int, int, int]:
    found = till.act(
        "import_statement", who, raw=(HEAD + lines).encode(), account_id=Account.objects.get().pk
    )
    return found.lines, found.placed, found.known, found.unknown, len(found.strange)


def test_a_statement_is_placed_by_what_payers_wrote_and_read_twice_books_nothing(
    till: Till,
) -> None:
    till.demand()
    till.demand(of="dossiers.Dossier:2", label="H26.2.118-261123-0002")
    lines = (
        f"FT1;23/11/2026 10:00;8.000;CT DEN {LABEL.replace('.', ' ').lower()} NGUYEN THI LAN\n"
        "FT2;23/11/2026 10:05;7000;H26.2.118-261123-0002\n"
        "FT3;23/11/2026;50,000.00;tien nha\n"
        "FT4;23/11/2026;-20000;phi dich vu\n"
    )
    assert read(till, lines) == (3, 2, 0, 1, 0)
    assert till.state() == ("paid", 8000)
    assert till.state("dossiers.Dossier:2") == ("partial", 7000)
    assert [rest for _row, rest in queries.unplaced()] == [50_000]
    assert read(till, lines) == (3, 0, 3, 0, 0)
    assert till.state("dossiers.Dossier:2") == ("partial", 7000)
    changed = "FT1;23/11/2026 10:00;9.000;" + LABEL + "\n"
    assert read(till, changed) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"a;b;c;d\n", b"\xff\xfe", (HEAD + "FT1;hom qua;8000;x\n").encode(),
        (HEAD + "FT1;23/11/2026;8000dong;x\n").encode(),
        (HEAD + "FT1;23/11/2026;8.00.0;x").encode(),
        (HEAD + "FT\x00;23/11/2026;8000;x").encode(),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_read_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(Invalid):
        statement.read(raw)


def test_amounts_and_days_as_banks_write_them() -> None:
    lines = "1;2026-11-23;1,234,567;x\n2;23/11/2026 08:09:10;+8.000;y\n;23/11/2026;8000.00;z\n"
    found = statement.read((HEAD + lines).encode("utf-8-sig"))
    assert [(one.amount, day_of(one.at).day) for one in found] == [
        (1_234_567, 23), (8000, 23), (8000, 23),
    ]  # fmt: skip
    assert statement.name_of(found[2]).startswith("dong-")


def test_a_day_is_counted_by_one_and_closed_by_another(till: Till) -> None:
    till.demand()
    till.act("pay", "minh", of=OF, amount=8000, way="cash")
    day = day_of(till.at)
    (row,) = reckoning.day_rows(day=day, by=till.by("ke"))
    assert (row.provider, row.received, row.booked) == ("counter", 8000, 8000)
    given = {"day": day, "provider": "counter"}
    for stranger in ("minh", "thuphi", "quan"):
        with pytest.raises(NotAllowed):
            till.act("count_day", stranger, **given, counted=8000)
    with pytest.raises(Invalid):
        till.act("count_day", "ke", **given, counted=7000)
    till.act("count_day", "ke", **given, counted=8000)
    with pytest.raises(SamePerson):
        till.act("close_day", "ke", **given)
    till.demand(of="dossiers.Dossier:2", label="H26.2.118-261123-0002")
    till.act("pay", "minh", of="dossiers.Dossier:2", amount=8000, way="cash")
    with pytest.raises(DayMoved):  # money came in after the counting
        till.act("close_day", "quy", **given)
    till.act("count_day", "ke", **given, counted=15_000, note="Thiếu 1.000 đồng, đang tìm")
    assert till.act("close_day", "quy", **given).closed_at is not None
    for who in ("ke", "quy"):
        with pytest.raises(DayMoved):
            till.act("count_day", who, **given, counted=16_000)
    till.demand(of="dossiers.Dossier:3", label="H26.2.118-261123-0003")
    with pytest.raises(DayIsClosed):
        till.act("pay", "minh", of="dossiers.Dossier:3", amount=8000, way="cash")


def test_the_sums_of_a_day_are_those_of_its_demands(till: Till) -> None:
    for number, case in enumerate(("right", "short", "over", "late"), start=1):
        till.demand(of=f"dossiers.Dossier:{number}", label=f"H26.2.118-261123-000{number}")
        till.bank(case, f"dossiers.Dossier:{number}")
    till.demand(of="dossiers.Dossier:5", label="H26.2.118-261123-0005")
    till.act("waive", "minh", of="dossiers.Dossier:5", reason="Hộ nghèo")
    owed = reckoning.owed_of(day=day_of(till.at), by=till.by("ke"))
    assert (owed.demanded, owed.received, owed.waived) == (40_000, 24_000, 8_000)
    assert (owed.left, owed.too_much) == (9_000, 1_000)
    assert owed.demanded - owed.waived + owed.too_much == owed.received + owed.left
    assert [row.state for row in reckoning.differing(by=till.by("ke"))] == ["partial", "over"]
    assert reckoning.differing(by=till.by("thuphi")) != []
    assert reckoning.owed_of(day=day_of(till.at), by=till.by("nga")).count == 0


def test_an_account_changes_from_a_day_on(till: Till) -> None:
    today = day_of(till.at)
    new = {
        "agency_id": None, "bank_bin": "999999", "bank_name": "Ngân hàng hai", "number": "22",
        "holder": "TT", "valid_from": today + timedelta(days=1),
    }  # fmt: skip
    with pytest.raises(Invalid) as wrong:
        till.act("set_account", "ke", **{**new, "bank_bin": "12", "valid_from": today})
    assert set(wrong.value.fields) == {"bank_bin", "number"}
    till.act("set_account", "ke", **{**new, "number": "2222"})
    bode = till.cast.bode.point
    now = queries.account_for(agency_id=bode, day=today)
    then = queries.account_for(agency_id=bode, day=today + timedelta(days=1))
    assert now is not None
    assert then is not None
    assert (now.number, then.number) == ("1017000118", "2222")
