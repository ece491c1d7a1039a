"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "haicap.notify"
    label = "notify"
