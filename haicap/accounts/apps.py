"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "haicap.accounts"
    label = "accounts"
