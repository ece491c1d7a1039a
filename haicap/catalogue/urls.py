"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import path

from haicap.catalogue.views import citizen, controller, editor, keeping

app_name = "catalogue"
_one = "kiem-soat/thu-tuc/<str:code>/"
urlpatterns = [
    path("thu-tuc/", citizen.search, name="search"),
    path("thu-tuc/goi-y/", citizen.suggest, name="suggest"),
    path("thu-tuc/<str:code>/", citizen.procedure, name="procedure"),
    path("kiem-soat/thoi-han/", controller.gaps, name="gaps"),
    path("kiem-soat/thoi-han/<str:code>/", controller.gap, name="gap"),
    path("kiem-soat/thu-tuc/", keeping.kept, name="kept"),
    path("kiem-soat/thu-tuc/nhap/", keeping.bring, name="bring"),
    path(_one, keeping.one, name="kept_one"),
    path(f"{_one}so-sanh/", keeping.compare, name="compare"),
    path(f"{_one}tep/", keeping.file, name="file"),
    path(f"{_one}ban-thao/", keeping.draft, name="draft"),
    path(f"{_one}ban-thao/<slug:name>/", editor.part, name="draft_part"),
]
