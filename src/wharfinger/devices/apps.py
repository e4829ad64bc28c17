"""Registers the module with Django."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "wharfinger.devices"
    label = "devices"
    default_auto_field = "django.db.models.BigAutoField"
