"""Bad input, one table for the pages and the API: refused in Vietnamese at its field, nothing
stored, and on a page what was typed is still there. What merely looks odd is taken and shown
escaped.
"""

from __future__ import annotations

import html
import json
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import groupby, zip_longest
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from haicap.dossiers.forms.answers import flat_answers
from haicap.dossiers.models import Dossier
from haicap.files.tests import specimens
from haicap.parties.models import Party
from tests.client import APPLICANT, Document, dossier
from tests.table import PAGES, ask
from tests.test_api_walk import send_to
from tests.world import BODE, MARITAL, PDF, House, django_db_setup, furnished, house

__all__ = ["django_db_setup", "furnished", "house"]

pytestmark = pytest.mark.django_db
COUNTER = "receive@cuanam"
LONG = "Nguyễn " * 200
# What a reading or a refused try may leave behind: its row in the reading log, a counted guess.
PASSING = ("audit_reading", "accounts_websession", "accounts_apitoken", "accounts_attempt")


@cache
def counting() -> str:
    """The question how many rows every table has, and how often dossiers were changed."""
    tables = [name for name in connection.introspection.table_names() if name not in PASSING]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in tables)
    return f"{counts} union all select 'changes', sum(version) from dossiers_dossier"


def stored() -> dict[str, int]:
    """Its answer."""
    with connection.cursor() as cursor:
        cursor.execute(counting())
        return dict(cursor.fetchall())


@pytest.fixture
def nothing_stored(furnished: House) -> Iterator[None]:
    """Nothing more and nothing less is there after the test."""
    before = stored()
    yield
    assert stored() == before


# --- one value at one field, on the counter's page and in the API ---------------------------------


@dataclass(frozen=True)
class Bad:
    """A value that is refused at a field: its name in the API and its control on the page."""

    what: str
    field: str
    value: str
    control: str = ""

    @property
    def name(self) -> str:
        return self.control or self.field


def at(field: str, control: str = "", **values: str) -> list[Bad]:
    """Values for one field, by what is wrong with them."""
    return [Bad(what, field, value, control) for what, value in values.items()]


SUBJECT = "answers.subject_person"
BAD = [
    *at(
        "applicant.name", too_long=LONG, missing="", only_blanks="   ", control_sign="Trần\x07 An",
        nul="Trần\x00An", figures="An 123", html="<script>alert(1)</script>",
        sql="Robert'); DROP TABLE dossiers_dossier;--", emoji="Trần An 😀", only_marks="...",
        unreadable="Tr\ufffdn", private_use="Trần \ue000",
    ),
    *at(
        "applicant.birth_date", future="01/01/2085", year_1="01/01/0001", no_such_day="31/02/1990",
        huge="01/01/99999", words="hôm qua", letters="aa/bb/cccc", negative="-1/-1/-1990",
        month_13="01/13/1990", endless="1" * 5000,
    ),
    *at(
        "applicant.identifiers.personal_id", control="applicant.personal_id", short="00008500001",
        letters="00008500001A", negative="-00085000012", endless="0" * 3000,
        other_figures="٠٠٠٠٨٥٠٠٠٠١٢", sql="000085000012' OR '1'='1",
    ),
    *at("applicant.phone", letters="abc", short="012", endless="0" * 400, nul="0100\x00000012"),
    *at("applicant.email", no_at="an.example.vn", header="an@example.vn\nBcc: b@example.vn",
        too_long="a" * 300 + "@example.vn", blank_inside="a b@example.vn"),
    *at("applicant.address.detail", control="applicant.detail", html="<b>Số 5</b>",
        too_long="Số 5 " * 400, control_sign="Số\x08 5"),
    *at(f"{SUBJECT}.name", too_long=LONG, html="<img src=x onerror=alert(1)>"),
    *at(f"{SUBJECT}.birth_date", future="2085-01-01", no_such_day="1990-02-31", year_1="0001-01-01",
        words="mai", endless="9" * 5000),
    *at(f"{SUBJECT}.personal_id", letters="không có", short="1"),
    *at("answers.status", unknown="da-chet", html="<b>", nul="chua\x00"),
    *at("answers.place.territory", unknown="99999", words="Atlantis", endless="0" * 3000),
]  # fmt: skip


