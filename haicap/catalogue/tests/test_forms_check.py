"""Answers to a form: clean values out of what people type, a sentence for everything else."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from haicap.catalogue import forms_check
from haicap.catalogue.load import DATA
from haicap.kernel.errors import Invalid

DAY = date(2026, 11, 21)
BIRTH = json.loads((DATA / "procedures" / "1.001193.json").read_text(encoding="utf-8"))["form"]
MARRIAGE = json.loads((DATA / "procedures" / "1.004873.json").read_text(encoding="utf-8"))["form"]
SIGNING = json.loads((DATA / "procedures" / "2.000884.json").read_text(encoding="utf-8"))["form"]


def knows(code: str, day: date) -> bool:
    return (code == "00118" and day >= date(2025, 7, 1)) or (
        code == "00004" and day < date(2025, 7, 1)
    )


def check(definition: Any, answers: Any, **more: Any) -> Any:
    return forms_check.clean_form(
        definition=definition,
        answers=answers,
        day=DAY,
        knows_territory=knows,
        **{"demo": True, **more},
    )


def birth(**changes: Any) -> dict[str, Any]:
    """A right filling in of the birth form, changed by dotted names (a.b → a__b)."""
    answers: dict[str, Any] = {
        "child_name": "Trần An Nhiên",
        "child_birth_date": "15/11/2026",
        "child_sex": "female",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Hà Nội",
        "home_place": "Nam Định",
        "mother": {
            "name": "Trần Minh Hà",
            "birth_date": "1995-03-02",
            "personal_id": "000195000012",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "address": {"territory": "00118", "detail": "Số 5 ngõ 10"},
        },
        "father_unknown": True,
        "place": {"territory": "00118"},
        "relation": "me",
        "pledge": True,
    }
    for name, value in changes.items():
        *folders, last = name.split("__")
        here = answers
        for folder in folders:
            here = here[folder]
        if value is None:
            here.pop(last, None)
        else:
            here[last] = value
    return answers


def test_clean_values_are_plain_and_the_same_when_checked_again() -> None:
    clean = check(BIRTH, birth())
    assert clean["child_birth_date"] == "2026-11-15"
    assert clean["mother"]["birth_date"] == "1995-03-02"
    assert clean["place"] == {"territory": "00118", "at": "2026-11-21"}
    assert "father" not in clean
    assert check(BIRTH, clean) == clean


def test_what_a_web_form_posts_flat_is_the_same() -> None:
    flat: dict[str, Any] = {}

    def spread(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                spread(f"{prefix}.{name}" if prefix else name, inner)
        else:
            flat[prefix] = "1" if value is True else value

    spread("", birth())
    assert check(BIRTH, flat) == check(BIRTH, birth())


def test_rows_of_a_group_come_in_the_order_of_their_numbers() -> None:
    posted = {
        "document_name": "Giấy ủy quyền",
        "document_kind": "giay-uy-quyen",
        "documents": "1",
        "signers.10.name": "Lê Văn Ba",
        "signers.10.personal_id": "000090000003",
        "signers.2.name": "Lê Văn Hai",
        "signers.2.personal_id": "000090000002",
        "signers.5.name": "",
        "way": "ky",
        "own_will": "on",
    }
    clean = check(SIGNING, posted)
    assert [row["name"] for row in clean["signers"]] == ["Lê Văn Hai", "Lê Văn Ba"]


def test_decomposed_letters_are_composed_and_hidden_characters_leave() -> None:
    typed = unicodedata.normalize("NFD", "  Trần \u200b An\u00a0 Nhiên \x07")
    assert check(BIRTH, birth(child_name=typed))["child_name"] == "Trần An Nhiên"


def test_fields_that_do_not_show_are_neither_asked_for_nor_kept() -> None:
    answers = {
        "subject_person": {
            "name": "Lê Văn Tám",
            "birth_date": "01/01/1990",
            "sex": "male",
            "personal_id": "000090000123",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
        },
        "place": {"territory": "00118"},
        "status": "chua-ket-hon",
        "divorce_paper": "x" * 5000,
        "use": "vay-von",
        "pledge": True,
    }
    clean = check(MARRIAGE, answers)
    assert "divorce_paper" not in clean
    with pytest.raises(Invalid) as told:
        check(MARRIAGE, {**answers, "status": "da-ly-hon", "divorce_paper": ""})
    assert list(told.value.fields) == ["divorce_paper"]


def test_an_address_may_use_the_names_of_its_day_or_lie_elsewhere() -> None:
    old = birth(mother__address={"territory": "00004", "at": "2024-05-01", "detail": "Phố cũ"})
    assert check(BIRTH, old)["mother"]["address"]["at"] == "2024-05-01"
    away = birth(mother__address={"elsewhere": "Xã Giao Thủy, tỉnh Ninh Bình", "detail": "Xóm 3"})
    assert "territory" not in check(BIRTH, away)["mother"]["address"]


LONG = "x" * 5000
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("empty", {"child_name": ""}, "child_name"),
    ("missing", {"child_name": None}, "child_name"),
    ("only blanks", {"child_name": " \u200b\t "}, "child_name"),
    ("too long", {"child_name": LONG}, "child_name"),
    ("a number for text", {"child_name": 5}, "child_name"),
    ("a list for text", {"child_name": ["a"]}, "child_name"),
    ("an object for text", {"child_name": {"a": 1}}, "child_name"),
    ("no date", {"child_birth_date": "hôm qua"}, "child_birth_date"),
    ("31 February", {"child_birth_date": "31/02/2026"}, "child_birth_date"),
    ("a date to come", {"child_birth_date": "2026-11-22"}, "child_birth_date"),
    ("the year 1", {"child_birth_date": "0001-01-01"}, "child_birth_date"),
    ("the year 9999", {"child_birth_date": "9999-12-31"}, "child_birth_date"),
    ("a date as number", {"child_birth_date": 20261115}, "child_birth_date"),
    ("not an option", {"child_sex": "khác"}, "child_sex"),
    ("an option in other letters", {"child_sex": "FEMALE"}, "child_sex"),
    ("a name with markup", {"mother__name": "<script>alert(1)</script>"}, "mother.name"),
    ("a name with SQL", {"mother__name": "'; drop table x; --"}, "mother.name"),
    ("a name of digits", {"mother__name": "12345"}, "mother.name"),
    ("an id too short", {"mother__personal_id": "0001950000"}, "mother.personal_id"),
    ("an id with letters", {"mother__personal_id": "00019500001a"}, "mother.personal_id"),
    ("an id of another year", {"mother__personal_id": "000190000012"}, "mother.personal_id"),
    ("an unknown commune", {"place": {"territory": "99999"}}, "place.territory"),
    ("a code too early", {"place": {"territory": "00118", "at": "2025-06-30"}}, "place.territory"),
    ("a commune to come", {"place": {"territory": "00118", "at": "2030-01-01"}}, "place.at"),
    ("no commune", {"place": {"detail": "Số 5"}}, "place.territory"),
    ("a place that is text", {"place": "Bồ Đề"}, "place"),
    ("a code with SQL", {"place": {"territory": "0' or 1=1"}}, "place.territory"),
    ("too long a detail", {"place": {"territory": "00118", "detail": LONG}}, "place.detail"),
    ("a person that is text", {"mother": "Hà"}, "mother"),
    ("a person without a name", {"mother__name": ""}, "mother.name"),
    ("a person without a home", {"mother__address": None}, "mother.address.territory"),
    ("a tick that is text", {"pledge": "chắc"}, "pledge"),
    ("a pledge not made", {"pledge": False}, "pledge"),
    ("too many copies", {"copies": 21}, "copies"),
    ("copies in words", {"copies": "hai"}, "copies"),
    ("minus copies", {"copies": "-1"}, "copies"),
    ("half a copy", {"copies": 1.5}, "copies"),
    ("a true copy", {"copies": True}, "copies"),
    ("figures of other scripts", {"copies": "٣"}, "copies"),
    ("a field that is not there", {"is_admin": True}, "is_admin"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "field"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_gets_a_sentence_at_its_field_and_nothing_else_does(
    name: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        check(BIRTH, birth(**changes))
    assert list(told.value.fields) == [field]
    sentence = told.value.fields[field]
    assert sentence[0].isupper()
    assert len(sentence) > 15


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Invalid) as told:
        check(BIRTH, {})
    assert {"child_name", "child_birth_date", "mother.name", "place.territory", "pledge"} <= set(
        told.value.fields
    )


def test_made_up_people_pass_in_the_demo_only() -> None:
    with pytest.raises(Invalid) as told:
        check(BIRTH, birth(), demo=False)
    assert list(told.value.fields) == ["mother.personal_id"]


def test_a_web_form_may_post_more_than_answers() -> None:
    assert "csrf" not in check(BIRTH, {**birth(), "csrf": "x"}, lenient=True)


def test_a_draft_keeps_what_is_not_right_yet_and_is_never_refused() -> None:
    draft = check(BIRTH, birth(child_birth_date="31/02/2026", child_name=""), draft=True)
    assert draft["child_birth_date"] == "31/02/2026"
    assert "child_name" not in draft
    assert check(BIRTH, {}, draft=True) is not None


def test_a_group_has_a_least_and_a_most() -> None:
    one = {"name": "Lê Văn Hai", "personal_id": "000090000002"}
    base = {
        "document_name": "Giấy",
        "document_kind": "khac",
        "documents": 1,
        "way": "ky",
        "own_will": True,
    }
    for rows in ([], [one] * 11, "x", [["a"]], [5]):
        with pytest.raises(Invalid) as told:
            check(SIGNING, {**base, "signers": rows})
        assert next(iter(told.value.fields)).startswith("signers")
    assert len(check(SIGNING, {**base, "signers": [one] * 10})["signers"]) == 10


def test_answers_are_shown_in_words_of_either_language() -> None:
    clean = check(BIRTH, birth(copies="2"))
    with translation.override("vi"):
        rows = list(
            forms_check.rows(
                definition=BIRTH, answers=clean, territory_name=lambda code, day: "Phường Bồ Đề"
            )
        )
    assert ("Về trẻ được khai sinh", "Giới tính", "Nữ") in rows
    assert ("Về trẻ được khai sinh", "Ngày, tháng, năm sinh", "15/11/2026") in rows
    shown = {label: value for _section, label, value in rows}
    assert shown["Người mẹ"].startswith("Trần Minh Hà, sinh 02/03/1995")
    assert shown["Người mẹ"].endswith("Số 5 ngõ 10, Phường Bồ Đề")
    with translation.override("en"):
        rows = list(
            forms_check.rows(definition=BIRTH, answers=clean, territory_name=lambda code, day: "x")
        )
    assert ("The child", "Sex", "Female") in rows


@pytest.mark.parametrize("typed", ["Trần An 2", "<b>An</b>", "An; DROP TABLE", "0912345678"])
def test_a_name_in_a_form_is_read_as_a_name_wherever_it_stands(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(BIRTH, birth(child_name=typed))
    assert refused.value.fields == {
        "child_name": "Họ tên chỉ gồm chữ cái, dấu cách, dấu chấm và gạch nối."
    }
    with pytest.raises(Invalid) as refused:
        check(SIGNING, {"signers": [{"name": typed}]})
    assert "signers.0.name" in refused.value.fields
    assert check(BIRTH, birth(child_name=typed), draft=True)["child_name"] == typed
    assert check(BIRTH, birth(child_name="Trần H’Linh-An"))["child_name"] == "Trần H’Linh-An"
