"""The checker: what must be mended before publishing, and what should be looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import add_person, make_cast
from haicap.catalogue import checked, load, procedure_file, versions
from haicap.catalogue.checker import Finding, Staffing, World, check
from haicap.catalogue.fees import evaluate
from haicap.catalogue.forms_check import clean_form
from haicap.catalogue.procedure_file import ProcedureFile
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Content = dict[str, Any]


def base() -> Content:
    """A small procedure nothing is wrong with."""
    sure = {"mark": "nguồn", "basis": "Điều 1 của luật"}
    route = [("receive", "receiving"), ("handle", "competent"), ("decide", "competent"),
             ("issue", "competent")]  # fmt: skip
    fields: list[Content] = [
        {"name": "ho_ten", "kind": "text", "label_vi": "Họ tên", "label_en": "Name"},
        {"name": "loai", "kind": "choice", "label_vi": "Loại", "label_en": "Kind",
         "options": [{"value": "a", "vi": "A"}, {"value": "b", "vi": "B"}]},
        {"name": "so_ban", "kind": "number", "label_vi": "Số bản", "label_en": "Copies",
         "show_if": {"field": "loai", "in": ["a"]}},
        {"name": "noi_o", "kind": "address", "label_vi": "Nơi ở", "label_en": "Home"},
    ]  # fmt: skip
    return {
        "schema": procedure_file.SCHEMA,
        "code": "1.999999",
        "name": "Thử",
        "short_name": "Thử",
        "name_en": "Try",
        "field": {"code": "ho-tich", "specialty": ""},
        "channels": ["counter"],
        "results": ["Giấy"],
        "legal_basis": ["Luật"],
        "papers": [{"slot": "don", "name_vi": "Đơn", "required": True, **sure}],
        "deadline": {"amount": 1, "time_unit": "WORKING_DAY", **sure},
        "fee": {"scheme": {"lines": [
            {"name_vi": "Phí", "kind": "per_unit", "quantity": "so_ban", "amount": 1}]}, **sure},
        "route": [{"step": duty, "duty": duty, "place": place, "name_vi": duty, "minutes": 120,
                   **sure} for duty, place in route],
        "form": {**sure, "place": {"rule": "field", "field": "noi_o"}, "subject": "Của {ho_ten}",
                 "sections": [{"name": "chung", "title_vi": "Chung"}],
                 "fields": [{"section": "chung", **field} for field in fields]},
    }  # fmt: skip


WORLD = World(day=TODAY, fields=frozenset({"ho-tich"}))


def judged(content: Content, world: World = WORLD) -> list[Finding]:
    return check(procedure_file.of_content(content), world)


def test_nothing_is_said_of_a_sound_procedure() -> None:
    assert judged(base()) == []


def put(path: str, value: Any) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        *way, last = path.split(".")
        here: Any = content
        for step in way:
            here = here[int(step)] if isinstance(here, list) else here[step]
        if value is DROP and isinstance(here, list):
            del here[int(last)]
        elif value is DROP:
            del here[last]
        elif isinstance(here, list):
            here[int(last)] = value
        else:
            here[last] = value

    return change


DROP = object()
WRONG = [
    ("name", "", "name", "chưa có tên"),
    ("field.code", "", "field", "Chưa có mã lĩnh vực"),
    ("field.code", "la-lam", "field", "Không có lĩnh vực"),
    ("channels", [], "channels", "cách nộp"),
    ("results", [], "results", "Chưa ghi kết quả"),
    ("papers.0.name_vi", " ", "papers.0.name_vi", "chưa có tên"),
    ("papers.0.slot", "Đ ơn", "papers.0.slot", "mã ngăn"),
    ("papers.0.mark", "", "papers.0.mark", "mức chắc chắn"),
    ("deadline", None, "", "Chưa có thời hạn"),
    ("deadline.amount", 0, "amount", "từ 1 đến"),
    ("deadline.time_unit", "YEAR", "time_unit", "đơn vị"),
    ("deadline.basis", "", "basis", "căn cứ"),
    ("fee.basis", "", "basis", "căn cứ"),
    ("fee.scheme.lines.0.quantity", "khong_co", "lines.0.quantity", "không có mục số"),
    ("fee.scheme.lines.0.amount", DROP, "lines.0.amount", "mức thu"),
    ("fee.scheme.lines.0.when", {"field": "x", "in": ["a"]}, "lines.0.when_field", "không có mục"),
    ("fee.scheme.lines.0.waive", [{"name_vi": "Nghèo"}], "waivers.0.when_field", "không bao giờ"),
    ("fee.scheme.lines.0.when", {"from": "2027-01-01", "to": "2026-01-01"}, "lines.0.when_from",
     "bắt đầu sau"),
    ("fee.scheme.lines.0.when", {"from": "mai", "to": "2026-01-01"}, "lines.0.when_from", "ngày"),
    ("route.1.duty", "", "route.1.duty", "không có người nhận"),
    ("route.1.place", "nowhere", "route.1.place", "không có nơi nào"),
    ("route.1.step", "decide", "route.2.step", "Vòng lặp không có lối ra"),
    ("route.1.minutes", 999, "route", "vượt thời hạn"),
    ("route.3", DROP, "route.2.duty", "Mất kết quả"),
    ("route.2", DROP, "", "không có bước phê duyệt"),
    ("route.1", DROP, "", "không có ai thụ lý"),
    ("route.0", DROP, "", "không có bước tiếp nhận"),
    ("route.3.duty", "handle", "route.3.duty", "không còn bước phê duyệt"),
    ("form.fields.2.show_if.field", "x", "fields.2.show_if_field", "không có trong biểu mẫu"),
    ("form.fields.2.show_if.field", "noi_o", "fields.2.show_if_field", "đứng sau nó"),
    ("form.fields.2.show_if.in", ["z"], "fields.2.show_if_in", "không bao giờ có giá trị"),
    ("form.fields.1.show_if", {"field": "so_ban", "in": ["1"]}, "fields.1.show_if_field",
     "vòng quanh"),
    ("form.fields.0.name", "Họ tên", "fields.0.name", "mã mục"),
    ("form.fields.0.section", "x", "fields.0.section", "không có phần"),
    ("form.fields.1.options", [], "fields.1.options", "lựa chọn"),
    ("form.fields.0.kind", "màu", "fields.0.kind", "không dùng được"),
    ("form.fields.0.label_vi", "", "fields.0.label_vi", "chưa có câu hỏi"),
    ("form.place.field", "ho_ten", "place", "không có mục địa chỉ"),
    ("form.subject", "Của {ten}", "subject", "không có trong biểu mẫu"),
    ("form.mark", "", "mark", "mức chắc chắn"),
    ("result_template", {"print": ["x"]}, "template_print", "không có trong biểu mẫu"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "at", "words"), WRONG)
def test_an_error_names_its_place(path: str, value: Any, at: str, words: str) -> None:
    content = base()
    put(path, value)(content)
    found = [one for one in judged(content) if one.blocks]
    assert any(one.at == at and words in one.sentence for one in found), found


def test_what_may_be_doubted_does_not_block() -> None:
    content = base()
    content["papers"][0]["required"] = False
    content["fee"] = None
    content["authority_agency_code"] = "Z9"
    content["field"] = {"code": "moi", "name_vi": "Mới"}
    found = judged(content)
    assert not [one for one in found if one.blocks]
    told = " ".join(one.sentence for one in found)
    for words in ("khi nào cần", "Chưa rõ mức thu", "mã “Z9” chưa có ở đây", "“Mới” chưa có"):
        assert words in told, words


def test_who_has_nobody_is_named_agency_by_agency() -> None:
    some = World(
        day=TODAY,
        fields=frozenset({"ho-tich"}),
        staffing={
            ("receive", "receiving"): Staffing(126, ("Bồ Đề", "Cửa Nam")),
            ("decide", "competent"): Staffing(2, ("A", "B")),
        },
    )
    doubt, error = sorted(judged(base(), some), key=lambda one: one.blocks)
    assert (doubt.at, doubt.units) == ("route.0.duty", ("Bồ Đề", "Cửa Nam"))
    assert "2 trong 126 cơ quan" in doubt.sentence
    assert error.blocks
    assert error.units == ("A", "B")


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_people_are_looked_for_where_a_dossier_would_go() -> None:
    cast = make_cast()
    file = versions.file_of(versions.version_on("1.001193", day=TODAY), day=TODAY)
    found = {one.at: one for one in checked.findings(file, day=TODAY) if one.part == "route"}
    assert found["route.1.duty"].blocks  # nobody handles civil status in either office
    assert found["route.3.duty"].units == ("UBND phường Cửa Nam",)  # no clerk there
    assert "route.2.duty" not in found
    add_person(
        login="x",
        name="X",
        agency=cast.bode.office,
        title="x",
        duties=[(Duty.HANDLE, Reach.OWN)],
        procedures=["2.000815"],
    )
    found = {one.at: one for one in checked.findings(file, day=TODAY)}
    assert found["route.1.duty"].blocks  # who may only certify is no civil status officer


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_the_shipped_procedures_have_no_errors_of_their_own() -> None:
    for code in load.complete_codes(day=TODAY):
        file = versions.file_of(versions.version_on(code, day=TODAY), day=TODAY)
        world = World(day=TODAY, fields=frozenset({file.field.code}))
        assert [one for one in check(file, world) if one.blocks] == [], code


def test_what_the_checker_lets_pass_can_be_asked_and_reckoned() -> None:
    """A file field is a paper, never an answer; the rest is cleaned as the form says."""
    content = base()
    content["form"]["fields"].append(
        {"name": "anh", "kind": "file", "section": "chung", "label_vi": "Ảnh", "label_en": "Photo"}
    )
    file = procedure_file.of_content(content)
    assert [one for one in check(file, WORLD) if one.blocks] == []
    given = {"definition": file.form or {}, "day": TODAY, "demo": True}
    known: Any = {**given, "knows_territory": lambda code, day: True}
    assert clean_form(answers={"ho_ten": "A", "loai": "a", "so_ban": "2"}, **known)["so_ban"] == 2
    with pytest.raises(Invalid, match="phần giấy tờ"):
        clean_form(answers={"anh": "x"}, **known)
    scheme = file.fee.scheme if file.fee else {}
    lines = evaluate(
        scheme=scheme, channel="counter", answers={"so_ban": 2}, identity_level=1, day=TODAY
    )
    assert [line.amount for line in lines] == [2]
    papers = [msgspec.structs.replace(file.papers[0], slot="anh")]
    clash: ProcedureFile = msgspec.structs.replace(file, papers=papers)
    assert any("trùng mã ngăn" in one.sentence for one in check(clash, WORLD))
