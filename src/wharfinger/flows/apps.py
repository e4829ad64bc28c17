"""Registers the module with Django."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "wharfinger.flows"
    label = "flows"
    default_auto_field = "django.db.models.BigAutoField"
