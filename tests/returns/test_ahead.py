"""A unit leaves before the one comes back whose place it takes: by a day, or at a price."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import refused
from tests.fulfilment.test_pages import do, see
from tests.purchasing.test_api import Caller
from tests.returns.test_replace import replaced
from tests.returns.test_rma import asked, loose
from tests.returns.test_settle import billed, owed, paid
from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditNote
from wharfinger.demand.models import Line
from wharfinger.fulfilment.actions.shipping import deliver
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.models import Todo
from wharfinger.returns.actions.ahead import charge_due, charge_kept, extend_ahead
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, close, request
from wharfinger.returns.models import Replacement, Rma, RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def today() -> date:
    """The company's day."""
    return clock.today("Europe/Berlin")


def later(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many days go by."""
    then = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: then)


def ahead(company: World, units: int = 1, days: int = 5, charge: int | None = None) -> tuple[int, int, int]:
    """Units that were delivered, invoiced and paid, for which others left first: the RMA, its line, the new line."""
    line = loose(company, units)
    company.stock(Line.objects.get(pk=line).product, units)
    billed(line, units)
    paid(company, 1190 * units)
    rma = request(
        actor=HOUSE, organization=company.customer.pk, items=[Asked(units, line, type="replace")]
    ).one("returns.Rma")
    approve(actor=company.user, rma=rma)
    row = RmaLine.objects.get(rma=rma).pk
    instead = Instead(back_by=today() + timedelta(days=days), charge_micro=charge)
    claim = replaced(rma, row, units, instead).one("ledger.Claim")
    deliver(actor=HOUSE, picks=[Pick(claim, units)])
    return rma, row, claim


def test_it_leaves_first_and_the_old_one_comes_in_time(
    company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is charged on its day, nor after it once the old one is back."""
    rma, row, claim = ahead(company)
    only = Replacement.objects.get()
    assert (only.charge_micro, only.charged_quantity) == (10_000_000, 0)
    assert held(claim) == {"covered": 1, "customer": 1, "waived": 1}
    clean()
    later(5, monkeypatch)
    count = entries()
    assert (charge_due(actor=HOUSE), entries()) == (0, count)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    later(5, monkeypatch)
    assert charge_due(actor=HOUSE) == 0
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "scrap")])
    close(actor=HOUSE, rma=rma)
    assert (owed(company), held(claim)) == ((0, 0), {"covered": 1, "customer": 1, "waived": 1})
    clean()


