"""Addresses of the pages of territories. The staff's page is guarded and mounted by the site."""

from __future__ import annotations

from django.urls import path

from haicap.units.views import public

app_name = "units"
urlpatterns = [
    path("don-vi-hanh-chinh/", public.places, name="places"),
    path("don-vi-hanh-chinh/<str:code>/", public.place, name="place"),
]
