"""Registers the module with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import import_string


class ExchangeConfig(AppConfig):
    name = "wharfinger.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install the columns of own fields once all models are known."""
        import_string("wharfinger.exchange.owned.install")()
