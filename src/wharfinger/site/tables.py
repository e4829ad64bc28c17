"""Makes the tables of a new installation at once, where migrating would make and remake them one step after another."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.recorder import MigrationRecorder


def bring_up_to_date() -> None:
    """Bring the database to this release: an empty one by making every table as it is now, others by migrating.

    The migrations say what the tables are in both cases, and all of them count as applied. Where one of
    ours fills in rows, everybody migrates; so does PostgreSQL, where a table must come after those that
    its composite keys refer to.
    """
    executor = MigrationExecutor(connection)
    if connection.vendor != "sqlite" or connection.introspection.table_names() or _fills_in_rows(executor):
        call_command("migrate", interactive=False, verbosity=0)
        return
    emit_pre_migrate_signal(0, False, connection.alias, stdout=None, apps=apps, plan=[])
    made: Any = executor.loader.project_state().apps
    with connection.schema_editor() as editor:
        for model in made.get_models(include_auto_created=False):
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in sorted(executor.loader.disk_migrations):
        recorder.record_applied(app, name)
    emit_post_migrate_signal(0, False, connection.alias, stdout=None, apps=apps, plan=[])


def _fills_in_rows(executor: MigrationExecutor) -> bool:
    ours = [m for m in executor.loader.disk_migrations.values() if m.__module__.startswith("wharfinger.")]
    return any(isinstance(step, (RunPython, RunSQL)) for migration in ours for step in migration.operations)
