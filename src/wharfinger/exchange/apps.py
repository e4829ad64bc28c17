"""Registers the module with Django."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "wharfinger.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