def body_of(house: House) -> dict[str, Any]:
    """A body of POST /dossiers that is taken."""
    if "procedure" not in house.kept:
        answer = Client().get(f"/api/v1/procedures/{MARITAL}")
        house.kept["procedure"] = answer.json()
    return dossier(house.kept["procedure"], commune=BODE)


def put(body: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """`body` with another value at a field named like "applicant.identifiers.personal_id"."""
    whole: dict[str, Any] = json.loads(json.dumps(body))
    inner = whole
    *path, last = field.split(".")
    for name in path:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return whole


def post_api(house: House, body: Any, *, who: str = COUNTER, **headers: str) -> Any:
    return Client().post(
        "/api/v1/dossiers",
        body,
        content_type="application/json",
        headers={**house.bearer(who), **headers},
    )


def screen_of(body: dict[str, Any]) -> dict[str, str]:
    """The same as posted from the counter's screen."""
    applicant = body["applicant"]
    return {
        "key": uuid.uuid4().hex,
        "channel": "counter",
        "wants_result": "counter",
        "applicant.kind": "person",
        "applicant.name": applicant["name"],
        "applicant.birth_date": applicant["birth_date"],
        "applicant.sex": applicant["sex"],
        "applicant.phone": applicant["phone"],
        "applicant.email": applicant.get("email", ""),
        "applicant.personal_id": applicant["identifiers"]["personal_id"],
        "applicant.territory": applicant["address"]["territory_code"],
        "applicant.detail": applicant["address"]["detail"],
        **flat_answers(body["answers"], prefix="answers."),
    }


def vietnamese(sentence: str) -> bool:
    """Whether it is a sentence for people here: Vietnamese letters, no code."""
    accents = any(ord(char) > 0x7F for char in unicodedata.normalize("NFC", sentence))
    return accents and sentence[:1].isupper() and sentence.rstrip()[-1:] in ".!?”"


def check_problem(answer: Any, status: int = 422) -> dict[str, str]:
    """The faults of a problem by field."""
    assert answer.status_code == status, answer.content.decode(errors="replace")[:500]
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert vietnamese(told["detail"]), told
    faults = {error["field"]: error["detail"] for error in told.get("errors", [])}
    assert all(vietnamese(sentence) for sentence in faults.values()), faults
    return faults


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.field}-{bad.what}")
def test_the_api_refuses_it_at_its_field(furnished: House, bad: Bad) -> None:
    body = put(body_of(furnished), bad.field, bad.value)
    assert set(check_problem(post_api(furnished, {**body, "receive": True}))) == {bad.field}


# The first bad value of every field at once, then the second of each: a page tells all of them
# together, and a value that were taken would be missing among them.
ROUNDS = [
    [bad for bad in row if bad]
    for row in zip_longest(*(list(some) for _field, some in groupby(BAD, lambda bad: bad.field)))
]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("row", ROUNDS, ids=lambda row: ",".join(bad.what for bad in row))
def test_the_page_refuses_each_at_its_field_and_keeps_what_was_typed(
    furnished: House, row: list[Bad]
) -> None:
    wrong = {bad.name: bad.value for bad in row}
    screen = {**screen_of(body_of(furnished)), **wrong}
    answer = furnished.browser(COUNTER).post(
        reverse("dossiers:walk_in", query={"thu-tuc": MARITAL}), screen
    )
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    assert {name for name in page.texts if page.texts[name]} == {f"{name}-error" for name in wrong}
    for name, value in wrong.items():
        assert vietnamese(page.texts[f"{name}-error"]), page.texts[f"{name}-error"]
        assert f'href="#{name}"' in page.source  # and in the summary, leading to it
        if value.isprintable() and name in page.values:
            assert page.values[name].startswith(value[:4])
    for name, value in screen.items():
        if name not in wrong and name in page.values:
            assert page.values[name] in {value, dict(page.called).get(value)}, name
    assert "<script>alert(1)" not in page.source
    assert "<img src=x" not in page.source


