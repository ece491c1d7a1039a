"""The check of the English texts: it finds what is missing, and where only."""

from __future__ import annotations

from pathlib import Path

import pytest

from haicap.site import texts


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(texts, "PACKAGE", tmp_path)
    return tmp_path


def write(package: Path, path: str, text: str) -> Path:
    file = package / path
    file.parent.mkdir(parents=True, exist_ok=True)
    (package / path.split("/")[0] / "__init__.py").touch()
    file.write_text(text)
    return file


def english(package: Path, module: str, **words: str) -> None:
    lines = ['msgid ""', 'msgstr "Content-Type: text/plain; charset=utf-8\\n"', ""]
    for vietnamese, translated in words.items():
        lines += [f'msgid "{vietnamese}"', f'msgstr "{translated}"', ""]
    write(package, f"{module}/{texts.CATALOGUE}", "\n".join(lines))


PAGE = "shop/templates/shop/citizen/one.html"


def reasons() -> list[str]:
    return [fault.reason for fault in texts.faults()]


def test_a_text_on_a_citizens_page_must_have_english(package: Path) -> None:
    write(package, PAGE, '<p>{{ _("Chào") }}</p>')
    assert reasons() == [f"has no English, and citizens read {PAGE}"]
    english(package, "shop", Chào="Hello")
    assert reasons() == []


def test_a_text_of_the_staff_may_stay_vietnamese(package: Path) -> None:
    write(package, "shop/templates/shop/desk/one.html", '<p>{{ _("Chào") }}</p>')
    write(package, "shop/views/desk.py", 'from x import gettext as _\nwords = _("Chào")\n')
    assert reasons() == []


def test_a_doubtful_translation_counts_as_none(package: Path) -> None:
    write(package, PAGE, '<p>{{ _("Chào") }}</p>')
    english(package, "shop", Chào="Hello")
    file = package / "shop" / texts.CATALOGUE
    file.write_text(file.read_text().replace('msgid "Chào"', '#, fuzzy\nmsgid "Chào"'))
    assert len(reasons()) == 1


def test_placeholders_must_be_the_same_and_have_names(package: Path) -> None:
    write(package, PAGE, '<p>{{ _("Còn %(days)s ngày", days=3) }}</p>')
    english(package, "shop", **{"Còn %(days)s ngày": "%(day)s days left"})
    assert reasons() == ["differs in placeholders from “%(day)s days left”"]
    write(package, PAGE, '<p>{{ _("Còn %s ngày") }}</p>')
    english(package, "shop", **{"Còn %s ngày": "%s days left"})
    assert reasons() == ["has a placeholder without a name"]


def test_the_same_words_have_one_english_in_the_whole_house(package: Path) -> None:
    write(package, PAGE, '<p>{{ _("Chào") }}</p>')
    write(package, "post/views/citizen.py", 'words = _("Chào")\n')
    english(package, "shop", Chào="Hello")
    english(package, "post", Chào="Greetings")
    assert reasons() == ["says it otherwise than post"]


def test_plural_forms_are_collected(package: Path) -> None:
    write(
        package,
        PAGE,
        "{% trans count=n %}Một tờ{% pluralize %}%(count)s tờ{% endtrans %}".replace(
            "%(count)s", "{{ count }}"
        ),
    )
    assert len(reasons()) == 1
    texts.update()
    written = (package / "shop" / texts.CATALOGUE).read_text()
    assert 'msgid_plural "%(count)s tờ"' in written


def test_an_update_keeps_what_was_translated_and_says_nothing_twice(package: Path) -> None:
    write(package, PAGE, '<p>{{ _("Chào") }} {{ _("Tạm biệt") }}</p>')
    english(package, "shop", Chào="Hello")
    assert texts.update() == [package / "shop" / texts.CATALOGUE]
    assert texts.update() == []
    written = (package / "shop" / texts.CATALOGUE).read_text()
    assert 'msgstr "Hello"' in written
    assert 'msgid "Tạm biệt"' in written
    assert len(reasons()) == 1
