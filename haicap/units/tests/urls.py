"""The module's own addresses, and stand-ins for the few its page frame links to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from haicap.units.views import staff


def elsewhere(request: HttpRequest) -> HttpResponse:
    """A page of another module."""
    return HttpResponse()


site = [path("", elsewhere, name="home"), path("ngon-ngu/", elsewhere, name="language")]
urlpatterns = [
    path("", include((site, "site"))),
    path("", include("haicap.units.urls")),
    path("don-vi/chi-nhanh/", staff.branches),
]
