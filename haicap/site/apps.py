"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "haicap.site"
    label = "site"
