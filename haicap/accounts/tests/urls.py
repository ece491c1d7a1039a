"""Addresses for tests of guards: one view of each mark, one without any, and the account pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from haicap.accounts.guards import citizen_page, public_page, signed_in_page, staff_page
from haicap.accounts.views.api_auth import BearerAuth
from haicap.kernel.actor import Actor, Duty


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("bare")


api = NinjaAPI(auth=BearerAuth(), urls_namespace="accounts-tests", docs_url=None)


@api.get("/me")
@api.post("/me")
def me(request: HttpRequest) -> dict[str, object]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {"name": actor.name, "source": actor.source, "trusted": actor.trusted_clock}


@api.get("/open", auth=None)
def opened(request: HttpRequest) -> dict[str, object]:
    return {"kind": request.actor.kind}  # type: ignore[attr-defined]


site = [
    path("", public_page(bare), name="home"),
    path("ngon-ngu/", public_page(bare), name="language"),
]
urlpatterns = [
    path("", include((site, "site"))),
    path("bare/", bare),
    path("anybody/", public_page(bare)),
    path("citizen/", citizen_page(bare)),
    path("signed-in/", signed_in_page(bare)),
    path("staff/", staff_page()(bare)),
    path("reception/", staff_page(Duty.RECEIVE)(bare)),
    path("api/v1/", api.urls),
    path("", include("haicap.accounts.urls")),
    path("vneid-demo/", include("haicap.site.vneid_demo.urls")),
]
