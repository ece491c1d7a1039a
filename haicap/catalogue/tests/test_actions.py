"""Changes of the catalogue: what is followed and kept, who may, what pinned dossiers see."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from haicap.accounts.tests.cast import Cast, make_cast
from haicap.audit import public as audit
from haicap.catalogue import actions, load, public
from haicap.catalogue.models import DeadlineRule, FormVersion, ProcedureVersion
from haicap.catalogue.tests.test_sources import CRAWLED, NATIONAL
from haicap.kernel.actor import system
from haicap.kernel.errors import Invalid, Missing, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
BOT = system("test")
OPEN_GAP = "1.014028"


@pytest.fixture(scope="module")
def made(module_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def cast(made: Cast, db: None) -> Cast:
    return made.own()


def a_gap() -> str:
    """A procedure whose source gives no unit."""
    return "1.000080"


def kinds(code: str) -> list[str]:
    procedure = ProcedureVersion.objects.filter(procedure__code=code).first()
    assert procedure is not None
    return [h.kind for h in audit.history_of(f"catalogue.Procedure:{procedure.procedure_id}")]


def write(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "nguon.json"
    path.write_text(json.dumps(list(rows)), encoding="utf-8")
    return path


# --- importing ----------------------------------------------------------------------------------


def test_the_shipped_catalogue_loads_once_and_again_changes_nothing() -> None:
    report = load.load_catalogue(by=BOT, at=AT)
    assert (report.created, report.followed, report.unchanged) == (0, 0, 1494)
    assert ProcedureVersion.objects.filter(is_complete=True).count() >= 32
    assert FormVersion.objects.filter(procedure=None).count() == 1


def test_a_new_procedure_begins_on_the_day_of_its_import(tmp_path: Path) -> None:
    report = load.import_file(path=write(tmp_path, CRAWLED, NATIONAL), by=BOT, at=AT)
    assert (report.created, report.followed) == (2, 0)
    rules = public.version_at("1.999001", day=DAY)
    assert rules.open_for_submission
    with pytest.raises(Missing):
        public.version_at("1.999001", day=date(2026, 11, 22))
    assert kinds("1.999001") == ["catalogue.VersionPublished"]


def test_a_changed_procedure_is_followed_and_the_version_before_stays(tmp_path: Path) -> None:
    load.import_file(path=write(tmp_path, CRAWLED), by=BOT, at=AT)
    before = public.version_at("1.999001", day=DAY)
    changed = {**CRAWLED, "name": "Cấp giấy phép khác"}
    later = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    report = load.import_file(path=write(tmp_path, changed), by=BOT, at=later)
    assert (report.created, report.followed, report.unchanged) == (0, 1, 0)
    assert public.version_at("1.999001", day=date(2026, 11, 30)).version_id == before.version_id
    after = public.version_at("1.999001", day=date(2026, 12, 1))
    assert (after.name, after.version_id == before.version_id) == ("Cấp giấy phép khác", False)
    pinned = public.rules_by_ids(
        before.version_id,
        before.form_version_id,
        before.deadline.id if before.deadline else None,
        before.fee_rule_id,
    )
    assert pinned.name == before.name
    assert load.import_file(path=write(tmp_path, changed), by=BOT, at=later).unchanged == 1


def test_two_changes_on_one_day_the_second_begins_tomorrow(tmp_path: Path) -> None:
    for name in ("Tên một", "Tên hai", "Tên ba"):
        load.import_file(path=write(tmp_path, {**CRAWLED, "name": name}), by=BOT, at=AT)
    names = [public.version_at("1.999001", day=date(2026, 11, day)).name for day in (23, 24, 25)]
    assert names == ["Tên một", "Tên hai", "Tên ba"]


def test_what_hands_have_entered_survives_an_import(tmp_path: Path) -> None:
    before = public.version_at("1.001193", day=DAY)
    row = {
        **CRAWLED,
        "code": "1.001193",
        "name": "Đăng ký khai sinh (tên mới)",
        "decision": "9/QĐ-BTP",
    }
    load.import_file(path=write(tmp_path, row), by=BOT, at=AT)
    after = public.version_at("1.001193", day=DAY)
    assert after.name == "Đăng ký khai sinh (tên mới)"
    assert after.papers == before.papers
    assert after.route == before.route
    assert after.deadline == before.deadline
    assert after.form_version_id == before.form_version_id
    assert after.fee_rule_id == before.fee_rule_id
    assert public.procedure_view("1.001193", day=DAY).is_complete
    assert load.load_catalogue(by=BOT, at=AT).followed == 1  # our own data are told again
    assert public.search_procedures("em bé mới sinh", day=DAY).items[0].code == "1.001193"


def test_the_source_overrides_a_limit_it_gave_itself_but_not_one_given_by_hand(
    tmp_path: Path, cast: Cast
) -> None:
    load.import_file(path=write(tmp_path, CRAWLED, {**CRAWLED, "code": "1.999009"}), by=BOT, at=AT)
    later = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    actions.fill_deadline(
        code="1.999009",
        amount=9,
        time_unit="DAY",
        basis="Quyết định 5/QĐ-UBND",
        mark="nguồn",
        by=cast.actor("soat"),
        at=later,
    )
    channels = [{"channel": "Trực tiếp", "time": "7", "unit": "Ngày", "fee": ""}]
    rows = [{**CRAWLED, "code": code, "channels": channels} for code in ("1.999001", "1.999009")]
    load.import_file(
        path=write(tmp_path, *rows), by=BOT, at=datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
    )
    limits = [
        public.version_at(code, day=date(2026, 12, 5)).deadline for code in ("1.999001", "1.999009")
    ]
    assert [limit and limit.amount for limit in limits] == [7, 9]


def test_importing_needs_the_duty(tmp_path: Path, cast: Cast) -> None:
    for who in ("minh", "quan", "lan"):
        with pytest.raises(NotAllowed):
            load.import_file(path=write(tmp_path, CRAWLED), by=cast.actor(who), at=AT)
    assert load.import_file(path=write(tmp_path, CRAWLED), by=cast.actor("soat"), at=AT).created


def test_a_refused_import_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = {**CRAWLED, "levels": None}
    report = load.import_file(path=write(tmp_path, NATIONAL, broken), by=BOT, at=AT)
    assert report.created == 1
    assert len(report.refused) == 1


# --- rules --------------------------------------------------------------------------------------


def test_a_procedure_without_a_limit_stays_closed_and_says_why() -> None:
    rules = public.version_at(a_gap(), day=DAY)
    assert rules.deadline is None
    assert not rules.open_for_submission
    assert rules.closed_reason.startswith("Chưa rõ thời hạn")


def test_several_limits_in_the_source_are_none() -> None:
    view = public.procedure_view("1.013076", day=DAY)
    assert not view.open_for_submission
    assert len(view.stated_limits) > 1


def test_a_general_route_takes_its_minutes_from_the_limit() -> None:
    rules = public.version_at("1.001662", day=DAY)
    assert rules.deadline is not None
    assert [step.duty for step in rules.route] == ["receive", "handle", "head", "decide", "issue"]
    assert sum(step.minutes for step in rules.route) <= rules.deadline.amount * 480
    assert all(step.mark == "giả định" for step in rules.route)
    assert public.route_for(rules.version_id, rules.deadline.id) == list(rules.route)


def test_answers_decide_the_place_the_summary_and_the_fee(cast: Cast) -> None:
    rules = public.version_at("2.000908", day=DAY)
    answers = {
        "book_kind": "chung-thuc",
        "document_name": "Bằng tốt nghiệp",
        "holder": {"name": "Lê Thị Hương"},
        "place": {"territory": cast.bode.code, "detail": "Số 9"},
        "relation": "Bản thân",
        "copies": "2",
        "pledge": True,
    }
    clean = public.clean_answers(rules.form_version_id, answers, at=AT)
    assert public.place_of(rules.form_version_id, clean) == clean["place"]
    assert (
        public.subject_of(rules.form_version_id, clean)
        == "Cấp 2 bản sao từ sổ gốc: Bằng tốt nghiệp"
    )
    fee = public.fee_for(rules.fee_rule_id, channel="online", answers=clean, at=AT)
    assert (fee.total, fee.known) == (0, True)
    shown = {label: value for _s, label, value in public.answer_rows(rules.form_version_id, clean)}
    assert shown["Xã, phường đã cấp (tên cũ cũng được)"] == "Số 9, Phường Bồ Đề"
    english = public.answer_rows(rules.form_version_id, clean, "en")
    assert ("The paper", "Register of", "Certification") in english
    with pytest.raises(Invalid) as told:
        public.clean_answers(
            rules.form_version_id, {**answers, "place": {"territory": "99999"}}, at=AT
        )
    assert list(told.value.fields) == ["place.territory"]


@override_settings(DEMO=False)
def test_in_production_made_up_people_are_refused(cast: Cast) -> None:
    rules = public.version_at("2.000884", day=DAY)
    answers = {
        "document_name": "Giấy",
        "document_kind": "khac",
        "documents": 1,
        "signers": [{"name": "Lê Văn Hai", "personal_id": "000090000002"}],
        "way": "ky",
        "own_will": True,
    }
    with pytest.raises(Invalid) as told:
        public.clean_answers(rules.form_version_id, answers, at=AT)
    assert list(told.value.fields) == ["signers.0.personal_id"]


def test_no_fee_rule_demands_nothing_and_says_so() -> None:
    fee = public.fee_for(None, channel="online", answers={}, at=AT)
    assert (fee.total, fee.known) == (0, False)
    assert fee.explanation


def test_every_complete_procedure_is_open_and_has_its_result() -> None:
    for version in ProcedureVersion.objects.filter(is_complete=True).select_related("procedure"):
        rules = public.version_at(version.procedure.code, day=DAY)
        assert rules.open_for_submission, rules.code
        assert rules.fee_rule_id
        assert public.result_document(version.pk).print


# --- filling a gap ------------------------------------------------------------------------------

RIGHT: dict[str, Any] = {
    "amount": 5,
    "time_unit": "WORKING_DAY",
    "basis": "Điều 5 Nghị định 1/2026/NĐ-CP",
    "mark": "nguồn",
}


def test_the_controller_fills_a_gap_and_the_procedure_opens(cast: Cast) -> None:
    rule = actions.fill_deadline(code=a_gap(), **RIGHT, by=cast.actor("soat"), at=AT)
    rules = public.version_at(a_gap(), day=DAY)
    assert rules.open_for_submission
    assert rules.deadline is not None
    assert rules.deadline.id == rule.pk
    assert not public.version_at(a_gap(), day=date(2026, 11, 22)).open_for_submission
    happened = audit.history_of(f"catalogue.Procedure:{rules.procedure_id}")
    filled = next(h for h in happened if h.kind == "catalogue.DeadlineFilled")
    assert (filled.facts["amount"], filled.facts["before"]) == (5, None)


def test_others_may_not(cast: Cast) -> None:
    for who in ("minh", "ha", "quan", "tam", "khoa", "lan"):
        with pytest.raises(NotAllowed):
            actions.fill_deadline(code=a_gap(), **RIGHT, by=cast.actor(who), at=AT)
    assert not DeadlineRule.objects.filter(procedure__code=a_gap()).exists()


def test_who_comes_second_on_a_day_is_told(cast: Cast) -> None:
    actions.fill_deadline(code=a_gap(), **RIGHT, by=cast.actor("soat"), at=AT)
    with pytest.raises(actions.AlreadyFilled), transaction.atomic():
        actions.fill_deadline(code=a_gap(), **RIGHT, by=cast.actor("soat"), at=AT)


def test_a_later_limit_leaves_the_earlier_days_as_they_were(cast: Cast) -> None:
    actions.fill_deadline(code=a_gap(), **RIGHT, by=cast.actor("soat"), at=AT)
    later = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    actions.fill_deadline(code=a_gap(), **{**RIGHT, "amount": 7}, by=cast.actor("soat"), at=later)
    before, after = (
        public.version_at(a_gap(), day=day).deadline
        for day in (date(2026, 11, 30), date(2026, 12, 1))
    )
    assert (before and before.amount, after and after.amount) == (5, 7)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"amount": 3, "time_unit": "SAME_DAY"}, "amount"),
        ({"time_unit": "FORTNIGHT"}, "time_unit"),
        ({"time_unit": ""}, "time_unit"),
        ({"mark": "chắc chắn"}, "mark"),
        ({"basis": "  "}, "basis"),
        ({"basis": "x" * 501}, "basis"),
        ({"policy": "LATER"}, "policy"),
    ],
)
def test_a_wrong_limit_is_told_at_its_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as told:
        actions.fill_deadline(code=a_gap(), **{**RIGHT, **change}, by=cast.actor("soat"), at=AT)
    assert list(told.value.fields) == [field]


def test_a_procedure_that_is_not_there_is_missing(cast: Cast) -> None:
    with pytest.raises(Missing):
        actions.fill_deadline(code="9.999999", **RIGHT, by=cast.actor("soat"), at=AT)
