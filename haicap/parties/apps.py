"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "haicap.parties"
    label = "parties"
