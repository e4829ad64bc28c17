"""Registers the module with Django."""

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "wharfinger.returns"
    label = "returns"
    default_auto_field = "django.db.models.BigAutoField"
