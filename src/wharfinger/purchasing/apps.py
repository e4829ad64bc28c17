"""Registers the module with Django."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    name = "wharfinger.purchasing"
    label = "purchasing"
    default_auto_field = "django.db.models.BigAutoField"
