"""Requests that make sense but for a slip or two: every write is tried with its example, bent here and there."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.test_operations import CHECKS, schema
from wharfinger.ledger.audit import audit

EXAMPLES = 40
WRITES = [found.ok() for found in schema.get_all_operations() if found.ok().method.upper() != "GET"]

KNOWN: dict[str, Any] = {
    "quantity": "1",
    "counted": "1",
    "amount": "1.00",
    "unit_cost": "3.5",
    "vendor": 2,
    "serials": [],
    "batch": "",
    "currency": "EUR",
    "from": 1,
    "to": 2,
    "retired_on": None,
}
"""What makes sense in a field of this name; a number elsewhere is one of the first few documents."""

NASTY: tuple[Any, ...] = (
    None,
    "",
    "0",
    "-1",
    "1e3",
    "NaN",
    "0.0000001",
    "999999999999999",
    "99999999999999999999",
    "a\x00b",
    "\ud800",
    "x" * 5000,
    "<b>ü</b>\n{name} %s",
    0,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    1.5,
    True,
    [],
    {},
    [None],
    ["S-1", "S-1"],
    [1, 1],
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59+00:00",
)


def sensible(value: Any, draw: Any, name: str = "") -> Any:
    """An example with numbers and figures that exist in the company, and some of its fields left out."""
    if name in KNOWN:
        return copy.deepcopy(KNOWN[name])
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if draw(st.integers(0, 4))}
        return {key: sensible(one, draw, key) for key, one in kept.items()}
    if isinstance(value, list):
        return [sensible(one, draw, name) for one in value] * (1 if draw(st.integers(0, 9)) else 2)
    if isinstance(value, int) and not isinstance(value, bool):
        return draw(st.integers(1, 8))
    return value


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body where something stands."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in steps for found in ((*way, key), *places(one, (*way, key)))]


def bend(body: Any, draw: Any) -> Any:
    """The body with something nasty in one place."""
    found = places(body)
    if not found:
        return body
    *way, last = draw(st.sampled_from(found))
    inner = body
    for step in way:
        inner = inner[step]
    inner[last] = copy.deepcopy(draw(st.sampled_from(NASTY)))
    return body


@st.composite
def cases(draw: Any, operation: Any) -> schemathesis.Case:
    """One request: the example of the operation, made sensible, then bent up to twice."""
    raw = operation.definition.raw
    contents = raw.get("requestBody", {}).get("content", {})
    body: Any = None
    for media, content in contents.items():
        if media == "application/json":
            body = sensible(content["example"], draw)
            for _ in range(draw(st.integers(0, 2))):
                body = bend(body, draw)
    path = {p["name"]: draw(st.integers(1, 6)) for p in raw.get("parameters", ()) if p["in"] == "path"}
    query = {"dry_run": "true"} if draw(st.integers(0, 5)) == 0 else {}
    more = {} if body is None else {"body": body, "media_type": "application/json"}
    return operation.Case(path_parameters=path, query=query, **more)


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.label)
def test_a_slip_gets_an_answer_that_is_described(operation: Any, token: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation))
    def send(case: schemathesis.Case) -> None:
        case.headers["Authorization"] = f"Bearer {token}"
        case.validate_response(case.call(), checks=CHECKS)

    send()


def test_the_books_hold_after_all_slips(company: None) -> None:
    assert audit() == []
