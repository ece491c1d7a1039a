"""Addresses for the tests of the catalogue's pages: its own, and the few the frame leads to."""

from __future__ import annotations

from django.urls import include, path

from haicap.site import views

site_urls = [
    path("", views.home, name="home"),
    path("ngon-ngu/", views.language, name="language"),
]
urlpatterns = [
    path("", include((site_urls, "site"))),
    path("", include("haicap.accounts.urls")),
    path("", include("haicap.catalogue.urls")),
]
handler404 = "haicap.site.views.not_found"
handler500 = "haicap.site.views.server_error"
