"""The English texts: collected from Python and Jinja2 module by module, and checked.

The source language is Vietnamese, so a missing English text shows true Vietnamese. It is missed
only where a citizen reads: there the check insists. They are compiled by assets.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1]
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**.py", "python"),
]
OPTIONS = {
    "**/templates/**.html": {
        "extensions": "jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    },
    "**/templates/**.txt": {"extensions": "jinja2.ext.do"},
}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Where a citizen reads: these places must have their English.
CITIZEN = [
    "*/templates/*/citizen/*",
    "*/templates/*/public/*",
    "*/views/citizen.py",
    "*/views/citizen/*",
    "*/views/track.py",
    "*/views/public.py",
    "*/forms.py",
    "*/forms/answers.py",
    "*/forms/draft.py",
    "dossiers/templates/dossiers/answers.html",
    "dossiers/queries/story.py",
    "dossiers/queries/tracking.py",
    "dossiers/filing.py",
    "dossiers/flow.py",
    "dossiers/typed.py",
    "kernel/identifiers.py",
    "site/templates/*",
    "notify/*",
]
NAMED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
NAMELESS = re.compile(r"%[sd]|\{\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One text to mend: in which module, which text, and what is wrong with it."""

    module: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.module}: {self.reason}: “{self.text}”"


def modules() -> list[Path]:
    """The folders that may hold texts, in order."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def collected(module: Path) -> Catalog:
    """Every text of the module with the files it stands in."""
    catalogue = Catalog(locale="en", project="HaiCap", fuzzy=False)
    # The same in every run, so that the files change only when the texts do.
    catalogue.creation_date = catalogue.revision_date = datetime(2025, 7, 1, tzinfo=UTC)
    found = extract_from_dir(
        str(module),
        method_map=METHODS,
        options_map=OPTIONS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for file, line, words, comments, context in found:
        place = f"{module.name}/{file}"
        catalogue.add(
            words, locations=[(place, line)], auto_comments=comments, context=context or None
        )
    return catalogue


def kept(module: Path) -> Catalog:
    """The module's English as it lies in its file; empty when there is none."""
    path = module / CATALOGUE
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def update() -> list[Path]:
    """Bring every module's file to the texts of its source; the files that changed."""
    changed = []
    for module in modules():
        fresh, path = collected(module), module / CATALOGUE
        if not len(fresh) and not path.exists():
            continue
        catalogue = kept(module)
        catalogue.update(fresh, no_fuzzy_matching=True)
        catalogue.creation_date = catalogue.revision_date = fresh.creation_date
        catalogue.fuzzy = False
        output = BytesIO()
        write_po(
            output, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=False
        )
        if not path.exists() or path.read_bytes() != output.getvalue():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(output.getvalue())
            changed.append(path)
    return changed


def faults() -> Iterator[Fault]:
    """Everything that --check refuses."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for module in modules():
        english = kept(module)
        for message in collected(module):
            if message.id:
                yield from faults_of(
                    module.name, message, english.get(key(message), message.context)
                )
        for message in english:
            words = english_of(message)
            if not message.id or not words:
                continue
            twin = seen.setdefault((key(message), message.context or ""), (module.name, words[0]))
            if twin[1] != words[0]:
                yield Fault(module.name, key(message), f"says it otherwise than {twin[0]}")


def key(message: Message) -> str:
    """The text by which a message is looked up."""
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


def english_of(message: Message | None) -> list[str]:
    """The English forms; none when the message is missing, empty or marked doubtful."""
    if message is None or message.fuzzy:
        return []
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [str(form) for form in forms if form]


def citizen_reads(message: Message) -> bool:
    """Whether the text stands in a file that a citizen gets to read."""
    return any(fnmatch(place, pattern) for place, _ in message.locations for pattern in CITIZEN)


def faults_of(module: str, message: Message, english: Message | None) -> Iterator[Fault]:
    """What is wrong with one text and its English."""
    text, forms = key(message), english_of(english)
    if NAMELESS.search(re.sub(r"%%", "", text)):
        yield Fault(module, text, "has a placeholder without a name")
    if not forms and citizen_reads(message):
        files = ", ".join(sorted({place for place, _ in message.locations}))
        yield Fault(module, text, f"has no English, and citizens read {files}")
    wanted = placeholders(text)
    singular_may_drop = isinstance(message.id, list | tuple)
    for form in forms:
        have = placeholders(form)
        if have - wanted or (wanted - have and not singular_may_drop):
            yield Fault(module, text, f"differs in placeholders from “{form}”")


def placeholders(text: str) -> set[str]:
    """The names in %(name)s and {name}."""
    return {first or second for first, second in NAMED.findall(text)}
