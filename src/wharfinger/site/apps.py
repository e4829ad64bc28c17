"""Registers the module with Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "wharfinger.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
