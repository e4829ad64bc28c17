"""Every verb, by every door: who may not is refused before anything is looked at, and nothing changes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import wharfinger
from wharfinger.base.refusal import NotAllowed, NotThere
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.parties.models import User
from wharfinger.site.api import api

Picture = Callable[[], dict[str, str]]

OPEN_OPERATIONS = {
    "/tokens": 200,
    "/account/mails": 200,
    "/notices": 200,
    "/notices/read": 200,
    "/modules": 200,
    "/worklists": 200,
    "/worklists/{name}": 404,
    "/search": 200,
}
"""What answers everybody, each with no more than is theirs: their own tokens, the worklists they may see, what they find."""
KINDS = {"quotes": "quote", "orders": "order", "work-orders": "ticket"}
OWN_OPERATIONS = {"patch /account/mails", "post /notices/read"}
"""Where everybody decides for themselves."""
OPEN_PAGES = {
    *("/", "/search/", "/sign-in/", "/sign-out/", "/account/", "/account/tokens/", "/account/mails/"),
    *("/notices/", "/notices/read/", "/notices/read-all/", "/notices/<int:pk>/"),
    "/healthz",
    *("/views/save", "/views/<int:view>/delete"),
    *(f"/q/<int:pk>-<slug:mark>/{end}" for end in ("", "offer.pdf", "accept/", "decline/")),
}
"""What everybody who is signed in may open: it shows no more than is theirs."""
OWN_PAGES = {"/account/mails/"}
"""Where everybody decides for themselves: a form sent empty is a decision too."""
STRANGERS = {
    "/sign-in/": (200, 422),
    "/healthz": (200, 405),
    **{f"/q/<int:pk>-<slug:mark>/{end}": (404, 405) for end in ("", "offer.pdf")},
    **{f"/q/<int:pk>-<slug:mark>/{end}": (405, 404) for end in ("accept/", "decline/")},
}
IN_PAGES = {"of": "products", "kind": "invoice"}
IN_PATHS = {"serial": "S-1", "name": "pick-lists", "kind": "invoice", "event": "to_order"}
IN_QUERIES = {"product": 1, "on": "2026-11-28", "since": "2026-11-01", "until": "2026-11-28", "location": 1}
IN_BODIES = {"SN-0001": "S-1"}


def actions() -> Iterator[Any]:
    """Every function of a room of actions that takes an actor: the verbs of the house."""
    for found in pkgutil.walk_packages(wharfinger.__path__, "wharfinger."):
        if re.search(r"\.actions(\.|$)", found.name) is None:
            continue
        module = importlib.import_module(found.name)
        for name, verb in vars(module).items():
            ours = inspect.isfunction(verb) and verb.__module__ == found.name and not name.startswith("_")
            if ours and "actor" in inspect.signature(verb).parameters:
                yield pytest.param(verb, id=f"{found.name[11:]}.{name}")


ACTIONS = list(actions())


ARGUMENTS: dict[str, dict[str, Any]] = {
    "issue": {"kind": "invoice"},
    "pdf": {"kind": "invoice"},
    "labels": {"of": "products"},
    "print_labels": {"of": "products", "copies": {1: 1}},
    "change": {"values": {"reference": "X"}},
    "correct_shipment": {"said": Correction()},
    "save_view": {"name": "Mine", "table": "orders", "query": "", "shared": True},
}
"""What an action must be told before it can know which permission it needs."""
OWN = {"drop_view": "one drops only one's own views"}


@pytest.mark.parametrize("verb", ACTIONS)
def test_an_action_refuses_first(verb: Any, nobody: User, picture: Picture) -> None:
    """The permission is the first thing an action looks at: it is refused before any other argument counts."""
    wanted = inspect.signature(verb).parameters.values()
    given = {p.name: 1 for p in wanted if p.default is p.empty and p.name != "actor"}
    before = picture()
    with pytest.raises(NotThere if verb.__name__ in OWN else NotAllowed):
        verb(actor=nobody, **given | ARGUMENTS.get(verb.__name__, {}))
    assert picture() == before


def test_every_verb_is_among_them() -> None:
    assert len(ACTIONS) > 130
    assert {"purchasing.actions.receiving.receive", "sales.actions.winning.win"} <= {
        one.id for one in ACTIONS
    }


def operations() -> Iterator[Any]:
    """Every operation of the API, as its own description names it."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path.removeprefix('/api/v1')}"
            if name not in OWN_OPERATIONS:
                yield pytest.param(method, path, operation, id=name)


def first(model: str, **where: Any) -> int:
    """Some row of a model that there is."""
    found = apps.get_model(model).objects.filter(**where).order_by("-pk").values_list("pk", flat=True).first()
    assert found is not None, model
    return int(found)


def at_hand() -> dict[str, int]:
    """Documents that there are, by the word that an address or a field has for them."""
    line = first("demand.Line", sheet__order__isnull=False)
    return {
        "orders": first("sales.Order"),
        "quotes": first("sales.Quote"),
        "work-orders": first("work.WorkOrder"),
        "shipments": first("fulfilment.Shipment"),
        "containers": first("fulfilment.Container"),
        "payments": first("billing.Payment"),
        "lines": line,
        "line": line,
        "invoice_line": first("billing.InvoiceLine"),
    }


