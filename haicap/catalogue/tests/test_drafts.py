"""Drafts of procedures: written by one, published by another, nothing overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.db import IntegrityError, transaction

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import Cast, add_person, make_cast
from haicap.audit import public as audit
from haicap.catalogue import actions, load, procedure_file, public, versions
from haicap.catalogue.difference import ADDED, CHANGED, REMOVED, PartDifference, difference
from haicap.catalogue.editing.laying import laid_out
from haicap.catalogue.editing.reading import read_part
from haicap.catalogue.editing.tables import PARTS
from haicap.catalogue.models import DeadlineRule, Draft, FormVersion
from haicap.catalogue.procedure_file import PaperPart, ProcedureFile
from haicap.kernel.actor import Actor, Duty, system
from haicap.kernel.errors import Invalid, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BIRTH = "1.001193"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    handle = [(Duty.HANDLE, Reach.OWN)]
    control = [(Duty.CATALOGUE, Reach.ALL)]
    cast.people["tich"] = add_person(
        login="tich", name="Lê Hộ Tịch", agency=cast.bode.office, title="Hộ tịch", duties=handle
    )
    cast.people["soat2"] = add_person(
        login="soat2", name="Vũ Thị Rà", agency=cast.centre, title="Kiểm soát", duties=control
    )
    return cast


@pytest.fixture
def soat(cast: Cast) -> Actor:
    return cast.actor("soat")


@pytest.fixture
def other(cast: Cast) -> Actor:
    return cast.actor("soat2")


def renamed(name: str) -> Callable[[ProcedureFile], ProcedureFile]:
    return lambda file: msgspec.structs.replace(file, short_name=name)


def drafted(by: Actor, name: str = "Khai sinh cho bé") -> Draft:
    actions.start_draft(code=BIRTH, by=by, at=AT)
    return actions.edit_draft(
        code=BIRTH, part="general", change=renamed(name), revision=1, by=by, at=AT
    )


def publish(by: Actor, day: date = TODAY, **more: date) -> int:
    return actions.publish_draft(
        code=BIRTH, valid_from=day, revision=None, by=by, at=AT, **more
    ).number


def test_every_shipped_procedure_is_the_same_file_after_a_journey() -> None:
    for code in load.complete_codes(day=TODAY):
        file = versions.file_of(versions.version_on(code, day=TODAY), day=TODAY)
        raw = procedure_file.canonical(file)
        assert procedure_file.canonical(procedure_file.read(raw)) == raw, code


def test_every_shipped_procedure_is_unchanged_when_all_its_cells_are_posted_back() -> None:
    for code in load.complete_codes(day=TODAY):
        file = versions.file_of(versions.version_on(code, day=TODAY), day=TODAY)
        for part in PARTS.values():
            typed = {name: cell for name, cell in laid_out(part, file).items() if cell}
            back = read_part(part, laid_out(part, file), file)
            assert procedure_file.canonical(back) == procedure_file.canonical(file), part.name
            again = read_part(part, typed, file)  # a browser posts no tick that is not set
            assert difference(file, again) == [], (code, part.name)


def test_two_people_publish_what_one_has_written(soat: Actor, other: Actor) -> None:
    drafted(soat)
    with pytest.raises(actions.DraftMoved):
        publish(other)
    actions.submit_draft(code=BIRTH, revision=2, by=soat, at=AT)
    with pytest.raises(actions.OneHand):
        publish(soat)
    with pytest.raises(actions.OneHand):
        publish(system("import"))
    assert publish(other) == 2
    before, now = (public.version_at(BIRTH, day=day) for day in (TODAY - timedelta(days=1), TODAY))
    assert (before.short_name, now.short_name) == ("Đăng ký khai sinh", "Khai sinh cho bé")
    assert now.form_version_id == before.form_version_id  # nothing of it was changed
    assert len(now.papers) == len(before.papers)
    kept = public.rules_by_ids(before.version_id, before.form_version_id)
    assert kept.short_name == "Đăng ký khai sinh"
    newest, first = versions.versions_of(BIRTH)
    assert (newest.edited_by, newest.published_by) == ("Đinh Văn Soát", "Vũ Thị Rà")
    assert (first.valid_to, newest.valid_to) == (TODAY - timedelta(days=1), None)
    kinds = [one.kind for one in audit.history_of(Draft.objects.get(code=BIRTH).ref)]
    assert [kind.rpartition(".")[2] for kind in kinds] == [
        *("DraftStarted", "DraftEdited", "DraftSubmitted", "DraftPublished"),
    ]


def test_the_database_itself_wants_four_eyes(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    publish(other)
    for wrong in ({"edited_by_id": other.person}, {"published_by_id": None}, {"state": "open"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Draft.objects.filter(code=BIRTH).update(**wrong)


def test_a_change_after_submitting_needs_another_publisher(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    actions.edit_draft(
        code=BIRTH, part="general", change=renamed("Khác"), revision=2, by=other, at=AT
    )
    assert Draft.objects.get(code=BIRTH).state == "open"
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    with pytest.raises(actions.OneHand):
        publish(other)
    assert publish(soat) == 2


def test_two_editors_are_told_of_each_other(soat: Actor, other: Actor) -> None:
    drafted(soat)
    with pytest.raises(actions.Overtaken, match="Đinh Văn Soát vừa lưu"):
        actions.edit_draft(
            code=BIRTH, part="general", change=renamed("Khác"), revision=1, by=other, at=AT
        )
    assert Draft.objects.get(code=BIRTH).content["short_name"] == "Khai sinh cho bé"


def test_a_draft_is_begun_once_and_thrown_away_whole(soat: Actor, other: Actor) -> None:
    first = drafted(soat)
    assert actions.start_draft(code=BIRTH, by=other, at=AT).pk == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(code=BIRTH, content={}, started_at=AT, edited_at=AT)
    actions.discard_draft(code=BIRTH, revision=None, by=other, at=AT)
    assert versions.draft_of(BIRTH) is None
    assert public.version_at(BIRTH, day=TODAY).short_name == "Đăng ký khai sinh"
    assert actions.start_draft(code=BIRTH, by=soat, at=AT).pk != first.pk


def test_what_changed_meanwhile_is_not_overwritten_unseen(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    actions.fill_deadline(
        code=BIRTH, amount=2, time_unit="WORKING_DAY", basis="Điều 9 luật mới", mark="nguồn",
        by=other, at=AT,
    )  # fmt: skip
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(actions.Outdated):
        publish(other, tomorrow)
    actions.bring_up_to_date(code=BIRTH, revision=None, by=soat, at=AT)
    found = {one.part for one in difference_of(BIRTH)}
    assert found == {"general", "deadline"}
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    with pytest.raises(Invalid, match="vừa đổi từ 23/11/2026"):
        publish(other)
    assert publish(other, tomorrow) == 2
    rules = DeadlineRule.objects.filter(procedure__code=BIRTH).order_by("period")
    assert [rule.time_unit for rule in rules] == ["SAME_DAY", "WORKING_DAY", "SAME_DAY"]


def difference_of(code: str) -> list[PartDifference]:
    draft = versions.living_draft(code)
    return difference(draft.base, draft.file)


@pytest.mark.parametrize(
    ("day", "to", "words"),
    [
        (TODAY - timedelta(days=1), None, "không lùi"),
        (TODAY + timedelta(days=4000), None, "quá xa"),
        (TODAY, TODAY - timedelta(days=1), "hết hiệu lực"),
    ],
)
def test_a_version_begins_on_a_day_that_can_be(
    soat: Actor, other: Actor, day: date, to: date | None, words: str
) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    with pytest.raises(Invalid, match=words):
        actions.publish_draft(
            code=BIRTH, valid_from=day, valid_to=to, revision=None, by=other, at=AT
        )


def test_a_version_for_a_time_ends_on_its_last_day(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    last = TODAY + timedelta(days=30)
    publish(other, valid_to=last)
    assert public.version_at(BIRTH, day=last).short_name == "Khai sinh cho bé"
    assert versions.versions_of(BIRTH)[0].valid_to == last


def test_a_new_form_leaves_the_old_one_to_old_dossiers(soat: Actor, other: Actor) -> None:
    before = public.version_at(BIRTH, day=TODAY)
    drafted(soat)

    def asked(file: ProcedureFile) -> ProcedureFile:
        form = json.loads(json.dumps(file.form))
        form["fields"][0]["label_vi"] = "Họ tên đầy đủ của bé"
        photo = {"name": "anh", "kind": "file", "section": "child", "label_vi": "Ảnh"}
        shown = {"show_if": {"field": "child_sex", "in": ["male"]}, "required": True}
        form["fields"] += [photo, {**photo, "name": "anh_2", **shown}]
        return msgspec.structs.replace(file, form=form)

    actions.edit_draft(code=BIRTH, part="form", change=asked, revision=None, by=soat, at=AT)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    publish(other)
    now = public.version_at(BIRTH, day=TODAY)
    assert now.form_version_id != before.form_version_id
    assert FormVersion.objects.get(pk=now.form_version_id).number == 2
    photos = {paper.slot: (paper.required, paper.condition_vi) for paper in now.papers[-2:]}
    assert photos == {"anh": (False, ""), "anh_2": (False, "Khi “Giới tính”: Nam")}
    assert len(public.rules_by_ids(before.version_id, before.form_version_id).papers) == 8
    old = public.form_definition(before.form_version_id)
    assert old["fields"][0]["label_vi"] == "Họ, chữ đệm, tên"


def test_what_people_published_is_not_overwritten_by_a_file(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    publish(other)
    records = [one for one in load.shipped_records() if one.code == BIRTH]
    report = actions.import_records(
        records=[replace(one, official="khác") for one in records],
        source="x",
        valid_from=TODAY,
        by=system("x"),
        at=AT,
    )
    assert (report.followed, report.unchanged) == (0, 1)


def test_drafts_are_for_the_duty_only(cast: Cast) -> None:
    for who in ("minh", "quan", "tam"):
        with pytest.raises(NotAllowed):
            actions.start_draft(code=BIRTH, by=cast.actor(who), at=AT)


# --- as a file ----------------------------------------------------------------------------------


def test_a_file_comes_back_byte_for_byte_from_another_database(soat: Actor, other: Actor) -> None:
    drafted(soat)
    actions.submit_draft(code=BIRTH, revision=None, by=soat, at=AT)
    publish(other)
    raw = procedure_file.canonical(
        versions.file_of(versions.version_on(BIRTH, day=TODAY), day=TODAY)
    )
    elsewhere = raw.replace(BIRTH.encode(), b"1.999999")  # a code that is new there: new ids
    actions.import_draft(raw=elsewhere, by=soat, at=AT)
    assert procedure_file.canonical(versions.living_draft("1.999999").file) == elsewhere
    actions.submit_draft(code="1.999999", revision=None, by=soat, at=AT)
    actions.publish_draft(code="1.999999", valid_from=TODAY, revision=None, by=other, at=AT)
    found = versions.file_of(versions.version_on("1.999999", day=TODAY), day=TODAY)
    assert procedure_file.canonical(found) == elsewhere
    assert public.version_at("1.999999", day=TODAY).open_for_submission


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "JSON"),
        (b"{}", "không phải tệp thủ tục"),
        (b'{"schema": "haicap.procedure/9"}', "haicap.procedure/1"),
        (b'{"schema": "haicap.procedure/1", "code": "x"}', "Mã thủ tục"),
        (b'{"schema": "haicap.procedure/1", "papers": [{"copies": "2"}]}', "papers"),
        (b'{"schema": "haicap.procedure/1", "papers": [{"id": 2}]}', "id"),
        (b'{"schema": "haicap.procedure/1", "source": {"x": 1.5}}', "source.x"),
        (b'{"schema": "haicap.procedure/1", "name": "a\\u0000"}', "name"),
        (b'{"schema": "haicap.procedure/1", "name": "\\ud800"}', "name"),
        (b'{"schema": "haicap.procedure/1", "source": ' + b'{"a":' * 40 + b"1" + b"}" * 41, "lớp"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(raw: bytes, words: str) -> None:
    with pytest.raises(procedure_file.BadFile, match=words):
        procedure_file.read(raw)


def test_a_difference_says_what_came_went_and_changed() -> None:
    old = versions.file_of(versions.version_on(BIRTH, day=TODAY), day=TODAY)
    papers = [
        *(msgspec.structs.replace(old.papers[1], copies=2), *old.papers[2:]),
        PaperPart(slot="moi", name_vi="Giấy mới"),
    ]
    new = msgspec.structs.replace(old, papers=papers, fee=None)
    found = {one.part: one for one in difference(old, new)}
    assert set(found) == {"papers", "fee"}
    part = found["papers"]
    assert [part.count(kind) for kind in (ADDED, REMOVED, CHANGED)] == [1, 1, 1]
    changed = next(entry for entry in part.entries if entry.kind == CHANGED)
    assert [(one.label, one.before, one.after) for one in changed.changes] == [
        ("Bản sao", "0", "2")
    ]
    assert difference(old, old) == []
    assert {one.part for one in difference(None, old)} >= {"general", "papers", "form", "route"}
