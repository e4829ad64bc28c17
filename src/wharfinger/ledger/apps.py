"""Registers the module with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "wharfinger.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
