"""The shipped data keep their own rules: what form, fee, route and papers promise."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.utils import translation

from haicap.catalogue import english, fees, forms_check, load
from haicap.catalogue.load import DATA, read_file
from haicap.catalogue.routes import legal_minutes
from haicap.deadlines import public as deadlines

FILES = sorted((DATA / "procedures").glob("*.json"))
PROCEDURES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
MARKS = {"nguồn", "đã biết", "giả định"}
KINDS = {
    "text", "textarea", "number", "date", "choice", "personal_id", "phone", "address", "person",
    "checkbox", "group",
}  # fmt: skip
PARTS = {
    "name", "birth_date", "sex", "personal_id", "ethnicity", "nationality", "phone", "job",
    "address",
}  # fmt: skip
every = pytest.mark.parametrize("code", PROCEDURES)
shipped_records = cache(load.shipped_records)  # two thousand records, read once


def test_the_catalogue_has_the_procedures_of_both_levels() -> None:
    records, refused = read_file(DATA / "catalogue.jsonl")
    commune = [record for record in records if "Cấp xã" in record.levels]
    uncoded = [record for record in records if record.code.startswith("noi-bo-")]
    assert (len(records), len(commune), len(uncoded), refused) == (1494, 456, 9, [])


def test_names_begin_with_a_capital_and_hold_nothing_invisible() -> None:
    for record in shipped_records():
        texts = [record.name, record.field, *record.results, *(p.name_vi for p in record.papers)]
        for text in texts:
            assert text == text.strip(), record.code
            assert text[0] == text[0].upper(), (record.code, text)
            assert text.isprintable(), (record.code, text)
    assert all(len(paper.name_vi) <= 101 for r in shipped_records() for paper in r.papers)


def test_at_least_thirty_two_procedures_are_complete() -> None:
    complete = [record for record in shipped_records() if record.is_complete]
    assert len(complete) == len(PROCEDURES) >= 32


@every
def test_a_complete_procedure_is_one_of_the_commune_and_its_file_is_named_after_it(
    code: str,
) -> None:
    found = {record.code: record for record in shipped_records()}[code]
    assert PROCEDURES[code]["code"] == code
    assert "Cấp xã" in found.levels
    assert len(set(found.search_words)) == len(found.search_words) >= 3


def rules_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (data[name] for name in ("identity_level", "service", "status_owner", "deadline"))
    yield from (data["fees"], data["route"], data["form"])
    yield from data["papers"]


@every
def test_every_rule_entered_by_hand_has_its_mark_and_basis(code: str) -> None:
    for rule in rules_of(PROCEDURES[code]):
        assert rule["mark"] in MARKS
        assert len(rule["basis"]) >= 5


@every
def test_english_stands_beside_the_vietnamese(code: str) -> None:
    def check(thing: Any) -> None:
        if isinstance(thing, dict):
            for name, value in thing.items():
                if name.endswith("_vi") and name not in {"signer_vi", "per_vi"}:
                    assert thing.get(name[:-3] + "_en"), (name, value)
                check(value)
        if isinstance(thing, list):
            for value in thing:
                check(value)

    check(PROCEDURES[code])


@every
def test_the_desks_stay_within_the_legal_time_and_come_in_the_order_of_the_law(code: str) -> None:
    data = PROCEDURES[code]
    limit = data["deadline"]
    assert limit["time_unit"] in {str(unit) for unit in deadlines.TimeUnit}
    assert limit["policy"] in {str(policy) for policy in deadlines.Policy}
    assert limit["supplement_policy"] in {"RESUME", "RESTART"}
    steps = data["route"]["steps"]
    assert sum(step["minutes"] for step in steps) <= legal_minutes(
        limit["amount"], limit["time_unit"]
    )
    duties = [step["duty"] for step in steps]
    assert duties in (
        ["receive", "handle", "decide", "issue"],
        ["receive", "handle", "head", "decide", "issue"],
    )
    assert all(step["minutes"] > 0 for step in steps)
    places = {step["place"] for step in steps}
    assert places <= {
        "receiving",
        "competent",
        *(f"division:{d}" for d in ("vp", "kt", "vhxh", "ca")),
    }
    assert len({step["step"] for step in steps}) == len(steps)


@every
def test_papers_have_slots_of_their_own_and_say_when_they_are_asked_for(code: str) -> None:
    papers = PROCEDURES[code]["papers"]
    assert papers
    slots = [paper["slot"] for paper in papers]
    assert len(set(slots)) == len(slots)
    for paper in papers:
        assert re.fullmatch(r"[a-z0-9-]{2,40}", paper["slot"])
        assert paper["originals"] + paper["copies"] >= 1
        assert paper["need"] == "required" or paper["condition_vi"]


def fields_of(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field in form["fields"]:
        yield field
        yield from field.get("fields", ())


@every
def test_the_form_can_be_asked_and_checked(code: str) -> None:
    form = PROCEDURES[code]["form"]
    sections = [section["name"] for section in form["sections"]]
    assert 2 <= len(sections) == len(set(sections)) <= 4
    names = [field["name"] for field in form["fields"]]
    assert len(names) == len(set(names)) <= 25
    asked = [len(f.get("parts", f.get("fields", "."))) for f in form["fields"]]
    assert sum(asked) >= 8
    assert [name for name in sections if name in {f["section"] for f in form["fields"]}] == sections
    earlier: dict[str, dict[str, Any]] = {}
    for field in form["fields"]:
        assert re.fullmatch(r"[a-z_]{2,40}", field["name"])
        condition = field.get("show_if")
        if condition:
            source = earlier[condition["field"]]
            allowed: set[Any] = (
                {True, False}
                if source["kind"] == "checkbox"
                else {option["value"] for option in source["options"]}
            )
            assert set(condition["in"]) <= allowed
        earlier[field["name"]] = field
    for field in fields_of(form):
        assert field["kind"] in KINDS
        if field["kind"] == "choice":
            values = [option["value"] for option in field["options"]]
            assert 2 <= len(values) == len(set(values))
            assert field.get("default", values[0]) in values
        if field["kind"] in {"text", "textarea"}:
            assert 1 <= field["max"] <= 3000
            named = re.fullmatch(r"(Họ và tên|Họ tên .*|Họ, chữ đệm, tên)", field["label_vi"])
            assert (field.get("format") == forms_check.PERSON_NAME) >= bool(named)
        if field["kind"] == "person":
            assert set(field["parts"]) <= PARTS
            assert set(field["optional"]) <= set(field["parts"])
            assert field["parts"][0] == "name"


@every
def test_the_place_the_summary_and_the_result_point_at_fields_that_are_there(code: str) -> None:
    data = PROCEDURES[code]
    fields = {field["name"]: field for field in data["form"]["fields"]}
    place = data["form"]["place"]
    if place["rule"] == "field":
        assert fields[place["field"]]["kind"] == "address"
        assert fields[place["field"]]["required"]
    else:
        assert place == {"rule": "chosen"}
    for name, part in re.findall(r"\{([a-z_]+)(?:\.([a-z_]+))?\}", data["form"]["subject"]):
        assert name in fields
        assert not part or part in fields[name]["parts"]
    assert set(data["result_template"]["print"]) <= fields.keys()
    assert data["result_template"]["notation"]


@every
def test_the_fee_can_be_reckoned_from_the_form(code: str) -> None:
    data = PROCEDURES[code]
    fields = {field["name"]: field for field in data["form"]["fields"]}
    for line in data["fees"]["scheme"]["lines"]:
        for name in ("quantity", "pages", "copies"):
            if name in line:
                assert fields[line[name]]["kind"] == "number"
        for condition in [line.get("when"), *(w["when"] for w in line.get("waive", ()))]:
            if condition and "field" in condition:
                assert condition["field"] in fields
    for channel in data["channels"]:
        assert channel in {"online", "counter", "post"}
        fees.evaluate(
            scheme=data["fees"]["scheme"],
            channel=channel,
            answers={},
            identity_level=0,
            day=date(2026, 11, 21),
        )
    assert data["fees"]["collect_at"] in {"reception", "return"}
    assert fees.describe(data["fees"]["scheme"]) or not data["fees"]["scheme"]["lines"]


@every
def test_a_plausible_filling_in_passes(code: str) -> None:
    form = PROCEDURES[code]["form"]
    answers = {field["name"]: sample(field) for field in form["fields"]}
    clean = forms_check.clean_form(
        definition=form,
        answers=answers,
        day=date(2026, 11, 21),
        demo=True,
        knows_territory=lambda territory, day: territory == "00118",
    )
    assert {f["name"] for f in form["fields"] if f["required"] and not f.get("show_if")} <= set(
        clean
    )
    again = forms_check.clean_form(
        definition=form,
        answers=clean,
        day=date(2026, 11, 21),
        demo=True,
        knows_territory=lambda territory, day: territory == "00118",
    )
    assert again == clean
    rows = list(
        forms_check.rows(
            definition=form, answers=clean, territory_name=lambda territory, day: "Phường Bồ Đề"
        )
    )
    assert len(rows) >= len([value for value in clean.values() if value is not False])


def sample(field: dict[str, Any]) -> Any:
    """Something a person could have typed."""
    kind = field["kind"]
    if kind == "person":
        whole = {
            "name": "Trần Thị Mơ",
            "birth_date": "01/02/1990",
            "sex": "female",
            "personal_id": "000190000123",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "phone": "0100000001",
            "job": "Giáo viên",
            "address": {"territory": "00118", "detail": "Số 1 ngõ 2"},
        }
        return {part: whole[part] for part in field["parts"]}
    if kind == "group":
        return [{inner["name"]: sample(inner) for inner in field["fields"]}] * max(field["min"], 1)
    if kind == "number":
        return str(max(field["min"], min(field["max"], 2)))
    if kind == "date":
        return {"past": "01/11/2026", "future": "01/12/2026", "any": "01/12/2026"}[field["when"]]
    return {
        "text": "Chữ",
        "textarea": "Vài dòng\nchữ",
        "choice": field["options"][0]["value"] if kind == "choice" else "",
        "personal_id": "000190000123",
        "phone": "0100000001",
        "address": {"territory": "00118", "detail": "Số 1 ngõ 2"},
        "checkbox": True,
    }[kind]


def test_everyday_words_belong_to_procedures_that_are_there() -> None:
    words = json.loads((DATA / "search_words.json").read_text(encoding="utf-8"))
    codes = {record.code for record in shipped_records()}
    assert set(words) <= codes - set(PROCEDURES)
    phrases = Counter(phrase for said in words.values() for phrase in said)
    assert max(phrases.values()) == 1


def test_the_general_form_can_be_asked_and_checked() -> None:
    form = json.loads((DATA / "procedure_generic.json").read_text(encoding="utf-8"))["form"]
    answers = {field["name"]: sample(field) for field in form["fields"]}
    forms_check.clean_form(
        definition=form,
        answers=answers,
        day=date(2026, 11, 21),
        demo=True,
        knows_territory=lambda territory, day: True,
    )


def test_words_that_stand_everywhere_have_their_english() -> None:
    words = {result["name_vi"] for data in PROCEDURES.values() for result in data["results"]}
    words |= {paper["replaced_by"] for data in PROCEDURES.values() for paper in data["papers"]
              if paper.get("replaced_by")}  # fmt: skip
    words |= {subject for data in PROCEDURES.values() for subject in data["subjects"]}
    with translation.override("en"):
        assert [word for word in sorted(words) if english.spoken(word) == word] == []
        assert english.spoken("Tên không ai biết") == "Tên không ai biết"
        assert english.spoken("") == ""


@every
def test_who_issues_is_no_part_of_the_notation(code: str) -> None:
    assert not PROCEDURES[code]["result_template"]["notation"].endswith("UBND")  # put behind it
