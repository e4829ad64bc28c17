"""Registers the module with Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "wharfinger.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"
