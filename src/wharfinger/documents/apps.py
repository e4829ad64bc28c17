"""Registers the module with Django."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "wharfinger.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
