"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "haicap.registers"
    label = "registers"
