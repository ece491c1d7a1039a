"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import path

from haicap.catalogue.views import citizen, controller

app_name = "catalogue"
urlpatterns = [
    path("thu-tuc/", citizen.search, name="search"),
    path("thu-tuc/goi-y/", citizen.suggest, name="suggest"),
    path("thu-tuc/<str:code>/", citizen.procedure, name="procedure"),
    path("kiem-soat/thoi-han/", controller.gaps, name="gaps"),
    path("kiem-soat/thoi-han/<str:code>/", controller.gap, name="gap"),
]
