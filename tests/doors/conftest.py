"""A company with a few of everything, and people who may do nothing there, or everything but see costs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

UNWATCHED = ("django_session", "sqlite_")


@pytest.fixture(scope="package")
def company(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Documents in every stage, in a database of its own."""
    from tests import fresh
    from tests.fuzz.company import furnish
    from wharfinger.base.access import HOUSE
    from wharfinger.documents.actions.issuing import issue

    folder: Path = tmp_path_factory.mktemp("doors")
    with django_db_blocker.unblock(), fresh.database(folder):
        furnish()
        issue(actor=HOUSE, kind="invoice", pk=1)
        yield


@pytest.fixture
def picture(company: None) -> Callable[[], dict[str, str]]:
    """A digest of every table, to see that nothing at all has changed."""

    def take() -> dict[str, str]:
        with connection.cursor() as cursor:
            names = [n for n in connection.introspection.table_names(cursor) if not n.startswith(UNWATCHED)]
            found = {}
            for name in names:
                cursor.execute(f'SELECT * FROM "{name}"')
                rows = sorted(repr(row) for row in cursor.fetchall())
                found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found

    return take


@pytest.fixture
def nobody(company: None) -> Any:
    """Somebody who is signed in and holds no permission at all."""
    from wharfinger.parties.models import User

    return User.objects.get_or_create(username="nobody")[0]
