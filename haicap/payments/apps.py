"""Django's registration of the module."""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "haicap.payments"
    label = "payments"
