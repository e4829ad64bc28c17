"""A company behind a real server, and a person with a real browser in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from tests import fresh

if TYPE_CHECKING:
    from tests.browser.person import Company, Person

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One real browser for all."""
    # The browser's driver keeps a loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as started:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = started.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def company(
    browser: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """A company of this module's own, served by a process of its own."""
    from tests.browser.person import Company

    folder = tmp_path_factory.mktemp("company")
    with django_db_blocker.unblock(), fresh.database(folder) as variables:
        founded = Company()
        with fresh.served(variables) as address:
            founded.address = address
            yield founded


@pytest.fixture
def person(browser: Any, company: Company) -> Iterator[Person]:
    """Ada at her desk; whatever her browser complains of fails the test."""
    from tests.browser.person import Person

    one = Person(browser, company)
    yield one
    one.context.close()
    assert one.complaints == []


@pytest.fixture
def on_phone(browser: Any, company: Company) -> Iterator[Person]:
    """Ada with her telephone."""
    from tests.browser.person import Person

    one = Person(browser, company, width=390)
    yield one
    one.context.close()
    assert one.complaints == []
