"""Answers of a dossier against the form it was pinned to: cleaned, shown, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from haicap.catalogue import fees, forms_check
from haicap.catalogue.models import FeeRule
from haicap.catalogue.queries import form_definition
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing
from haicap.units import public as units

LONGEST_SUBJECT: Final = 300


def clean_answers(
    form_version_id: int,
    answers: Mapping[str, Any],
    *,
    at: datetime,
    draft: bool = False,
) -> dict[str, Any]:
    """Clean values, or Invalid with a sentence per field (named as posted: "mother.name").

    A posted form (QueryDict) may hold other names besides; other mappings may not. A `draft` is
    never refused: what is not right yet is kept as typed.
    """
    posted = isinstance(answers, QueryDict)
    return forms_check.clean_form(
        definition=form_definition(form_version_id),
        answers=dict(answers.items()),
        day=day_of(at),
        demo=settings.DEMO,
        knows_territory=_knows_territory,
        draft=draft,
        lenient=posted,
    )


def _knows_territory(code: str, day: date) -> bool:
    try:
        units.territory(code, day=day)
    except Missing:
        return False
    return True


def answer_rows(
    form_version_id: int, answers: Mapping[str, Any], language: str = "vi", *, printed: bool = False
) -> list[tuple[str, str, str]]:
    """(section, label, value as shown) of every answer, in the words of `language`; as `printed` on
    a paper each fact of a person has its own row.
    """
    read = forms_check.printed_rows if printed else forms_check.rows
    with translation.override(language):
        return list(
            read(
                definition=form_definition(form_version_id),
                answers=answers,
                territory_name=_territory_name,
            )
        )


@lru_cache(maxsize=1024)
def _named(code: str, day: date) -> str:
    return units.territory(code, day=day).full_name


def _territory_name(code: str, day: str) -> str:
    try:
        return _named(code, date.fromisoformat(day))
    except (Missing, ValueError):
        return code


def place_of(form_version_id: int, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The address that decides which commune is competent: {"territory", "at", "detail"}. None
    where any commune is, or where the address lies outside the city.
    """
    place = form_definition(form_version_id).get("place", {})
    if place.get("rule") != "field":
        return None
    found = answers.get(place["field"])
    return dict(found) if isinstance(found, Mapping) and found.get("territory") else None


def subject_of(form_version_id: int, answers: Mapping[str, Any]) -> str:
    """The summary line (trích yếu) of a dossier: “Đăng ký khai sinh cho Nguyễn An”."""
    definition = form_definition(form_version_id)
    fields = {field["name"]: field for field in definition["fields"]}

    def fill(found: re.Match[str]) -> str:
        name, _dot, part = found[1].partition(".")
        value = answers.get(name)
        if part:
            value = value.get(part) if isinstance(value, Mapping) else None
        elif name in fields and value is not None:
            value = forms_check.show(fields[name], value, _territory_name)
        return str(value) if value not in (None, "") else "…"

    with translation.override("vi"):
        line = re.sub(r"\{([a-z_.]+)\}", fill, str(definition.get("subject", "")))
    return line[:LONGEST_SUBJECT]


def fee_for(
    fee_rule_id: int | None,
    *,
    channel: str,
    answers: Mapping[str, Any],
    at: datetime,
    identity_level: int = 0,
) -> fees.FeeView:
    """What is due for these answers when demanded at `at`. Without a rule nothing is demanded."""
    rule = FeeRule.objects.filter(pk=fee_rule_id).first() if fee_rule_id else None
    return reckoned(rule, channel=channel, answers=answers, at=at, identity_level=identity_level)


def reckoned(
    rule: FeeRule | None,
    *,
    channel: str,
    answers: Mapping[str, Any],
    at: datetime,
    identity_level: int = 0,
    in_words: bool = True,
) -> fees.FeeView:
    """`fee_for` of a rule at hand; without the explanation when nobody reads it."""
    if rule is None:
        return fees.FeeView(
            total=0, explanation=(_("Chưa rõ mức phí, lệ phí; chưa thu."),), known=False
        )
    lines = fees.evaluate(
        scheme=rule.scheme,
        channel=channel,
        answers=answers,
        identity_level=identity_level,
        day=day_of(at),
    )
    total = sum(line.amount for line in lines)
    return fees.FeeView(
        total=total,
        lines=lines,
        explanation=_explained(rule) if in_words else (),
        collect_at=rule.collect_at,
    )


def _explained(rule: FeeRule) -> tuple[str, ...]:
    return tuple(fees.describe(rule.scheme)) or (_("Không thu phí, lệ phí."),)
