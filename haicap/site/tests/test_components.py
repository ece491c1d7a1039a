"""The components: what other engineers and screen readers rely on."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.test import Client


def made(call: str, **values: Any) -> str:
    macro, name = call.split("(")[0], FILES.get(call.split("(")[0], call.split("(")[0])
    source = f'{{% from "site/components/{name}.html" import {macro} %}}{{{{ {call} }}}}'
    return str(engines["jinja2"].from_string(source).render(values))


FILES = {"button_link": "button", "pager": "table", "panel": "toast"}
VOID = {"input", "br", "img", "meta", "link", "hr", "path", "circle", "line", "polyline", "rect"}


class Page(HTMLParser):
    """Every element with its attributes; refuses tags that are left open or closed twice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open
            assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
            self.open.pop()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.mark.parametrize("address", ["/", "/_components/", "/ban-viec/", "/tu-choi/", "/giay-to/"])
def test_pages_are_well_formed_and_every_id_is_there_once(web: Client, address: str) -> None:
    page = Page(web.get(address).content.decode())
    ids = [str(attrs["id"]) for _, attrs in page.elements if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))
    for _, attrs in page.elements:
        pointed = " ".join(str(attrs.get(name) or "") for name in ("aria-describedby", "for"))
        assert set(pointed.split()) <= set(ids)


@pytest.mark.parametrize("address", ["/", "/_components/", "/ban-viec/", "/giay-to/"])
def test_no_page_has_inline_script_or_style_or_another_host(web: Client, address: str) -> None:
    page = Page(web.get(address).content.decode())
    for tag, attrs in page.elements:
        assert tag != "style"
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        assert tag != "script" or attrs.get("src")
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            assert not re.match(r"(https?:)?//", str(attrs.get(name) or ""))


@pytest.mark.parametrize(
    "kind",
    [
        *("text", "textarea", "number", "date", "calendar", "phone", "personal_id", "email"),
        *("password", "code", "file", "search", "checkbox"),
    ],
)
def test_a_question_has_its_label_hint_and_error_tied_to_it(kind: str) -> None:
    html = made(
        'field("a", "Câu hỏi", "", "Sai rồi.", "Gợi ý", kind=kind, required=True)', kind=kind
    )
    page = Page(html)
    control = next(attrs for _, attrs in page.elements if attrs.get("name") == "a")
    assert control["id"] == "a"
    assert control["aria-invalid"] == "true"
    assert set(str(control["aria-describedby"]).split()) == {"a-hint", "a-error"}
    assert {"for": "a"} in page.all("label")
    assert "không bắt buộc" not in html


def test_a_question_that_may_stay_empty_says_so() -> None:
    assert "không bắt buộc" in made('field("a", "Câu hỏi")')


def test_a_few_choices_are_radios_and_many_are_a_list() -> None:
    few = [(str(n), f"Lựa chọn {n}") for n in range(5)]
    page = Page(made('field("a", "Chọn", "3", kind="choice", options=few)', few=few))
    radios = [attrs for attrs in page.all("input") if attrs["type"] == "radio"]
    assert [radio["value"] for radio in radios if "checked" in radio] == ["3"]
    assert radios[0]["id"] == "a"
    many = [*few, ("9", "Lựa chọn 9")]
    page = Page(made('field("a", "Chọn", 9, kind="choice", options=many)', many=many))
    assert [o["value"] for o in page.all("option") if "selected" in o] == ["9"]


def test_what_was_typed_comes_back_escaped() -> None:
    wicked = "\"><script>alert(1)</script>'"
    for kind in ("text", "textarea", "date", "number"):
        html = made('field("a", "Câu hỏi", wicked, kind=kind)', wicked=wicked, kind=kind)
        assert "<script" not in html
        assert "alert(1)" in html


def test_a_text_area_keeps_a_first_empty_line() -> None:
    assert ">\n\nxin" in made('field("a", "Câu hỏi", text, kind="textarea")', text="\nxin")


def test_the_summary_of_errors_links_to_the_questions() -> None:
    html = made("error_summary(errors)", errors=[("phone", "Thiếu số."), ("", "Khác.")])
    assert 'href="#phone"' in html
    assert "Có 2 chỗ cần sửa" in html
    assert made("error_summary([])").strip() == ""


@pytest.mark.parametrize("tone", ["green", "amber", "orange", "red", "black", "grey", "teal"])
def test_time_left_is_a_word_an_icon_and_a_colour(tone: str) -> None:
    html = made("time_chip(left)", left=SimpleNamespace(tone=tone, words="còn 3 ngày"))
    assert f"tone-{tone}" in html
    assert "<svg" in html
    assert "còn 3 ngày" in html


def test_without_a_time_there_is_no_chip() -> None:
    assert made("time_chip(none)", none=None).strip() == ""


def test_the_steps_are_told_in_words() -> None:
    html = made('steps(2, ["Người nộp", "Giấy tờ", "Nhận kết quả", "Xem lại"])')
    assert "Bước 2 trong 4: Giấy tờ" in html


def test_a_summary_shows_what_is_missing_and_names_what_is_changed() -> None:
    html = made("summary_list(rows)", rows=[("Tên", "Lan", "/a"), ("Số", "", ""), ("Ghi", 0, "")])
    assert '<span class="unseen"> Tên</span>' in html
    assert html.count("chưa có") == 1


def test_a_table_links_its_rows_and_labels_its_cells_for_phones() -> None:
    rows = [{"url": "/x", "cells": ["A", {"text": "8.000", "sort": 8000}]}]
    html = made(
        'table(["Mã", {"label": "Phí", "kind": "number", "sort": True}], rows, "Hồ sơ")', rows=rows
    )
    page = Page(html)
    assert page.all("a") == [{"href": "/x"}]
    assert page.all("td")[1] == {"data-label": "Phí", "class": "is-number", "data-value": "8000"}


def test_an_upload_works_without_the_script() -> None:
    page = Page(made('upload("papers", "Giấy", "gks", "/tai", [])'))
    button = page.all("button")[0]
    assert button["formaction"] == "/tai"
    assert button["formenctype"] == "multipart/form-data"
    assert button["value"] == "gks"


@pytest.mark.parametrize(
    ("given", "word"), [("source", "nguồn"), ("giả định", "giả định"), ("known", "đã biết")]
)
def test_a_rule_says_how_sure_it_is(given: str, word: str) -> None:
    assert word in made("mark(given)", given=given)
    assert "Điều 15" in made('mark(given, "Luật Hộ tịch, Điều 15")', given=given)


def test_a_spark_line_can_be_read_aloud() -> None:
    assert 'aria-label="tuần qua: 3, 0, 12"' in made('spark([3, 0, 12], "tuần qua")')
    assert made("spark([])").strip() == ""
    assert "polyline" in made("spark([5])")


def test_a_letter_on_a_button_is_told_to_readers_too() -> None:
    html = made('button("Tiếp nhận", key="t")')
    assert 'data-key="t"' in html
    assert 'aria-keyshortcuts="t"' in html
