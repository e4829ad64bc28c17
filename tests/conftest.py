"""What every test stands on: which database, no network, and databases of its own for tests that commit."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests import postgres

_session = ExitStack()
LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the database before Django reads its settings: WHARFINGER_TEST_DB is sqlite or postgres."""
    wanted = os.environ.setdefault("WHARFINGER_TEST_DB", "sqlite")
    assert wanted in {"sqlite", "postgres"}, "WHARFINGER_TEST_DB is sqlite or postgres."
    os.environ["DJANGO_SETTINGS_MODULE"] = "wharfinger.site.settings"
    # The parallel workers of one session inherit its home and its server.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        home = tempfile.mkdtemp(prefix="wharfinger-test-")
        _session.callback(shutil.rmtree, home, ignore_errors=True)
        os.environ |= {"WHARFINGER_HOME": home, "WHARFINGER_SYNCHRONOUS": "OFF"}
        os.environ.pop("DATABASE_URL", None)
        if wanted == "postgres":
            os.environ["DATABASE_URL"] = _session.enter_context(postgres.server())
    from django.conf import settings

    assert settings.TESTING


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove what the session left on disk."""
    _session.close()


@pytest.fixture
def company(client: Client, db: None) -> Any:
    """A small company, whose user is signed in at ``client``; who browses as nobody, or otherwise, has one of their own."""
    from tests.world import world

    made = world()
    client.force_login(made.user)
    return made


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"A test tried to reach {address}; tests stay on this machine.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Let no test speak the language that a request of another left behind."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Migrate a test database once for the session, also where every test works on a copy of it."""
    from tests import fresh

    with django_db_blocker.unblock():
        finish = fresh.migrated()
    yield
    with django_db_blocker.unblock():
        finish()


@pytest.fixture
def fresh_database(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A migrated, otherwise empty database of this test's own, where acts really commit, also in threads.

    Its value is the environment by which another process reaches the same database.
    """
    from tests import fresh

    with django_db_blocker.unblock(), fresh.database(tmp_path) as variables:
        yield variables


@pytest.fixture
def served(fresh_database: dict[str, str]) -> Iterator[str]:
    """The address of a real server, in its own process, on this test's own database."""
    from tests import fresh

    with fresh.served(fresh_database) as address:
        yield address