def written(path: str, operation: dict[str, Any], *, absent: bool = False) -> tuple[str, Any]:
    """A request as the description shows it, about documents that there are, or about none that there are."""
    if absent:
        return nowhere(path, operation)
    known = at_hand()
    noun = path.removeprefix("/api/v1/").partition("/")[0]
    if noun in KINDS:
        known["line"] = first("demand.Line", sheet__kind=KINDS[noun])
    if "serial" in path:
        known["product"] = first("catalog.Product", sku="A-2")
    for one in operation["parameters"]:
        if one["in"] == "path":
            shown = one["example"]
            there = known.get(noun, 1) if isinstance(shown, int) else IN_PATHS.get(one["name"], shown)
            path = path.replace(f"{{{one['name']}}}", str(there))
        elif one["in"] == "query" and one["name"] in IN_QUERIES:
            path += f"{'&' if '?' in path else '?'}{one['name']}={IN_QUERIES[one['name']]}"
    return path, real(shown_body(operation), known)


def shown_body(operation: dict[str, Any]) -> Any:
    """The body of a request as the description shows it."""
    (content,) = operation.get("requestBody", {}).get("content", {}).values() or ({},)
    return content.get("example")


def sent(browser: Client, method: str, at: str, body: Any, operation: dict[str, Any]) -> Any:
    """Send a request as the description says: JSON, or a form where it takes a file."""
    if FORM in operation.get("requestBody", {}).get("content", {}):
        return browser.post(at, {**body, "file": SimpleUploadedFile("a.txt", b"text")})
    return getattr(browser, method)(at, body, "application/json")


FORM = "multipart/form-data"


BY_THE_THING = {"get /documents/issued/{pk}.pdf", "patch /lines/{id}", "delete /lines/{id}"}
"""Whose permission depends on what the thing is: a line of a quote, of an order, a charge; a kind of document."""
NOWHERE = 999_999_999


def nowhere(path: str, operation: dict[str, Any]) -> tuple[str, Any]:
    """A request as the description shows it, in which every number and serial is one that there is not."""
    for one in operation["parameters"]:
        if one["in"] == "path":
            shown = one["example"]
            there = NOWHERE if isinstance(shown, int) else IN_PATHS.get(one["name"], shown)
            path = path.replace(f"{{{one['name']}}}", str(there))
        elif one["in"] == "query" and one["name"] in IN_QUERIES:
            value = IN_QUERIES[one["name"]]
            path += f"{'&' if '?' in path else '?'}{one['name']}={NOWHERE if value == 1 else value}"
    return path, missing(shown_body(operation))


def missing(value: Any, name: str = "") -> Any:
    """An example about nothing that there is."""
    if isinstance(value, dict):
        return {key: missing(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [missing(one, name) for one in value]
    if name in ABSENT and isinstance(value, int) and not isinstance(value, bool):
        return NOWHERE
    return value


ABSENT = frozenset(
    (
        *("line", "product", "location", "bin", "organization", "container", "site", "invoice", "device"),
        *("invoice_line", "purchase_line", "rma_line", "containers", "shipments", "lines", "from", "to"),
    )
)
"""Fields that name something by its number."""


def real(value: Any, known: dict[str, int], name: str = "") -> Any:
    """An example with the numbers of documents that there are."""
    if isinstance(value, dict):
        return {key: real(one, known, key) for key, one in value.items()}
    if isinstance(value, list):
        return [] if name == "serials" else [real(one, known, name) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return known.get(name, 1)
    return IN_BODIES.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_an_operation_refuses(
    method: str, path: str, operation: dict[str, Any], nobody: User, picture: Picture
) -> None:
    at, body = written(path, operation)
    browser = Client()
    browser.force_login(nobody)
    before = picture()
    stranger = sent(Client(), method, at, body, operation)
    assert stranger.status_code == 401
    response = sent(browser, method, at, body, operation)
    assert picture() == before
    open_to_all = OPEN_OPERATIONS.get(path.removeprefix("/api/v1")) if method == "get" else None
    assert response.status_code == (open_to_all or 403), (response.status_code, response.content[:160])
    if open_to_all == 200 and path not in ("/api/v1/modules", "/api/v1/account/mails"):
        assert response.json()["items"] == []


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_what_is_not_there_is_refused_alike(
    method: str, path: str, operation: dict[str, Any], nobody: User, picture: Picture
) -> None:
    """The permission comes first: who may not is never told whether something is there."""
    at, body = written(path, operation, absent=True)
    if method == "get" and path.removeprefix("/api/v1") in OPEN_OPERATIONS:
        return
    browser = Client()
    browser.force_login(nobody)
    before = picture()
    response = sent(browser, method, at, body, operation)
    wanted = 404 if f"{method} {path.removeprefix('/api/v1')}" in BY_THE_THING else 403
    assert (response.status_code, picture()) == (wanted, before), response.content[:160]


def pages(patterns: Any = None, at: str = "/") -> Iterator[Any]:
    """Every address of the product that is a page, with numbers that stand for something."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        here = at + str(one.pattern)
        if isinstance(one, URLResolver):
            if not here.startswith(("/api/", "/i18n/")):
                yield from pages(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield pytest.param(here, id=here)


def there(pattern: str, known: dict[str, int]) -> str:
    """An address about something that there is."""

    def value(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        if kind == "int":
            return str(known.get(pattern.strip("/").partition("/")[0], 1))
        return IN_PAGES.get(name, "x")

    return re.sub(r"<([^>]+)>", value, pattern)


@pytest.mark.parametrize("pattern", list(pages()))
def test_a_page_refuses(pattern: str, nobody: User, picture: Picture) -> None:
    at = there(pattern, at_hand())
    browser = Client()
    browser.force_login(nobody)
    before = picture()
    assert Client().get(at).status_code in STRANGERS.get(pattern, (302, 303, 405)), at
    assert Client().post(at).status_code in STRANGERS.get(pattern, (302, 303, 405)), at
    got, sent = browser.get(at), browser.post(at, {"selected": "1"})
    assert picture() == before or pattern in OWN_PAGES
    if pattern not in OPEN_PAGES:
        assert {got.status_code, sent.status_code} <= {403, 405}, (at, got.status_code, sent.status_code)