class Page(HTMLParser):
    """What stands in the controls of a page, and the text of each element with an id."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.values: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.called: list[tuple[str, str]] = []  # communes: code, as the control shows it
        self.forms: list[tuple[str, dict[str, str], set[str]]] = []
        self._inside: list[str] = []
        self._area = ""
        self._choice = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "get").lower() == "post":
            self.forms.append((html.unescape(given.get("action", "")), {}, set()))
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in {"file", "submit"}:
            chosen = "checked" in given
            if kind in {"radio", "checkbox"}:
                if chosen:
                    self._keep(name, given.get("value", "on"), free=False)
            else:
                self._keep(name, given.get("value", ""), free=kind != "hidden")
        if tag == "textarea" and name:
            self._area = name
            self._keep(name, "", free=True)
        if tag == "select":
            self._choice = name
        if tag == "option":
            value = given.get("value", "")
            if self._choice and ("selected" in given):
                self._keep(self._choice, value, free=False)
            if " · " in value:
                self.called.append((value.rpartition(" · ")[2], value))
        if given.get("id", "").endswith("-error"):
            self._inside = [given["id"]]

    def _keep(self, name: str, value: str, *, free: bool) -> None:
        self.values[name] = value
        if self.forms:
            self.forms[-1][1][name] = value
            if free:
                self.forms[-1][2].add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._choice = ""
        if tag == "p":
            self._inside = []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._keep(self._area, self.values[self._area] + data.removeprefix("\n"), free=True)
        for name in self._inside:
            self.texts[name] = (self.texts.get(name, "") + data).strip()


# --- odd, but somebody's name ---------------------------------------------------------------------

ODD = {
    "decomposed": unicodedata.normalize("NFD", "Trần Thị Ngọc Ánh"),
    "apostrophe": "Y’Bhôm O'Neil",
    "dots": "TRẦN T. T. H.",
    "blanks": "  Trần \t  Thị   Ánh ",
    "khmer": "ថាច់ សុភា",
    "right_to_left": "Trần \u202eThị Ánh",
    "zero_width": "Trần\u200b Thị Ánh",
}


@pytest.mark.parametrize("what", sorted(ODD))
def test_an_odd_name_is_taken_composed_and_harmless(furnished: House, what: str) -> None:
    body = put(body_of(furnished), "applicant.name", ODD[what])
    body["applicant"]["identifiers"]["personal_id"] = "000085000120"
    answer = post_api(furnished, body)
    if answer.status_code == 422:  # hidden signs may be refused, at their field
        assert set(check_problem(answer)) == {"applicant.name"}
        assert what in {"right_to_left", "zero_width"}
        return
    assert answer.status_code == 201
    kept = Party.objects.latest("id").name
    snapshot = Dossier.objects.latest("id").declared["applicant"]["name"]
    for name in (kept, snapshot):
        assert unicodedata.is_normalized("NFC", name)
        assert not any(unicodedata.category(char) in {"Cf", "Cc"} for char in name)
        assert name == " ".join(name.split())
    page = furnished.browser(COUNTER).get(reverse("dossiers:one", args=[answer.json()["code"]]))
    assert html.escape(kept).replace("&#x27;", "&#39;") in page.content.decode()


def test_free_words_are_shown_escaped_and_never_run(furnished: House) -> None:
    code = post_api(furnished, body_of(furnished)).json()["code"]
    nasty = "<script>alert('xin chào')</script> '; DROP TABLE x; -- 😀 {{ 7*7 }}"
    move = {
        "move": "ask_before",
        "items": [{"paper": "", "fault": nasty, "todo": nasty}],
        "reason": nasty,
    }
    answer = Client().post(
        f"/api/v1/dossiers/{code}/moves",
        move,
        content_type="application/json",
        headers=furnished.bearer(COUNTER),
    )
    assert answer.status_code == 200
    page = furnished.browser(COUNTER).get(reverse("dossiers:one", args=[code])).content.decode()
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert(" not in page
    assert "{{ 7*7 }}" in page
    told = Client().get(f"/api/v1/dossiers/{code}", headers=furnished.bearer(COUNTER)).json()
    assert told["requests"][0]["reason"] == nasty


# --- bodies that are no dossier -------------------------------------------------------------------

DEEP = b'{"procedure":"1.004873","answers":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}"
BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "no_json": (b"xin chao", 400),
    "half": (b'{"procedure": "1.0048', 400),
    "bad_utf8": ('{"procedure":"thủ tục"}'.encode("cp1258", "replace") + b"\xff\xfe", 400),
    "utf16": ('{"procedure":"1.004873"}'.encode("utf-16"), 422),
    "array": (b"[]", 422),
    "text": (b'"1.004873"', 422),
    "number": (b"17", 422),
    "null": (b"null", 422),
    "nan": (b'{"procedure":"1.004873","answers":{"copies":NaN}}', 422),
    "infinite": (b'{"procedure":"1.004873","answers":{"copies":1e999}}', 422),
    "deep": (DEEP, 400),
    "unknown_name": (b'{"procedure":"1.004873","la":1}', 422),
    "number_for_text": (b'{"procedure":1004873}', 422),
    "array_for_object": (b'{"procedure":"1.004873","answers":[1,2]}', 422),
    "array_for_party": (b'{"procedure":"1.004873","applicant":["An"]}', 422),
    "object_for_list": (b'{"procedure":"1.004873","papers":{"a":1}}', 422),
    "text_for_count": (b'{"procedure":"1.004873","papers":[{"slot":"a","originals":"hai"}]}', 422),
    "negative_count": (b'{"procedure":"1.004873","papers":[{"slot":"a","originals":-1}]}', 422),
    "huge_count": (
        b'{"procedure":"1.004873","papers":[{"slot":"a","originals":' + b"9" * 400 + b"}]}", 422,
    ),
    "huge_number": (b'{"procedure":"1.004873","answers":{"copies":' + b"9" * 5000 + b"}}", 400),
    "lone_surrogate": (b'{"procedure":"1.004873","applicant":{"name":"\\ud800"}}', 422),
    "surrogate_in_answers": (b'{"procedure":"1.004873","answers":{"\\ud800":"\\udfff"}}', 422),
    "nul_in_answers": (b'{"procedure":"1.004873","answers":{"a\\u0000":"b\\u0000"}}', 422),
    "unknown_procedure": (b'{"procedure":"0.000000"}', 404),
    "nul_in_procedure": (b'{"procedure":"1\\u0000"}', 404),
    "bad_file_id": (b'{"procedure":"1.004873","papers":[{"slot":"a","file_id":"17"}]}', 422),
    "301_papers": (
        b'{"procedure":"1.004873","papers":[' + b",".join([b'{"slot":"a"}'] * 301) + b"]}", 422,
    ),
    "too_big": (b'{"procedure":"1.004873","helper":"' + b"a" * (2 * 1024 * 1024) + b'"}', 400),
}  # fmt: skip


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("what", sorted(BODIES))
def test_a_body_that_is_no_dossier_is_told_so(furnished: House, what: str) -> None:
    content, status = BODIES[what]
    answer = Client(raise_request_exception=False).generic(
        "POST",
        "/api/v1/dossiers",
        content,
        "application/json",
        headers={**furnished.bearer(COUNTER), "Idempotency-Key": "k"},
    )
    expected = {status, 400, 422} if status != 404 else {404, 422}
    assert answer.status_code in expected
    check_problem(answer, answer.status_code)


def test_a_name_said_twice_counts_once(furnished: House) -> None:
    """JSON with a name twice: the last one counts, as everywhere; never both."""
    body = json.dumps(body_of(furnished))
    twice = body[:-1] + ', "helper": "Bà Tư", "helper": "Ông Năm"}'
    answer = Client().generic(
        "POST", "/api/v1/dossiers", twice, "application/json", headers=furnished.bearer(COUNTER)
    )
    assert answer.status_code == 201
    helped_by = Dossier.objects.latest("id").helped_by or {}
    assert helped_by["words"] == "Ông Năm"


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("what", ["too_many_fields", "too_big", "bad_utf8", "torn_multipart"])
def test_a_form_that_cannot_be_read_is_told_so(furnished: House, what: str) -> None:
    browser = furnished.browser(COUNTER)
    address = reverse("dossiers:walk_in", query={"thu-tuc": MARITAL})
    form = "application/x-www-form-urlencoded"
    content, kind = {
        "too_many_fields": ("&".join(f"a{n}=1" for n in range(2_100)).encode(), form),
        "too_big": (b"applicant.name=" + b"a" * (2 * 1024 * 1024 + 1), form),
        "bad_utf8": (b"applicant.name=Tr%C7%FFn+%FE&applicant.phone=\xff", form),
        "torn_multipart": (b"--x\r\nContent-Disposition: form-data; na", "multipart/form-data"),
    }[what]
    answer = browser.generic("POST", address, content, kind)
    assert answer.status_code in {400, 422}
    assert "<html" in answer.content.decode()
    assert "Máy chủ chưa đọc được" in answer.content.decode() or answer.status_code == 422


# --- files ----------------------------------------------------------------------------------------

BOMB = specimens.docx(word__media__a=bytes(60_000_000))
FILES: dict[str, tuple[str, bytes]] = {
    "empty": ("giấy.pdf", b""),
    "another_type": ("giấy.pdf", specimens.EXE),
    "a_picture_called_pdf": ("giấy.pdf", specimens.png()),
    "a_pdf_called_picture": ("ảnh.png", PDF),
    "unknown_type": ("chay.exe", specimens.EXE),
    "no_type": ("giay", b"abc"),
    "locked_pdf": ("giấy.pdf", specimens.pdf(password="bí mật")),
    "zip_bomb": ("đơn.docx", BOMB),
    "locked_office": ("đơn.docx", specimens.locked_zip(specimens.docx())),
    "broken_pdf": ("giấy.pdf", b"%PDF-1.4\nxin chao"),
    "huge_picture": ("ảnh.png", specimens.png(100_000, 100_000)),
    "web_page": ("trang.html", b"<html><script>alert(1)</script></html>"),
}


def send_file(house: House, name: str, content: bytes) -> Any:
    return Client().post(
        "/api/v1/files",
        {"file": SimpleUploadedFile(name, content)},
        headers=house.bearer("lan"),
    )


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("what", sorted(FILES))
def test_a_bad_file_is_refused_by_the_api_and_on_the_page(furnished: House, what: str) -> None:
    name, content = FILES[what]
    faults = check_problem(send_file(furnished, name, content))
    assert set(faults) <= {"file"}
    slot = furnished.kept["slot"]
    address = reverse("dossiers:draft_papers", args=[furnished.kept["draft"]])
    posted = {"slot": slot, f"papers.{slot}": SimpleUploadedFile(name, content)}
    page = furnished.browser("lan").post(address, posted, headers={"HX-Request": "true"})
    assert page.status_code == 422
    sentence = Page(page.content.decode()).texts
    assert any(vietnamese(told) for told in sentence.values()), page.content.decode()[:2000]


@pytest.mark.usefixtures("nothing_stored")
def test_a_file_too_big_is_told_the_limit(furnished: House, settings: Settings) -> None:
    settings.FILE_LIMIT = 1024 * 1024
    answer = send_file(furnished, "giấy.pdf", PDF + bytes(1024 * 1024))
    check_problem(answer)
    assert "1 MB" in answer.json()["detail"]


def test_names_of_files_lead_nowhere(furnished: House) -> None:
    for name in ("../../etc/passwd.pdf", "a\x00b.pdf", "C:\\x\\y.pdf", "x" * 300 + ".pdf", ".pdf"):
        answer = send_file(furnished, name, PDF)
        if answer.status_code == 201:
            kept = answer.json()["name"]
            assert not set(kept) & set("/\\\x00")
            assert len(kept) <= 200
            assert kept.endswith(".pdf")
        else:
            check_problem(answer)


def test_three_hundred_files_at_once_are_too_many(furnished: House) -> None:
    slot = furnished.kept["slot"]
    address = reverse("dossiers:draft_papers", args=[furnished.kept["draft"]])
    many = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(300)]
    answer = furnished.browser("lan").post(address, {"slot": slot, f"papers.{slot}": many})
    assert answer.status_code in {400, 422}
    assert Client().get("/healthz").status_code == 200


# --- ids, versions, keys, cursors -----------------------------------------------------------------

CODES = ["H26.9.9-261123-0001", "0", "%00", "..%2f..", "a" * 500, "%F0%9F%98%80", "%27%3B--", "%C7"]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("code", CODES)
def test_unknown_codes_are_not_found_anywhere(furnished: House, code: str) -> None:
    bearer = furnished.bearer(COUNTER)
    for part in ("", "/journal", "/moves", "/receipt.pdf", f"/files/{uuid.uuid4()}"):
        answer = Client().get(f"/api/v1/dossiers/{code}{part}", headers=bearer)
        assert answer.status_code == 404, part
    for path in ("units", "procedures", "track"):
        query = {"check": "1234"} if path == "track" else {}
        assert Client().get(f"/api/v1/{path}/{code}", query).status_code in {404, 422}, path
    staff, lan = furnished.browser(COUNTER), furnished.browser("lan")
    for browser, address in (
        (staff, f"/ban/{code}/"), (staff, f"/ban/{code}/giay-tiep-nhan.pdf"),
        (lan, f"/ho-so/{code}/"), (lan, f"/ho-so/{code}/giay-tiep-nhan.pdf"),
        (lan, f"/nop/{code}/"), (lan, f"/thu-tuc/{code}/"), (lan, f"/don-vi-hanh-chinh/{code}/"),
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    "file_id",
    [
        "17",
        "null",
        "0" * 32,
        "5b65f099-eaf8-4b36-8d44-e83e43257f6b",
        "{}",
        "g" * 36,
        "%00",
        "1" * 500,
    ],
)
def test_unknown_and_crooked_file_ids_are_refused(furnished: House, file_id: str) -> None:
    code = furnished.kept["received"]
    answer = Client().get(
        f"/api/v1/dossiers/{code}/files/{file_id}", headers=furnished.bearer("receive@bode")
    )
    check_problem(answer, answer.status_code)
    assert answer.status_code in {404, 422}
    page = furnished.browser("receive@bode").get(f"/ban/{code}/tep/{file_id}/")
    assert page.status_code == 404


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("match", ["abc", '"x"', "-1", "1.5", "9" * 40, "٣", '"7", "8"'])
def test_a_crooked_version_is_refused_not_ignored(furnished: House, match: str) -> None:
    answer = Client().post(
        f"/api/v1/dossiers/{furnished.kept['received']}/moves",
        {"move": "transfer"},
        content_type="application/json",
        headers={**furnished.bearer("receive@bode"), "If-Match": match},
    )
    assert set(check_problem(answer)) == {"If-Match"}


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("key", ["a" * 201, "a\x7fb", "\u0085"])
def test_a_crooked_key_is_refused(furnished: House, key: str) -> None:
    answer = post_api(furnished, body_of(furnished), **{"Idempotency-Key": key})
    assert set(check_problem(answer)) == {"Idempotency-Key"}


def test_a_key_used_for_something_else_is_refused_and_stores_nothing(furnished: House) -> None:
    body = body_of(furnished)
    assert post_api(furnished, body, **{"Idempotency-Key": "k"}).status_code == 201
    before = stored()
    other = put(body, "applicant.name", "Trần Văn Bình")
    check_problem(post_api(furnished, other, **{"Idempotency-Key": "k"}))
    assert stored() == before


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    "move",
    [
        {},
        {"move": "phep-mau"},
        {"move": None},
        {"move": ["accept"]},
        {"move": "transfer", "note": "a" * 2001},
        {"move": "transfer", "note": 17},
        {"move": "transfer", "la": 1},
        {"move": "ask_before", "items": [], "reason": "x"},
        {"move": "ask_before", "items": [{"todo": "x"}] * 31, "reason": "x"},
        {"move": "assign", "staff_id": 10**30},
        {"move": "assign", "staff_id": -1},
        {"move": "settle_fee", "how": "bitcoin"},
        {"move": "settle_fee", "how": "cash", "amount": -5, "receipt": "1"},
        {"move": "settle_fee", "how": "cash", "amount": 1.5, "receipt": "1"},
        {"move": "transfer", "happened_at": "hôm qua"},
        {"move": "ask_supplement", "items": [{"todo": "x"}], "reason": "x", "reply_by": "0001-1-1"},
    ],
    ids=str,
)
def test_a_crooked_move_is_refused(furnished: House, move: dict[str, Any]) -> None:
    answer = Client().post(
        f"/api/v1/dossiers/{furnished.kept['received']}/moves",
        move,
        content_type="application/json",
        headers=furnished.bearer("receive@bode"),
    )
    assert check_problem(answer)


# --- every question and every form of the house ---------------------------------------------------

NASTY = [
    "\x00", "\ud800", "😀\u202e\x07", "<script>alert(1)</script>", "'; drop table x;", "a" * 5000,
    "99999999999999999999", "-1", "NaN", "1e400", "2026-02-31", "0001-01-01", "[]", "%", "\\", "_",
]  # fmt: skip


def asked_with(house: House) -> Iterator[tuple[str, str, list[str]]]:
    """(who, address, names that may be asked) of everything that is read."""
    document = Document.fetched(send_to(Client())).whole
    for template, operations in document["paths"].items():
        names = [p["name"] for p in operations.get("get", {}).get("parameters", [])
                 if p["in"] == "query"]  # fmt: skip
        if names:
            yield "", template.replace("{code}", BODE), names
    pages = {
        "catalogue:search": ["q", "field", "level", "after", "cursor", "trang"],
        "catalogue:suggest": ["q"],
        "units:places": ["q", "at", "kind", "cursor"],
        "dossiers:desk": ["box", "q", "within", "state", "procedure", "cursor", "only"],
        "dossiers:board": ["sort", "q"],
        "dossiers:board_commune": ["show", "after"],
        "dossiers:walk_in": ["q", "thu-tuc"],
        "dossiers:pile": ["code"],
        "dossiers:mine": ["cursor", "lang"],
        "dossiers:track": ["code"],
        "dossiers:one": ["file", "box", "q", "cursor"],
        "accounts:unit_staff": ["q", "after"],
        "accounts:posts": ["q", "after"],
        "accounts:sign_in": ["next"],
        "accounts:citizen_sign_in": ["next", "reason"],
        "accounts:callback": ["state", "code", "error"],
        "catalogue:gaps": ["q", "after"],
        "branches": ["q", "at"],
        "vneid:authorize": ["client_id", "redirect_uri", "state", "scope"],
    }
    for row in PAGES:
        if row.name in pages:
            who = row.right if row.realm != "public" else ""
            yield who, reverse(row.name, kwargs=row.args(house)), pages[row.name]


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_stored")
def test_no_question_is_too_odd_to_be_answered(furnished: House) -> None:
    failed = []
    bearer = furnished.bearer("receive@bode")
    for who, address, names in asked_with(furnished):
        browser = furnished.browser(who, raise_request_exception=False)
        headers = bearer if address.startswith("/api/") else {}
        for value in NASTY:
            query = "&".join(f"{name}={escaped(value)}" for name in names)
            answer = browser.get(f"{address}?{query}", headers=headers)
            if answer.status_code >= 500:
                failed.append(f"{answer.status_code} {address} {value[:40]!r}")
            page = answer.get("Content-Type", "").startswith("text/html")
            if page and "<script>alert(1)" in answer.getvalue().decode(errors="replace"):
                failed.append(f"runs {address}")
        raw = browser.get(f"{address}?{names[0]}=%ff%fe&{names[0]}=2", headers=headers)
        if raw.status_code >= 500:
            failed.append(f"{raw.status_code} {address} bad UTF-8")
    assert failed == []


def escaped(value: str) -> str:
    """Every byte as %xx, also of what is no Unicode."""
    return "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
def test_no_form_of_the_house_breaks_on_odd_values(furnished: House) -> None:
    """Every form of every page, each free field filled oddly: an answer, never a failure."""
    failed, tried = [], set()
    for row in PAGES:
        if row.post is not None or row.name == "site:components":
            continue
        answer = ask(furnished, row, row.right)
        here = reverse(row.name, kwargs=row.args(furnished))
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for action, values, free in Page(answer.content.decode()).forms:
            address = action or here
            if not free or address in tried or not address.startswith("/"):
                continue
            tried.add(address)
            for value in NASTY[:5]:
                odd = {**values, **dict.fromkeys(free, value)}
                content = "&".join(f"{escaped(k)}={escaped(v)}" for k, v in odd.items())
                browser = furnished.browser(row.right, raise_request_exception=False)
                got = browser.generic("POST", address, content, "application/x-www-form-urlencoded")
                if got.status_code >= 500 or "<script>alert(1)" in got.content.decode():
                    failed.append(f"{got.status_code} {address} {value[:30]!r}")
    assert failed == []
    assert len(tried) > 10


def test_what_is_used_here_is_taken(furnished: House) -> None:
    """The table above changes one value of this, so it alone must be good."""
    assert post_api(furnished, body_of(furnished)).status_code == 201
    answer = furnished.browser(COUNTER).post(
        reverse("dossiers:walk_in", query={"thu-tuc": MARITAL}), screen_of(body_of(furnished))
    )
    assert answer.status_code == 302, Page(answer.content.decode()).texts
    assert APPLICANT["name"] == Dossier.objects.latest("id").declared["applicant"]["name"]
