"""Nonsense and half-sensible requests to every operation: each answer is one that the document describes."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

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


SENSIBLE = {
    "quantity": "1",
    "counted": "1",
    "amount": "1.00",
    "unit_price": "9.90",
    "unit_cost": "3.5",
    "serials": [],
}
"""What stands in every other figure, so that an act goes through now and then."""


def _near(value: Any, name: str = "") -> Any:
    if isinstance(value, (str, list)) and name in SENSIBLE and len(value) % 2 == 0:
        return SENSIBLE[name]
    if isinstance(value, dict):
        return {key: _near(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_near(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and value > 9 and value % 2 == 0:
        return value % 7 + 1
    return value


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_answers_as_it_is_described(case: schemathesis.Case, token: str) -> None:
    case.headers["Authorization"] = f"Bearer {token}"
    response = case.call()
    case.validate_response(response, checks=CHECKS)


def test_the_books_hold_after_all_of_it(company: None) -> None:
    assert audit() == []
