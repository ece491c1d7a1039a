"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "haicap.files"
    label = "files"
