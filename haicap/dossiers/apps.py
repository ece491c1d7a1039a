"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "haicap.dossiers"
    label = "dossiers"
