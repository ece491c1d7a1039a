"""Rating how one was served: three faces, after the result, by its applicant."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.dossiers import queries
from haicap.dossiers.actions import rating as actions
from haicap.dossiers.flow import State
from haicap.dossiers.forms.service import read_faces
from haicap.dossiers.models import Dossier, Face
from haicap.dossiers.queries import service
from haicap.kernel.errors import Invalid, Missing, Refusal

ICONS = {Face.VERY: "laugh", Face.CONTENT: "smile", Face.NOT: "frown"}


def _name(dossier: Dossier) -> str:
    version = dossier.procedure_version
    english = (get_language() or "vi").startswith("en")
    return (version.name_en if english else "") or version.short_name


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def rate(request: accounts.Request, code: str) -> HttpResponse:
    """One question that counts, three more and a word for who likes."""
    dossier = queries.find(code=code, by=request.actor)
    if dossier.state == State.DRAFT:
        raise Missing(_("Không tìm thấy hồ sơ này."))
    errors: dict[str, str] = {}
    trouble, status = "", 200
    if request.method == "POST":
        overall, answers = read_faces(request.POST, actions.QUESTIONS)
        try:
            actions.rate(
                dossier_id=dossier.pk,
                overall=overall,
                answers=answers,
                comment=request.POST.get("comment", ""),
                by=request.actor,
                at=request.at,
            )
            response = HttpResponseRedirect(reverse("dossiers:mine_one", args=[code]))
            response["Haicap-Notice"] = quote(_("Cảm ơn ông bà đã đánh giá."))
            return response
        except Invalid as wrong:
            errors, status = wrong.fields, 422
        except Refusal as refusal:
            trouble, status = str(refusal), refusal.status
    context = {
        "dossier": dossier,
        "name": _name(dossier),
        "may_rate": service.may_rate(dossier, request.actor),
        "rated": service.rating_of(dossier),
        "faces": [(face.value, str(face.label), ICONS[face]) for face in Face],
        "questions": [("overall", _("Nói chung, ông bà thấy thế nào?"), True)]
        + [(name, str(words), False) for name, words in actions.QUESTIONS.items()],
        "typed": request.POST.dict(),
        "errors": errors,
        "trouble": trouble,
    }
    return render(request, "dossiers/citizen/rating.html", context, status=status)
