"""Registers the module with Django."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "wharfinger.stock"
    label = "stock"
    default_auto_field = "django.db.models.BigAutoField"
