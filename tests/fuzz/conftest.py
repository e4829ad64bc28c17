"""The company that all fuzzing runs into: one per process, since history cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="package")
def company(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A company with documents in every stage, in a database of its own."""
    from tests import fresh
    from tests.fuzz.company import furnish

    folder: Path = tmp_path_factory.mktemp("fuzz")
    with django_db_blocker.unblock(), fresh.database(folder):
        furnish()
        yield


@pytest.fixture
def token(company: None) -> str:
    """An administrator's token, good again for each operation: nonsense also revokes tokens and ends roles."""
    from tests.fuzz.company import let_in

    return let_in()
