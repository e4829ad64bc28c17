"""Registers the module with Django."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "wharfinger.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"
