"""Makes the tables of a new installation at once, where migrating would make and remake them one step after another."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from wharfinger.ledger.constraints import CompositeForeignKey


def bring_up_to_date(verbosity: int = 0) -> None:
    """Bring the database to this release: an empty one by making every table as it is now, others by migrating.

    The migrations say what the tables are in both cases, and all of them count as applied. What they do
    to rows is left out of an empty database, which has none. At verbosity 1 it prints which it applies.
    """
    executor = MigrationExecutor(connection)
    if connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=verbosity)
        return
    emit_pre_migrate_signal(0, False, connection.alias, stdout=None, apps=apps, plan=[])
    made: Any = executor.loader.project_state().apps
    with connection.schema_editor() as editor:
        for model in sorted(made.get_models(include_auto_created=False), key=_copies_columns):
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in sorted(executor.loader.disk_migrations):
        recorder.record_applied(app, name)
    emit_post_migrate_signal(0, False, connection.alias, stdout=None, apps=apps, plan=[])


def _copies_columns(model: type[Model]) -> bool:
    # PostgreSQL makes such a table only after those whose columns it copies.
    return any(isinstance(constraint, CompositeForeignKey) for constraint in model._meta.constraints)
