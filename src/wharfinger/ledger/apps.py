"""The ledger as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _prepare(sender: AppConfig, using: str = "default", **_: Any) -> None:
    from wharfinger.ledger.bootstrap import prepare  # noqa: PLC0415 - models exist only once apps are ready

    prepare(using=using)


class LedgerConfig(AppConfig):
    """The kernel: chart, post, reverse, cost layers, money, journal, audit."""

    name = "wharfinger.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Reinstall triggers and fixed rows after each migration."""
        post_migrate.connect(_prepare, sender=self)
