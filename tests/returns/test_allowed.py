"""What returns are refused for, and who lets it through with a reason that stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.devices.test_install import refused
from tests.doors.test_undo import holder
from tests.fulfilment.test_pages import do, see
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import asked, loose, of
from tests.returns.test_settle import billed, owed, paid
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.models import CreditNote, Payment
from wharfinger.demand.models import Line
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import timeline
from wharfinger.parties.permissions import ROLES
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, close, deny, request
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

pytestmark = pytest.mark.django_db


def nothing_changed(code: str, act: Callable[[], Any]) -> Any:
    """The refusal of an act that wrote nothing."""
    before = entries(), CreditNote.objects.count(), Payment.objects.count()
    found = refused(code, act)
    assert (entries(), CreditNote.objects.count(), Payment.objects.count()) == before
    clean()
    return found


@pytest.mark.parametrize("answer", ["credit", "refund", "store_credit", "replace", "none"])
def test_nothing_is_settled_before_it_is_approved(company: World, answer: str) -> None:
    """Whatever the customer is to get, and whoever would overrule."""
    line = loose(company, 1)
    billed(line, 1)
    paid(company, 1190)
    done = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    rma, (row,) = done.one("returns.Rma"), done.made["returns.RmaLine"]

    def act() -> Any:
        return settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, answer)], overrule="Never mind")

    nothing_changed("not_approved", act)
    deny(actor=HOUSE, rma=rma, reason="Too old")
    nothing_changed("rma_denied", act)
    other, (row,) = asked(company, Asked(1, line))
    close(actor=HOUSE, rma=other)
    nothing_changed(
        "rma_closed", lambda: settle(actor=HOUSE, rma=other, answers=[Answer(row, 1, answer)], overrule="No")
    )
    assert RmaLine.objects.get(pk=row).settled_quantity == 0


@pytest.mark.parametrize("answer", ["credit", "refund", "store_credit"])
def test_money_waits_for_the_goods(company: World, answer: str) -> None:
    """Two of three came: two are paid back, and the third by nobody who does not say why."""
    line = loose(company, 3)
    billed(line, 3)
    paid(company, 3570)
    rma, (row,) = asked(company, Asked(3, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, row)])
    found = nothing_changed(
        "not_received_yet", lambda: settle(actor=HOUSE, rma=rma, answers=[Answer(row, 3, answer)])
    )
    assert (found.wanted, found.free, found.field) == (3, 2, "lines.0.quantity")
    settle(actor=HOUSE, rma=rma, answers=[Answer(row, 2, answer)], overrule="Nobody has to")
    assert Rma.objects.get().overruled_reason == ""
    two = [Answer(row, 1, answer), Answer(row, 1, answer)]
    nothing_changed("not_received_yet", lambda: settle(actor=HOUSE, rma=rma, answers=two))
    nothing_changed(
        "not_received_yet", lambda: settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, answer)])
    )
    settle(actor=company.user, rma=rma, answers=[Answer(row, 1, answer)], overrule="  Lost in the post ")
    kept = Rma.objects.get()
    assert (kept.overruled_by, kept.overruled_reason) == (company.user, "Lost in the post")
    assert "Lost in the post" in {told.reason for told in timeline(f"rma:{rma}")}
    assert RmaLine.objects.get().settled_quantity == 3
    clean()


def test_nothing_needs_no_goods(company: World) -> None:
    """What a customer keeps is settled without money, so that the return can end."""
    rma, (row,) = asked(company, Asked(2, loose(company, 2)))
    settle(actor=HOUSE, rma=rma, answers=[Answer(row, 2, "none")])
    assert (RmaLine.objects.get().settled_quantity, of(rma, row).received) == (2, 0)
    clean()


def test_another_unit_leaves_before_the_goods_are_here_only_with_a_reason(company: World) -> None:
    line = loose(company, 1)
    company.stock(Line.objects.get(pk=line).product, 1)
    rma, (row,) = asked(company, Asked(1, line))
    nothing_changed(
        "not_received_yet", lambda: settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "replace")])
    )
    settle(
        actor=company.user, rma=rma, answers=[Answer(row, 1, "replace")], overrule="Their till stands still"
    )
    assert Rma.objects.get().overruled_reason == "Their till stands still"
    clean()


def test_who_may_settle_may_not_overrule(company: World) -> None:
    """Accounts settle; a reason alone does not let them pay for what is not here, and they are told who may."""
    line = loose(company, 1)
    billed(line, 1)
    rma, (row,) = asked(company, Asked(1, line))
    clara = holder(*ROLES["accounts"])
    found = nothing_changed(
        "not_received_yet", lambda: settle(actor=clara, rma=rma, answers=[Answer(row, 1, "credit")])
    )
    assert str(company.user) in found.words()
    assert str(clara) not in found.words()
    before = entries()
    with pytest.raises(NotAllowed) as lacking:
        settle(actor=clara, rma=rma, answers=[Answer(row, 1, "credit")], overrule="All the same")
    assert lacking.value.values["permission"] == "returns.overrule"
    assert entries() == before
    clean()


def test_what_was_overruled_is_undone_with_it(company: World) -> None:
    """The step back takes the reason along, and a later one stands beside an earlier."""
    line = loose(company, 2)
    rma, (row,) = asked(company, Asked(2, line))
    first = settle(actor=company.user, rma=rma, answers=[Answer(row, 1, "credit")], overrule="One")
    settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "credit")], overrule="Two")
    assert Rma.objects.get().overruled_reason == "One; Two"
    assert held(line) == {"covered": 2, "customer": 2, "waived": 2}
    found = nothing_changed("changed_since", lambda: reverse(actor=HOUSE, entry=first.id))
    assert found.code == "changed_since"
    clean()


def test_goods_that_were_paid_back_stay_here(company: World) -> None:
    """Their receipt is undone after the settlement, never before."""
    line = loose(company, 2)
    rma, (row,) = asked(company, Asked(2, line))
    came = receive(actor=HOUSE, rma=rma, items=[Arrived(2, row)])
    done = settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "credit")])
    nothing_changed("settled_since", lambda: reverse(actor=HOUSE, entry=came.id))
    reverse(actor=HOUSE, entry=came.id, claims={line: 1})
    assert of(rma, row).received == 1
    nothing_changed("settled_since", lambda: reverse(actor=HOUSE, entry=came.id))
    reverse(actor=HOUSE, entry=done.id)
    reverse(actor=HOUSE, entry=came.id)
    assert of(rma, row).received == 0
    clean()


def test_the_api_says_why_not_and_takes_the_reason(company: World) -> None:
    ada = Caller(company.user)
    line = loose(company, 1)
    billed(line, 1)
    done = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    rma, (row,) = done.one("returns.Rma"), done.made["returns.RmaLine"]
    body: dict[str, Any] = {"lines": [{"rma_line": row, "quantity": "1", "answer": "credit"}]}
    assert ada.refused(f"/rmas/{rma}/settle", body) == (409, "not_approved", None)
    approve(actor=HOUSE, rma=rma)
    assert ada.refused(f"/rmas/{rma}/settle", body) == (409, "not_received_yet", "lines.0.quantity")
    told = ada.call("post", f"/rmas/{rma}/settle", body).json()
    assert told["remedies"] == [{"verb": "overrule", "values": {"overrule": {"reason": ""}}}]
    paid = ada.good("post", f"/rmas/{rma}/settle", body | {"overrule": {"reason": "Lost in the post"}})
    assert (paid["overruled_reason"], paid["lines"][0]["settled"]) == ("Lost in the post", "1")
    assert owed(company) == (0, 0)
    clean()


def test_the_page_asks_for_the_reason(client: Client, company: World) -> None:
    """A yes with its reason, where one may; the RMA says it afterwards."""
    line = loose(company, 1)
    billed(line, 1)
    rma, (row,) = asked(company, Asked(1, line))
    typed = {f"quantity-{row}": "1", f"answer-{row}": "credit"}
    assert 'name="overrule"' not in see(client, f"/rmas/{rma}/settle/")
    assert 'name="overrule"' in do(client, f"/rmas/{rma}/settle/", typed, status=409)
    to = do(client, f"/rmas/{rma}/settle/", typed | {"overrule": "Lost in the post"})
    assert "Lost in the post" in see(client, to)
    clean()


STEPS = ("request", "approve", "receive", "inspect", "settle", "close")


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_a_right_of_its_own(company: World, step: str) -> None:
    """AT-106: whoever has every other right of returns is refused this one, and nobody needs more than it."""
    line = loose(company, 2)
    rma, (row,) = asked(company, Asked(1, line))
    waits = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)]).one("returns.Rma")
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)]) if step in ("inspect", "close") else None
    acts: dict[str, Callable[[Any], Any]] = {
        "request": lambda who: request(actor=who, organization=company.customer.pk, items=[Asked(1, line)]),
        "approve": lambda who: approve(actor=who, rma=waits),
        "receive": lambda who: receive(actor=who, rma=rma, items=[Arrived(1, row)]),
        "inspect": lambda who: inspect(actor=who, rma=rma, verdicts=[Verdict(row, 1, "restock")]),
        "settle": lambda who: settle(actor=who, rma=rma, answers=[Answer(row, 1, "none")]),
        "close": lambda who: close(actor=who, rma=waits),
    }
    others = holder("*.read", *(f"returns.{other}" for other in STEPS if other != step))
    before = entries()
    with pytest.raises(NotAllowed) as lacking:
        acts[step](others)
    assert lacking.value.values["permission"] == f"returns.{step}"
    assert entries() == before
    deny(actor=HOUSE, rma=waits, reason="No") if step == "request" else None
    acts[step](holder(f"returns.{step}"))
    clean()
