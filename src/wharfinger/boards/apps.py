"""Registers the module with Django."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "wharfinger.boards"
    label = "boards"
    default_auto_field = "django.db.models.BigAutoField"
