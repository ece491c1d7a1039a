"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "haicap.units"
    label = "units"
