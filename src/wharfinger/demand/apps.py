"""Registers the module with Django."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    name = "wharfinger.demand"
    label = "demand"
    default_auto_field = "django.db.models.BigAutoField"
