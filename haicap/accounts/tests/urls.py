"""Addresses for tests of guards: one view of each mark, and one without any."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from haicap.accounts.guards import citizen_page, public_page, signed_in_page, staff_page
from haicap.kernel.actor import Duty


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("bare")


urlpatterns = [
    path("bare/", bare),
    path("anybody/", public_page(bare)),
    path("citizen/", citizen_page(bare)),
    path("signed-in/", signed_in_page(bare)),
    path("staff/", staff_page()(bare)),
    path("reception/", staff_page(Duty.RECEIVE)(bare)),
]
