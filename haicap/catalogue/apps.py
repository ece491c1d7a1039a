"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "haicap.catalogue"
    label = "catalogue"
