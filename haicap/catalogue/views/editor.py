"""The pages that edit a draft, a part each. They work without a script: buttons of rows post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import actions, checked, versions
from haicap.catalogue.checker import Finding
from haicap.catalogue.editing.laying import WAS, laid_out
from haicap.catalogue.editing.laying import rows as rows_of
from haicap.catalogue.editing.preview import drawable
from haicap.catalogue.editing.reading import ROW, posted_rows, pressed, read_part
from haicap.catalogue.editing.tables import PARTS, Part, Table
from haicap.catalogue.procedure_file import ProcedureFile
from haicap.catalogue.versions import DraftView
from haicap.catalogue.views.keeping import code_page, revision_of
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing

MANY = 60  # rows of a table that are shown with all their details


@dataclass(slots=True)
class Typed:
    """A part as it stands on the page: its cells, what is wrong with them, and a sentence above."""

    cells: Mapping[str, str]
    errors: Mapping[str, str]
    trouble: str = ""
    status: int = 200


@code_page
@require_http_methods(["GET", "POST"])
def part(request: accounts.Request, code: str, name: str) -> HttpResponse:
    """One part of the draft: shown, a row added or moved, or saved."""
    found = PARTS.get(name)
    if found is None:
        raise Missing(_("Không có phần này."))
    typed: Typed | None = None
    if request.method == "POST":
        answer = _posted(request, code, found)
        if isinstance(answer, HttpResponse):
            return answer
        typed = answer
    draft = versions.living_draft(code)
    people = found.name == "route"
    said = checked.findings(draft.file, day=day_of(request.at), people=people)
    findings = [one for one in said if one.part == found.name]
    typed = typed or Typed(_folded(found, draft.file, findings), {})
    context = _context(draft, found, typed, findings)
    return render(request, "catalogue/controller/part.html", context, status=typed.status)


def _posted(request: accounts.Request, code: str, found: Part) -> Typed | HttpResponse:
    """Where to go after saving, or what to show again."""
    cells = {name: "\n".join(map(str, values)) for name, values in request.POST.lists()}
    if cells.get(ROW, "").startswith("open:"):
        return Typed(_opened(cells, versions.living_draft(code).file), {})
    if ROW in cells:
        changed = pressed(cells, found)
        return Typed(cells if changed is None else changed, {})
    try:
        actions.edit_draft(
            code=code,
            part=found.name,
            change=lambda file: read_part(found, cells, file),
            revision=revision_of(request),
            by=request.actor,
            at=request.at,
        )
    except Invalid as wrong:
        return Typed(cells, wrong.fields, status=wrong.status)
    except actions.Overtaken as overtaken:
        return Typed(cells, {}, trouble=str(overtaken), status=overtaken.status)
    address = reverse("catalogue:draft_part", args=[code, found.name])
    if cells.get("then") == "draft":
        address = reverse("catalogue:draft", args=[code])
    return HttpResponseRedirect(address)


def _folded(found: Part, file: ProcedureFile, findings: list[Finding]) -> dict[str, str]:
    """The part laid out; in a long table the details of rows nothing is said of are left out. They
    come when asked for, and what is not posted stays as it is.
    """
    cells = laid_out(found, file)
    told = {one.at for one in findings}
    for table in found.tables:
        rows = posted_rows(table, cells)
        if len(rows) <= MANY:
            continue
        details = [column.name for column in table.columns if not column.main]
        for n, _row in rows:
            path = f"{table.name}.{n}."
            if not any(at.startswith(path) for at in told):
                for name in details:
                    cells.pop(path + name, None)
    return cells


def _opened(cells: dict[str, str], file: ProcedureFile) -> dict[str, str]:
    """All as typed, with the details of one row as the draft has them."""
    name, _colon, number = cells[ROW].removeprefix("open:").partition(":")
    was = cells.get(f"{name}.{number}.{WAS}", "")
    known = {table.name for part in PARTS.values() for table in part.tables}
    if name in known:
        kept = next((row for row in rows_of(name, file) if row[WAS] == was), {})
        for cell, value in kept.items():
            cells.setdefault(f"{name}.{number}.{cell}", value)
    return cells


def _context(
    draft: DraftView, found: Part, typed: Typed, findings: list[Finding]
) -> dict[str, Any]:
    file = _as_typed(draft.file, found, typed)
    return {
        "code": draft.code,
        "draft": draft,
        "part": found,
        "parts": PARTS.values(),
        "cells": typed.cells,
        "errors": typed.errors,
        "trouble": typed.trouble,
        "findings": findings,
        "told": _told(findings),
        "rows": {table.name: _rows(table, typed.cells) for table in found.tables},
        "names_to_choose": _lists(file) if found.name in {"form", "fee"} else {},
        "definition": drawable(file.form) if found.name == "form" and file.form else None,
    }


def _as_typed(file: ProcedureFile, found: Part, typed: Typed) -> ProcedureFile:
    """The file with what is on the page, where that can be read: for the preview."""
    try:
        return read_part(found, typed.cells, file)
    except (Invalid, msgspec.ValidationError):
        return file


def _rows(table: Table, cells: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(row for _n, row in posted_rows(table, cells)))


def _told(findings: list[Finding]) -> dict[str, str]:
    """The first sentence about each cell."""
    return {one.at: one.sentence for one in reversed(findings) if one.at}


def _lists(file: ProcedureFile) -> dict[str, list[str]]:
    """Names to choose from while typing: sections and fields of the form."""
    form = drawable(file.form)
    return {
        "sections": [section["name"] for section in form["sections"]],
        "fields": [field["name"] for field in form["fields"]],
        "groups": [field["name"] for field in form["fields"] if field["kind"] == "group"],
    }
