"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "haicap.deadlines"
    label = "deadlines"
