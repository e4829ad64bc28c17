"""Registers the module with Django."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "wharfinger.sales"
    label = "sales"
    default_auto_field = "django.db.models.BigAutoField"
