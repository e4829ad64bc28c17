"""Registers the module with Django."""

from __future__ import annotations

import gc

from django.apps import AppConfig
from django.utils.module_loading import import_string


class SiteConfig(AppConfig):
    """The outermost module: it knows all others, and hangs their causes and effects into the kernel."""

    name = "wharfinger.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install the tables once all models are known."""
        import_string("wharfinger.site.automation.install")()
        import_string("wharfinger.site.numbering.install")()
        import_string("wharfinger.site.parts.install")()
        import_string("wharfinger.site.stories.install")()
        # What is loaded stays, and an act of many lines makes a hundred thousand rows that live until its end:
        # looking all of them over for what can be forgotten took a tenth of our own time.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
