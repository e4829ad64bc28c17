"""Registers the module with Django."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "wharfinger.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
