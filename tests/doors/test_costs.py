"""Who may do everything but see costs finds no cost: on no page, in no answer, export, paper or message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from tests.doors.test_refused import operations, pages, written
from tests.fuzz.company import let_in
from wharfinger.ledger.models import Entry
from wharfinger.notices.webhooks import body_of
from wharfinger.parties.models import Grant, Role, User
from wharfinger.parties.permissions import ALL

SHOWN = re.compile(
    r"777[.,]1(3|\b)|1[.,]?554[.,]26|2[.,]?331[.,]39|3[.,]?108[.,]52|3[.,]?885[.,]65|77713|155426|233139|310852|388565"
)
"""One to five units of what cost 777.13 each, as any language or a machine would write it."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{1,6}")
"""When something happened, whose fractions of a second are no money."""


def told_cost(words: str) -> str:
    """The cost that these words tell; nothing where they tell none."""
    found = SHOWN.search(INSTANT.sub("", words))
    return found[0] if found else ""


@pytest.fixture(scope="package")
def costly(company: None) -> int:
    """A product of a telling cost that is bought, received, sold, invoiced, credited and returned; its id."""
    client = Client(headers={"authorization": f"Bearer {let_in()}"})

    def post(path: str, body: dict[str, Any]) -> Any:
        response = client.post(f"/api/v1/{path}", body, "application/json")
        assert response.status_code in (200, 201), (path, response.content)
        return response.json()

    vendors = [{"organization": 2, "cost": "777.13"}]
    product = post(
        "products",
        {"sku": "DEAR", "name": "Dear thing", "price": "1000", "vendors": vendors, "traced": "serial"},
    )["id"]
    serials = ["D-1", "D-2", "D-3"]
    found = {"product": product, "location": 1, "quantity": "3", "unit_cost": "777.13", "reason": "Found"}
    post("stock/adjust", found | {"serials": serials})
    bought = {
        "vendor": 2,
        "lines": [{"product": product, "quantity": "5", "unit_cost": "777.13", "location": 1}],
    }
    purchase = post("purchase-orders", bought)
    post(f"purchase-orders/{purchase['id']}/submit", {})
    row = {"purchase_line": purchase["lines"][0]["id"], "quantity": "2", "serials": ["D-4", "D-5"]}
    post(f"purchase-orders/{purchase['id']}/receive", {"lines": [row]})
    order = post("orders?confirm=true", {"organization": 1, "lines": [{"product": product, "quantity": "3"}]})
    line = order["lines"][0]["id"]
    post(f"orders/{order['id']}/reserve", {"lines": [{"line": line, "quantity": "3", "location": 1}]})
    some = {"picks": [{"line": line, "quantity": "2"}]}
    for verb in ("pick", "pack", "ship"):
        post(verb, some)
    invoice = post("invoices", {"lines": [{"line": line, "quantity": "2"}]})
    post("credit-notes", {"lines": [{"invoice_line": invoice["lines"][0]["id"], "quantity": "1"}]})
    post(
        "returns", {"organization": 1, "lines": [{"line": line, "quantity": "1", "serials": [shipped(line)]}]}
    )
    approval = {"value": {"threshold_minor": 100, "self_approval": True}}
    assert client.patch("/api/v1/settings/approval", approval, "application/json").status_code == 200
    post("orders?confirm=true", {"organization": 1, "lines": [{"product": product, "quantity": "4"}]})
    return int(product)


def shipped(line: int) -> str:
    """A serial number of the line that is with the customer."""
    from wharfinger.ledger.models import Holding

    return Holding.objects.filter(claim=line, kind__in=("customer", "in_transit"), quantity=1)[0].lot.code


@pytest.fixture
def clerk(costly: int) -> Client:
    """Somebody who may do everything but see costs."""
    role, _ = Role.objects.get_or_create(
        name="no costs", defaults={"permissions": [one for one in ALL if one != "catalog.see_cost"]}
    )
    user, _ = User.objects.get_or_create(username="clerk")
    Grant.objects.get_or_create(user=user, role=role)
    assert not user.may("catalog.see_cost")
    browser = Client()
    browser.force_login(user)
    return browser


def said(response: Any) -> str:
    """All that an answer says, on paper too."""
    content = response.getvalue()
    if response.headers.get("Content-Type") == "application/pdf":
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return content.decode("utf-8", "replace")


LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
NOT_FOLLOWED = ("/static/", "/api/", "/sign-out", "/i18n/", "/healthz")
MOST = 900


def crawl(browser: Client) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, and every list as a file, with what it says."""
    waiting = [param.values[0] for param in pages() if "<" not in param.values[0]]
    waiting += [f"{at}?export=csv" for at in waiting]
    seen = set(waiting)
    while waiting:
        at = waiting.pop(0)
        response = browser.get(at)
        if response.status_code in (403, 404, 405):
            continue
        assert response.status_code in (200, 302, 303, 422), (at, response.status_code)
        words = said(response)
        yield at, words
        for written_link in LINK.findall(words):
            link = written_link.replace("&amp;", "&")
            new = (
                link not in seen
                and not link.startswith(NOT_FOLLOWED)
                and "cursor=" not in link
                and "sort=" not in link
            )
            if new and len(seen) < MOST:
                seen.add(link)
                waiting.append(link)


def test_no_page_list_or_paper_says_a_cost(clerk: Client) -> None:
    told = {at: found for at, words in crawl(clerk) if (found := told_cost(words))}
    assert told == {}


def test_whoever_may_see_costs_finds_them(costly: int) -> None:
    """Else the pages above might say nothing at all."""
    browser = Client()
    browser.force_login(User.objects.get(username="eve"))
    told = {at for at, words in crawl(browser) if told_cost(words)}
    assert {f"/products/{costly}/", "/purchase-orders/", "/work/approval/"} <= told


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_no_answer_says_a_cost(
    method: str, path: str, operation: dict[str, Any], clerk: Client, costly: int
) -> None:
    at, body = written(path, operation)
    noun = path.removeprefix("/api/v1/").partition("/")[0]
    tries = [at] if method == "get" else [f"{at}{'&' if '?' in at else '?'}dry_run=true"]
    if method == "get" and re.search(r"\{\w+\}", path) and "{name}" not in path:
        tries += [re.sub(r"\{\w+\}", str(pk), path) for pk in range(1, 40)]
    clerk.raise_request_exception = True
    for one in tries:
        response = getattr(clerk, method)(one, body, "application/json")
        words = said(response)
        assert not told_cost(words), (noun, one, told_cost(words))


def test_no_webhook_says_a_cost(costly: int) -> None:
    for entry in Entry.objects.all():
        assert not told_cost(str(body_of(entry)["data"] | {"entry": 0})), entry.verb


@pytest.mark.parametrize(
    ("words", "cost"),
    [
        ('"at": "2026-11-28T19:05:01.777133Z"', ""),
        ('"at": "2026-11-28 19:05:01.155426+00:00", "cost": "1554.26"', "1554.26"),
        ("28.11.2026 777,13 EUR", "777,13"),
        ('"minor": 77713', "77713"),
        ('"cost_micro": 777130000', "77713"),
    ],
)
def test_fractions_of_a_second_are_no_cost_and_everything_else_is(words: str, cost: str) -> None:
    assert told_cost(words) == cost
