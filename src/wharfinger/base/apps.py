"""Registers the module with Django."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "wharfinger.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"
