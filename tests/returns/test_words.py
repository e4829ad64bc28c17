"""The word that describes a return: the list shows it, filters by it, and one return reads the same."""

from __future__ import annotations

import pytest

from tests.devices.test_install import delivered as delivered_line
from tests.devices.test_install import refused, traced
from tests.fulfilment.trade import where
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import asked, loose
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.actions.requesting import close, deny, request
from wharfinger.returns.models import Rma
from wharfinger.returns.queries.words import WORDS
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def shown(caller: Caller, path: str) -> dict[str, str]:
    """The word of each return of a list, which is the word that it reads alone."""
    rows = caller.good("get", f"/{path}")["items"]
    kind = path.partition("?")[0]
    assert all(caller.good("get", f"/{kind}/{row['id']}")["status"] == row["status"] for row in rows)
    return {row["number"]: row["status"] for row in rows}


def received(company: World, quantity: int, came: int) -> tuple[int, int]:
    """An RMA for so many units of which so many came, and its line."""
    rma, (line,) = asked(company, Asked(quantity, loose(company, quantity)))
    receive(actor=HOUSE, rma=rma, items=[Arrived(came, line)])
    return rma, line


def test_list_filter_and_answer_say_the_same_in_every_stage(company: World) -> None:
    ada = Caller(company.user)
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, loose(company, 1))])
    asked(company, Asked(1, loose(company, 1)))
    received(company, 2, 1)
    partly, line = received(company, 2, 1)
    inspect(actor=HOUSE, rma=partly, verdicts=[Verdict(line, 1, "restock")])
    rma, line = received(company, 1, 1)
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "repair")])
    for last in (False, True):
        rma, line = received(company, 2, 2)
        inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 2, "restock")])
        settle(actor=HOUSE, rma=rma, answers=[Answer(line, 2, "none")])
        if last:
            close(actor=HOUSE, rma=rma)
    denied = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, loose(company, 1))])
    deny(actor=HOUSE, rma=denied.one("returns.Rma"), reason="Too old")

    words = (
        "requested",
        "approved",
        "to_inspect",
        "partly_received",
        "inspected",
        "settled",
        "closed",
        "denied",
    )
    assert shown(ada, "rmas?sort=number") == {f"RMA-{n}": word for n, word in enumerate(words, start=1)}
    assert set(words) == set(WORDS)
    for n, word in enumerate(words, start=1):
        assert shown(ada, f"rmas?status={word}") == {f"RMA-{n}": word}
    assert len(shown(ada, "rmas?status=open")) == 6
    assert set(shown(ada, "rmas?status=open&status=denied").values()) == set(words) - {"closed"}
    assert set(shown(ada, "rmas?status=settled&status=approved").values()) == {"settled", "approved"}
    refusal = ada.call("get", "/rmas?status=lost")
    assert (refusal.status_code, refusal.json()["field"]) == (422, "status")
    clean()


def test_what_is_undone_was_not_received(company: World) -> None:
    ada = Caller(company.user)
    rma, line = received(company, 3, 2)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, line)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 3, "scrap")])
    assert shown(ada, "rmas?status=inspected") == {"RMA-1": "inspected"}
    for verb, word in (
        ("inspect", "to_inspect"),
        ("receive_return", "to_inspect"),
        ("receive_return", "approved"),
    ):
        last = Entry.objects.filter(verb=verb, reversed_by=None).latest("pk")
        reverse(actor=HOUSE, entry=last.pk)
        assert shown(ada, f"rmas?status={word}") == {"RMA-1": word}
    clean()


def test_a_unit_counts_for_the_line_that_names_it(company: World) -> None:
    """One serial of a sale is asked for by its number, the other as any: each line waits for its own."""
    ada = Caller(company.user)
    product = traced(company, "s1", "s2")
    line = delivered_line(company, product, 2)
    rma, (named, any_) = asked(company, Asked(1, line, serial="s1"), Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, named, ("s1",))])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(named, 1, "restock")])
    assert shown(ada, "rmas?status=partly_received") == {"RMA-1": "partly_received"}
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, any_, ("s2",))])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(any_, 1, "restock")])
    assert shown(ada, "rmas?status=inspected") == {"RMA-1": "inspected"}
    clean()


def test_returns_without_rma_and_what_nobody_asked_for(company: World) -> None:
    ada = Caller(company.user)
    one, other = loose(company, 2), loose(company, 1)
    take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, one), outcome="restock")]
    )
    assert shown(ada, "returns?status=settled") == {"RET-1": "settled"}
    rma, (line,) = asked(company, Asked(1, one))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, None, line=other)])
    assert shown(ada, "rmas?status=to_inspect") == {"RMA-1": "to_inspect"}
    along = Rma.objects.get(pk=rma).lines.latest("pk")
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(along.pk, 1, "restock")])
    assert shown(ada, "rmas?status=partly_received") == {"RMA-1": "partly_received"}
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, line)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "scrap")])
    assert shown(ada, "rmas?status=inspected") == {"RMA-1": "inspected"}
    clean()


def test_the_same_goods_stand_on_one_line_of_a_return(company: World) -> None:
    """Else nobody could say of which line a unit is."""
    line = loose(company, 3)
    before = entries()
    items = [Returned(Asked(1, line), outcome="restock"), Returned(Asked(2, line), outcome="scrap")]
    found = refused(
        "asked_twice",
        lambda: take_back(actor=HOUSE, organization=company.customer.pk, items=items),
    )
    assert (found.field, entries()) == ("lines.1.line", before)
    product = traced(company, "a", "b")
    sold = delivered_line(company, product, 2)
    units = [Returned(Asked(1, sold), (code,), "restock") for code in ("a", "b")]
    take_back(actor=HOUSE, organization=company.customer.pk, items=units)
    assert where("a") == ("bin", 0)
    clean()
