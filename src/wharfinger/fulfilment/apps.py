"""Registers the module with Django."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "wharfinger.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"