def test_what_is_not_back_is_to_be_billed(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the clock, once; somebody has it to do; invoiced as agreed, and credited once the old one comes."""
    rma, row, claim = ahead(company, charge=12_340_000)
    refused("not_back_yet", lambda: close(actor=HOUSE, rma=rma))
    later(6, monkeypatch)
    assert (charge_due(actor=HOUSE), charge_due(actor=HOUSE)) == (1, 0)
    assert held(claim) == {"covered": 1, "customer": 1, "to_bill": 1}
    todo = Todo.objects.get()
    assert (todo.about, todo.person) == (f"rma:{rma}", company.user)
    clean()
    posted = billed(claim, 1)
    assert (posted.net_minor, owed(company)) == (1234, (1468, 0))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    assert owed(company) == (0, 0)
    assert (CreditNote.objects.get().invoice, CreditNote.objects.get().reason) == (posted, "RMA-1")
    assert (held(claim)["credited"], Replacement.objects.get().charged_quantity) == (1, 0)
    clean()


def test_what_comes_late_is_not_billed_where_it_was_not_yet(
    company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rma, row, claim = ahead(company)
    later(6, monkeypatch)
    charge_due(actor=HOUSE)
    done = receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    assert held(claim) == {"covered": 1, "customer": 1, "waived": 1}
    assert not CreditNote.objects.exists()
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (held(claim)["to_bill"], Replacement.objects.get().charged_quantity) == (1, 1)
    clean()


def test_of_several_only_those_are_charged_that_lack(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rma, row, claim = ahead(company, 3)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    later(6, monkeypatch)
    assert charge_due(actor=HOUSE) == 1
    assert held(claim) == {"covered": 3, "customer": 3, "waived": 1, "to_bill": 2}
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    assert held(claim) == {"covered": 3, "customer": 3, "waived": 2, "to_bill": 1}
    assert Replacement.objects.get().charged_quantity == 1
    clean()


def test_a_person_waits_longer_or_charges_now(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rma, _, claim = ahead(company)
    count = entries()
    refused("day_passed", lambda: extend_ahead(actor=HOUSE, rma=rma, back_by=today() - timedelta(days=1)))
    refused(
        "nothing_to_extend", lambda: extend_ahead(actor=HOUSE, rma=rma, back_by=today() + timedelta(days=5))
    )
    assert entries() == count
    done = extend_ahead(actor=HOUSE, rma=rma, back_by=today() + timedelta(days=9), reason="On holiday")
    later(6, monkeypatch)
    assert charge_due(actor=HOUSE) == 0
    charged = charge_kept(actor=HOUSE, rma=rma, reason="They keep it")
    assert held(claim)["to_bill"] == 1
    assert not Todo.objects.filter(void__isnull=True).exclude(about=f"rma:{rma}").exists()
    refused("nothing_kept", lambda: charge_kept(actor=HOUSE, rma=rma))
    refused(
        "nothing_to_extend", lambda: extend_ahead(actor=HOUSE, rma=rma, back_by=today() + timedelta(days=30))
    )
    reverse(actor=HOUSE, entry=charged.id)
    assert (held(claim)["waived"], Line.objects.get(pk=claim).unit_price_micro) == (1, 0)
    reverse(actor=HOUSE, entry=done.id)
    assert Replacement.objects.get().back_by == today() - timedelta(days=1)
    clean()


def test_what_has_not_reached_the_customer_is_not_charged(
    company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = loose(company, 1)
    company.stock(Line.objects.get(pk=line).product, 1)
    rma, (row,) = asked(company, Asked(1, line))
    done = replaced(rma, row, 1, Instead(back_by=today()))
    later(1, monkeypatch)
    assert charge_due(actor=HOUSE) == 0
    refused("nothing_kept", lambda: charge_kept(actor=HOUSE, rma=rma))
    reverse(actor=HOUSE, entry=done.id)
    assert (
        Replacement.objects.filter(void__isnull=True).count(),
        RmaLine.objects.get().settled_quantity,
    ) == (0, 0)
    clean()


def test_bad_agreements_are_refused(company: World) -> None:
    """Each with what helps; nothing is written."""
    line = loose(company, 1)
    company.stock(Line.objects.get(pk=line).product, 1)
    other = company.product()
    company.stock(other, 1)
    rma, (row,) = asked(company, Asked(1, line))
    count = entries()
    in_time = today() + timedelta(days=3)
    for code, instead in (
        ("not_received_yet", Instead()),
        ("day_wanted", Instead(charge_micro=1)),
        ("day_passed", Instead(back_by=today() - timedelta(days=1))),
        ("charge_wanted", Instead(back_by=in_time, charge_micro=0)),
        ("paid_for_anyway", Instead(product=other.pk, back_by=in_time)),
    ):
        refused(code, lambda instead=instead: replaced(rma, row, 1, instead))  # type: ignore[misc]
    assert entries() == count
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    refused("came_already", lambda: replaced(rma, row, 1, Instead(back_by=in_time)))
    clean()


def test_pages_tell_it_and_ask(client: Client, company: World) -> None:
    line = loose(company, 1)
    company.stock(Line.objects.get(pk=line).product, 1)
    rma, (row,) = asked(company, Asked(1, line))
    client.force_login(company.user)
    assert f"back_by-{row}" in see(client, f"/rmas/{rma}/settle/")
    typed = {f"quantity-{row}": "1", f"answer-{row}": "replace", f"back_by-{row}": "2001-01-01"}
    assert "This day has passed" in do(client, f"/rmas/{rma}/settle/", typed, status=422)
    day = today() + timedelta(days=5)
    do(client, f"/rmas/{rma}/settle/", typed | {f"back_by-{row}": day.isoformat(), f"charge-{row}": "99.50"})
    assert "99.50" in see(client, f"/rmas/{rma}/")
    more = today() + timedelta(days=7)
    do(client, f"/rmas/{rma}/extend/", {"back_by": more.isoformat()})
    assert Replacement.objects.get().back_by == more
    deliver(actor=HOUSE, picks=[Pick(Replacement.objects.get().line_id, 1)])
    do(client, f"/rmas/{rma}/charge/", {"reason": "Kept"})
    assert "Charged" in see(client, f"/rmas/{rma}/")
    clean()


def test_callers_say_the_same(company: World) -> None:
    ada = Caller(company.user)
    line = loose(company, 1)
    company.stock(Line.objects.get(pk=line).product, 1)
    rma, (row,) = asked(company, Asked(1, line))
    day = (today() + timedelta(days=5)).isoformat()
    answer = {
        "rma_line": row,
        "quantity": "1",
        "answer": "replace",
        "instead": {"back_by": day, "charge": "99.50"},
    }
    made = ada.good("post", f"/rmas/{rma}/settle", {"lines": [answer]})
    (told,) = made["lines"][0]["replacements"]
    assert (told["back_by"], told["charge"], told["charged"]) == (day, "99.5", "0")
    deliver(actor=HOUSE, picks=[Pick(told["line"], 1)])
    more = (today() + timedelta(days=9)).isoformat()
    longer = ada.good("post", f"/rmas/{rma}/extend", {"back_by": more, "reason": "On holiday"})
    assert longer["lines"][0]["replacements"][0]["back_by"] == more
    charged = ada.good("post", f"/rmas/{rma}/charge", {})
    assert charged["lines"][0]["replacements"][0]["charged"] == "1"
    clean()


@pytest.mark.parametrize("units", [1, 50])
def test_many_units_cost_no_more_statements(company: World, units: int) -> None:
    """To settle, to charge and to receive 50 lines ask the database as often as one."""
    lines = [loose(company, 1) for _ in range(units)]
    for line in lines:
        company.stock(Line.objects.get(pk=line).product, 1)
    rma, rows = asked(company, *(Asked(1, line) for line in lines))
    instead = Instead(back_by=today())
    found = []
    with CaptureQueriesContext(connection) as told:
        done = settle(
            actor=HOUSE, rma=rma, answers=[Answer(row, 1, "replace", instead=instead) for row in rows]
        )
    found.append(len(told))
    deliver(actor=HOUSE, picks=[Pick(claim, 1) for claim in done.made["ledger.Claim"]])
    with CaptureQueriesContext(connection) as told:
        charge_kept(actor=HOUSE, rma=rma)
    found.append(len(told))
    with CaptureQueriesContext(connection) as told:
        receive(actor=HOUSE, rma=rma, items=[Arrived(1, row) for row in rows])
    found.append(len(told))
    # On PostgreSQL each act takes one more.
    assert [n - (connection.vendor == "postgresql") for n in found] == STATEMENTS
    assert Rma.objects.get().closed_at is None
    clean()


STATEMENTS = [34, 24, 30]
"""What settling, charging and receiving ask the database, however many lines."""
