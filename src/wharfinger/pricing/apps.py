"""Registers the module with Django."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "wharfinger.pricing"
    label = "pricing"
    default_auto_field = "django.db.models.BigAutoField"
