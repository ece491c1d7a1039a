"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "haicap.audit"
    label = "audit"
