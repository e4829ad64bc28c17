"""Charges that no sales order collects are promised for another day: by action, page, API and the list of back orders."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse as reverse_url

from tests.purchasing.buying import person
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_promises import on, state, takes
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed, NotThere, Refusal
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.promising import Promised
from wharfinger.ledger.models import Entry, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import cancel_work, change_work_order, create_work_order, promise_work
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def charged(company: World, *wishes: LineWish, kind: str = "ticket", **values: Any) -> tuple[int, list[int]]:
    done = create_work_order(actor=HOUSE, wish=WorkWish(kind, company.customer.pk, wishes, **values))
    return done.one("demand.Sheet"), done.made["ledger.Claim"]


def days() -> list[date | None]:
    return list(Line.objects.order_by("pk").values_list("promised_on", flat=True))


@pytest.mark.parametrize("kind", ["ticket", "project", "contract", "job"])
def test_charges_are_promised_anew_and_the_work_with_them(company: World, kind: str) -> None:
    product = company.product()
    work, (one, _two) = charged(
        company, LineWish(product.pk, 1), LineWish(product.pk, 2), kind=kind, expected_on=on(3)
    )
    made = promise_work(actor=HOUSE, work_order=work, promises=[Promised(one, on(8))], reason=" Later ")
    assert Entry.objects.get(pk=made.id).reason == "Later"
    assert (days(), WorkOrder.objects.get().expected_on) == ([on(8), on(3)], on(8))
    assert Sheet.objects.get(pk=work).promised_on == on(8)
    clean()
    reverse(actor=HOUSE, entry=made.id)
    assert (days(), WorkOrder.objects.get().expected_on) == ([on(3), on(3)], on(3))
    assert Sheet.objects.get(pk=work).promised_on == on(3)
    clean()


def test_what_is_promised_wrongly_is_refused_and_nothing_changes(company: World) -> None:
    product = company.product()
    work, (one,) = charged(company, LineWish(product.pk, 1))
    _, (stranger,) = charged(company, LineWish(product.pk, 1))
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    won = win(actor=HOUSE, quote=quote, into=Into("ticket", work)).one("ledger.Claim")
    before, stood = entries(), days()

    def act(promises: list[Promised], reason: str = "Later", actor: Any = HOUSE) -> None:
        promise_work(actor=actor, work_order=work, promises=promises, reason=reason)

    for wrong, code in (
        ([Promised(one, on(-1))], "promised_past"),
        ([Promised(one, on(1)), Promised(stranger, on(1))], "no_such_line"),
        ([Promised(one, on(1)), Promised(won, on(1))], "promised_by_order"),
        ([], "no_lines"),
    ):
        with pytest.raises((BadInput, NotThere, Refusal)) as refused:
            act(wrong)
        assert refused.value.code == code
    with pytest.raises(BadInput) as refused:
        act([Promised(one, on(1))], " ")
    assert refused.value.field == "reason"
    with pytest.raises(NotAllowed):
        act([], "", person("x", "work.create", "work.charge"))
    assert (entries(), days()) == (before, stood)
    cancelled, (line,) = charged(company, LineWish(product.pk, 1))
    cancel_work(actor=HOUSE, work_order=cancelled)
    before = entries()
    with pytest.raises(Refusal):
        promise_work(actor=HOUSE, work_order=cancelled, promises=[Promised(line, on(1))], reason="Later")
    assert entries() == before
    clean()


def test_a_new_day_of_the_work_is_the_one_that_further_charges_are_promised_for(company: World) -> None:
    work, _ = charged(company, LineWish(company.product().pk, 1), expected_on=on(3))
    done = change_work_order(actor=HOUSE, work_order=work, values={}, own={"expected_on": on(9)})
    assert Sheet.objects.get(pk=work).promised_on == on(9)
    reverse(actor=HOUSE, entry=done.id)
    assert (Sheet.objects.get(pk=work).promised_on, WorkOrder.objects.get().expected_on) == (on(3), on(3))


def test_the_page_shows_what_is_in_danger_and_promises_it_anew(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    takes(product, 5)
    work, (line,) = charged(company, LineWish(product.pk, 1), expected_on=on(2))
    page = see(client, f"/work-orders/{work}/")
    assert ("Promises in danger" in page, "Not ordered; it would come" in page) == (True, True)
    assert f'href="/work-orders/{work}/promise/"' in page
    form = see(client, f"/work-orders/{work}/promise/")
    assert f'value="{on(5).isoformat()}"' in form
    assert "order confirmation" not in form
    before = entries()
    typed: dict[str, Any] = {f"on-{line}": on(5).isoformat(), "reason": ""}
    refused = do(client, f"/work-orders/{work}/promise/", typed, 422).content.decode()
    assert ("Say why the promise changes" in refused, entries()) == (True, before)
    past = typed | {f"on-{line}": on(-2).isoformat(), "reason": "Later"}
    assert "has passed" in do(client, f"/work-orders/{work}/promise/", past, 422).content.decode()
    done = do(client, f"/work-orders/{work}/promise/", typed | {"reason": "The vendor delivers later"})
    assert done["Location"] == f"/work-orders/{work}/"
    assert state(line) == ("", on(5))
    page = see(client, f"/work-orders/{work}/")
    assert ("Promises in danger" in page, "The vendor delivers later" in page) == (False, True)
    client.force_login(person("reader", "work.read"))
    assert "/promise/" not in see(client, f"/work-orders/{work}/")
    see(client, f"/work-orders/{work}/promise/", 403)


def test_the_api_promises_charges_anew(client: Client, company: World) -> None:
    work, (line,) = charged(company, LineWish(company.product().pk, 1), expected_on=on(2))
    body = {
        "lines": [{"line": line, "promised_on": on(6).isoformat()}],
        "reason": "The vendor delivers later",
    }
    tried = send(client, "POST", f"/work-orders/{work}/promise?dry_run=true", body)
    assert {one["field"]: one["new"] for one in tried["changes"]} == {
        "promised_on": on(6).isoformat(),
        "expected_on": on(6).isoformat(),
    }
    done = send(client, "POST", f"/work-orders/{work}/promise", body)
    assert (done["expected_on"], done["charges"][0]["promised_on"]) == (on(6).isoformat(),) * 2
    send(client, "POST", f"/journal/{done['entry']}/reverse", {})
    assert send(client, "GET", f"/work-orders/{work}")["expected_on"] == on(2).isoformat()


def test_ticked_back_orders_lead_to_the_work_that_they_stand_on(client: Client, company: World) -> None:
    product = company.product()
    work, lines = charged(company, LineWish(product.pk, 1), LineWish(product.pk, 2))
    _, (other,) = charged(company, LineWish(product.pk, 1))

    def ticked(*claims: int) -> Any:
        rows = Holding.objects.filter(claim__in=claims, kind="to_order", quantity__gt=0)
        return client.post(
            reverse_url("boards:promise_anew"), {"selected": [row.pk for row in rows]}, follow=False
        )

    assert ticked(*lines)["Location"] == f"/work-orders/{work}/promise/"
    refused = client.get(ticked(lines[0], other)["Location"]).content.decode()
    assert "Tick lines of one sales order, ticket, project, contract or job." in refused


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_promising_work_is_a_constant_number_of_statements(company: World, lines: int) -> None:
    work, claims = charged(company, *(LineWish(company.product().pk, 1) for _ in range(lines)))
    wanted = [Promised(line, on(2)) for line in claims]
    with CaptureQueriesContext(connection) as asked:
        promise_work(actor=HOUSE, work_order=work, promises=wanted, reason="Later")
    assert len(asked) <= 22
