"""Registers the module with Django."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "wharfinger.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"
