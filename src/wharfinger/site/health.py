"""Says whether this installation can serve: its database answers and knows every migration."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wharfinger.site.commands import Hindrance


def unapplied() -> list[str]:
    """The migrations that this release has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def require_current() -> None:
    """Raise Hindrance, with the remedy, unless the database has all that this release needs."""
    missing = unapplied()
    if not missing:
        return
    if "base.0001_initial" in missing:
        name = connection.settings_dict["NAME"]
        where = settings.HOME if connection.vendor == "sqlite" else f"the database {name}"
        raise Hindrance(
            f"There is no company in {where} yet. `wharfinger init` makes one, `wharfinger demo` shows one; "
            "WHARFINGER_HOME or DATABASE_URL names another place."
        )
    raise Hindrance(f"Run `wharfinger migrate` first; these are missing: {', '.join(missing)}.")


# Migrations only grow with a new release, hence with a new process: once current, always current.
_schema = {"current": False}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers and its schema is current, else 503 and the remedy."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = [] if _schema["current"] else unapplied()
    except DatabaseError:
        return JsonResponse({"ok": False, "remedy": "The database does not answer; see its log."}, status=503)
    if missing:
        remedy = "Run `wharfinger migrate`; these are missing: " + ", ".join(missing)
        return JsonResponse({"ok": False, "remedy": remedy}, status=503)
    _schema["current"] = True
    return JsonResponse({"ok": True})
