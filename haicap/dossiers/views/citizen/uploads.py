"""Files for papers: taken one by one, each with its own sentence when it cannot be; shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers.filing import MOST_PAPERS
from haicap.files import public as files
from haicap.kernel.errors import Refusal

CONTROL: Final = "papers."  # before the slot: the name of its control
ACCEPT: Final = "image/*,.pdf,.docx,.xlsx,.odt,.ods,.xml"


def take(
    request: accounts.Request,
    papers: Sequence[catalogue.PaperView],
    *,
    ref: str = "",
    place: Callable[[str], str] = lambda slot: slot,
) -> dict[str, str]:
    """Keep every file of the request under `ref` (else staged); by slot, what could not be taken.

    `place` turns the slot of the procedure into the one the file is kept under.
    """
    staged = ref or files.staged_ref(request.actor)
    free = MOST_PAPERS - len(files.uses_of([staged])[staged])
    faults: dict[str, str] = {}
    for paper in papers:
        for sent in request.FILES.getlist(f"{CONTROL}{paper.slot}"):
            if free <= 0:
                faults[paper.slot] = _("Mỗi hồ sơ nhận tối đa %(most)s tệp. Xin bỏ bớt tệp.") % {
                    "most": MOST_PAPERS
                }
                break
            try:
                files.keep(
                    stream=sent,  # type: ignore[arg-type]
                    name=sent.name or "",
                    ref=ref,
                    slot=place(paper.slot),
                    by=request.actor,
                    at=request.at,
                )
            except Refusal as refusal:
                told = faults.get(paper.slot, "")
                faults[paper.slot] = f"{told} {refusal}".strip()
            else:
                free -= 1
    return faults


def shown(
    paper: catalogue.PaperView,
    uses: Sequence[files.UseView],
    *,
    url: str,
    file_url: Callable[[UUID], str],
    remove_url: Callable[[UUID], str],
    error: str = "",
    required: bool | None = None,
) -> dict[str, Any]:
    """One paper with its files, as the upload component and the page take it."""
    return {
        "slot": paper.slot,
        "name": paper.name,
        "condition": paper.condition,
        "required": paper.required if required is None else required,
        "replaced_by": paper.replaced_words,
        "url": url,
        "error": error,
        "files": [
            {
                "name": use.name,
                "size": use.size,
                "verdict": _("đã quét, an toàn") if use.scan == "clean" else "",
                "url": file_url(use.id),
                "remove_url": remove_url(use.id),
            }
            for use in uses
        ],
    }


def by_slot(
    uses: Sequence[files.UseView], *, prefix: str = ""
) -> Mapping[str, list[files.UseView]]:
    """Files by the slot of the procedure."""
    found: dict[str, list[files.UseView]] = {}
    for use in uses:
        if use.slot.startswith(prefix):
            found.setdefault(use.slot.removeprefix(prefix), []).append(use)
    return found
