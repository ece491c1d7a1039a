"""What the environment of the pages promises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from jinja2 import UndefinedError

from haicap.site import jinja


def rendered(source: str, **values: Any) -> str:
    return str(engines["jinja2"].from_string(source).render(values))


def test_an_unknown_name_fails_instead_of_vanishing() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ nowhere }}")


def test_what_people_typed_is_escaped_also_inside_translations() -> None:
    assert rendered("{{ name }}", name="<b>") == "&lt;b&gt;"
    assert "<b>" not in rendered('{{ _("Bỏ %(name)s", name=name) }}', name="<b>")


@pytest.mark.parametrize(
    ("lang", "source", "words"),
    [
        ("vi", "{{ day|day }}", "thứ Tư, 25/11/2026"),
        ("en", "{{ day|day }}", "Wednesday, 25 November 2026"),
        ("vi", "{{ late|day }}", "thứ Tư, 25/11/2026"),
        ("vi", "{{ late|time }}", "00:30"),
        ("vi", "{{ late|due }}", "thứ Tư, 25/11/2026, trước 0 giờ 30 phút"),
        ("vi", "{{ late|iso }}", "2026-11-25T00:30:00+07:00"),
        ("vi", "{{ day|short_day }}", "25/11/2026"),
        ("vi", "{{ 8000|money }}", "8.000 đồng"),
        ("en", "{{ 8000|money }}", "VND 8,000"),
        ("vi", "{{ 1043|number }} {{ 2.5|number }}", "1.043 2,5"),
        ("en", "{{ 1043|number }}", "1,043"),
        ("vi", "{{ 2437000|size }} {{ 10|size }}", "2,4 MB 1 KB"),
        ("vi", "{{ none|day }}{{ none|money }}{{ none|number }}{{ none|moment }}", ""),
    ],
)
def test_figures_and_days_are_written_as_people_read_them(
    lang: str, source: str, words: str
) -> None:
    late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past midnight in Hà Nội
    with translation.override(lang):
        assert rendered(source, day=date(2026, 11, 25), late=late, none=None) == words


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in jinja.icon("search")
    assert 'role="img"' in jinja.icon("search", "Tìm")
    assert "aria-hidden" not in jinja.icon("search", "Tìm")


def test_a_page_that_is_switched_off_falls_back(own_urls: None) -> None:
    assert jinja.url_or("/", "nothing:here") == "/"
