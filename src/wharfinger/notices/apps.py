"""Registers the module with Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "wharfinger.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
