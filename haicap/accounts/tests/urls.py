"""Addresses for tests of guards: one view of each mark, one without any, and the account pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from haicap.accounts.guards import citizen_page, public_page, signed_in_page, staff_page
from haicap.kernel.actor import Duty


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("bare")


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
    path("", include("haicap.accounts.urls")),
    path("vneid-demo/", include("haicap.site.vneid_demo.urls")),
]
