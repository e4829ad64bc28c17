"""Nonsense and half-sensible requests to every operation: each answer is one that the document describes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import fresh
from tests.fuzz.company import furnish
from wharfinger.ledger.audit import audit
from wharfinger.site.wsgi import application

EXAMPLES = 50
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

config = schemathesis.Config.from_dict(
    {"phases": {"examples": {"enabled": True}, "coverage": {"enabled": False}, "fuzzing": {"enabled": True}}}
)
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)


@schema.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the numbers in addresses are those of documents that exist."""
    return (
        None if path_parameters is None else {name: _near(value) for name, value in path_parameters.items()}
    )


@schema.hook
def map_body(context: Any, body: Any) -> Any:
    """Half of the numbers in bodies are those of documents that exist."""
    return _near(body)


def _near(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _near(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_near(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and value > 9 and value % 2 == 0:
        return value % 7 + 1
    return value


@pytest.fixture(scope="module")
def company(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A company with documents in every stage, in a database of its own; the token of its administrator."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with django_db_blocker.unblock(), fresh.database(folder):
        yield furnish()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_answers_as_it_is_described(case: schemathesis.Case, company: str) -> None:
    case.headers["Authorization"] = f"Bearer {company}"
    response = case.call()
    case.validate_response(response, checks=CHECKS)


def test_the_books_hold_after_all_of_it(company: str) -> None:
    assert audit() == []
