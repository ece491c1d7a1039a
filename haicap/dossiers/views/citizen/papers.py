"""The papers of a draft: one page for all, with the script one answer for each upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.dossiers.forms import draft as forms
from haicap.dossiers.views.citizen import uploads
from haicap.dossiers.views.citizen.draft import Draft, draft_page, step
from haicap.files import public as files
from haicap.kernel.errors import Missing


@draft_page
def papers(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Upload, and go on. A bad file has its sentence in place and costs nothing else."""
    bad: Mapping[str, str] = {}
    if request.method == "POST":
        asked = forms.papers_of(draft.rules)
        bad = uploads.take(request, asked, ref=draft.dossier.ref)
    if request.headers.get("HX-Request"):
        return _one(request, draft, request.POST.get("slot", ""), bad)
    return step(
        request,
        draft,
        forms.PAPERS,
        "papers",
        values=lambda: {"declared": {"papers": forms.replaced_posted(request.POST, draft.rules)}},
        typed=lambda saved: {
            f"replaced.{slot}": "1" for slot in saved.dossier.declared.get("papers") or {}
        },
        also=[
            forms.Fault(forms.PAPERS, forms.paper_control(slot), sentence)
            for slot, sentence in bad.items()
        ],
        slots=_slots(draft, bad),
        accept=uploads.ACCEPT,
    )


def _slots(draft: Draft, bad: Mapping[str, str]) -> list[dict[str, Any]]:
    uses = uploads.by_slot(files.uses_of([draft.dossier.ref])[draft.dossier.ref])
    uuid = draft.dossier.uuid
    return [
        uploads.shown(
            paper,
            uses.get(paper.slot, []),
            url=forms.PAPERS.url(uuid),
            file_url=lambda use: reverse("dossiers:draft_file", args=[uuid, use]),
            remove_url=lambda use: reverse("dossiers:draft_remove", args=[uuid, use]),
            error=bad.get(paper.slot, ""),
        )
        for paper in forms.papers_of(draft.rules)
    ]


def _one(
    request: accounts.Request, draft: Draft, slot: str, bad: Mapping[str, str]
) -> HttpResponse:
    """The place of one paper anew, for the script."""
    found = next((one for one in _slots(draft, bad) if one["slot"] == slot), None)
    if found is None:
        raise Missing(_("Thủ tục này không có giấy tờ ấy."))
    context = {"slot": found, "accept": uploads.ACCEPT}
    return render(
        request, "dossiers/citizen/slot.html", context, status=422 if slot in bad else 200
    )


@draft_page
def remove(request: accounts.Request, draft: Draft, file_id: UUID) -> HttpResponse:
    """Take a file away again."""
    use = _own_file(draft, file_id)
    if request.method == "POST":
        files.remove(use_id=use.id, owner_refs=[draft.dossier.ref], by=request.actor, at=request.at)
    if request.headers.get("HX-Request"):
        return _one(request, draft, use.slot, {})
    return HttpResponseRedirect(f"{forms.PAPERS.url(draft.dossier.uuid)}#upload-{use.slot}")


@draft_page
def file(request: accounts.Request, draft: Draft, file_id: UUID) -> HttpResponseBase:
    """One of the files, as it was uploaded."""
    return files.serve(_own_file(draft, file_id), download=bool(request.GET.get("download")))


def _own_file(draft: Draft, file_id: UUID) -> files.UseView:
    use = files.facts_of(file_id)
    if use.ref != draft.dossier.ref:
        raise Missing(_("Không tìm thấy tệp này."))
    return use
