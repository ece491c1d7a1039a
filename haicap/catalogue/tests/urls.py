"""Addresses for the tests of the catalogue's pages: its own, and the few the frame leads to."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("haicap.accounts.urls")),
    path("", include("haicap.catalogue.urls")),
    path("", include("haicap.site.tests.urls")),
]
handler404 = "haicap.site.views.not_found"
handler500 = "haicap.site.views.server_error"
