"""What a shipment says is corrected afterwards: its days and its proof with a reason, its goods never."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved
from tests.purchasing.buying import person
from tests.scenarios.trading import today
from tests.world import World, clean, entries, refused, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.fulfilment.actions.shipping import correct_shipment, deliver, ship
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting

pytestmark = pytest.mark.django_db


def sent(company: World, *, arrives: bool = True) -> int:
    """A shipment of one router, which leaves today."""
    router = company.product()
    company.stock(router, 1)
    _, (line,) = reserved(company, (router, 1))
    made = ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment("DHL", proof=True))
    pk = made.one("fulfilment.Shipment")
    if arrives:
        deliver(actor=HOUSE, shipments=[pk], proof="M. Krause")
    return pk


def correct(pk: int, reason: str = "", **said: Any) -> Any:
    return correct_shipment(actor=HOUSE, shipment=pk, said=Correction(**said), reason=reason)


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def says(pk: int) -> tuple[Any, ...]:
    """What a shipment says."""
    return Shipment.objects.values_list("carrier", "shipped_on", "delivered_on", "proof").get(pk=pk)


def test_days_and_proof_are_corrected_with_a_reason_and_back_by_undo(company: World) -> None:
    pk = sent(company)
    moved = Shipment.objects.get(pk=pk).made_id
    before = says(pk)
    done = correct(pk, "Wrong day typed", shipped_on=ago(4), delivered_on=ago(2), proof="B. Lorenz")
    assert says(pk) == ("DHL", ago(4), ago(2), "B. Lorenz")
    assert Entry.objects.get(pk=done.id).reason == "Wrong day typed"
    assert Entry.objects.get(pk=moved).effective_on == today()
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert says(pk) == before
    clean()


def test_what_cannot_be_is_refused(company: World) -> None:
    pk, under_way = sent(company), sent(company, arrives=False)
    refused(lambda: correct(pk, shipped_on=ago(1)), "reason_wanted", "reason")
    refused(lambda: correct(pk, proof="B. Lorenz"), "reason_wanted", "reason")
    refused(lambda: correct(pk, "Why", shipped_on=ago(-1)), "in_the_future", "shipped_on")
    refused(lambda: correct(pk, "Why", delivered_on=ago(1)), "arrived_before_it_left", "delivered_on")
    refused(lambda: correct(under_way, "Why", delivered_on=ago(0)), "not_arrived", "delivered_on")
    refused(lambda: correct(under_way, "Why", proof="B. Lorenz"), "not_arrived", "proof")
    refused(lambda: correct(99, "Why", carrier="UPS"), "no_such_shipment")
    refused(lambda: correct(pk, "Why", carrier="U" * 61), "too_long", "carrier")
    correct(under_way, "Left the day before", shipped_on=ago(1))
    correct(pk, carrier="UPS", shipped_on=ago(0), proof="M. Krause")
    assert says(pk)[0] == "UPS"
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    refused(lambda: correct(pk, "Why", proof=""), "proof_wanted", "proof")


def test_who_ships_corrects_how_it_left_and_who_delivers_how_it_arrived(company: World) -> None:
    pk = sent(company)
    ships: Any = person("shipper", "fulfilment.ship")
    delivers: Any = person("driver", "fulfilment.deliver")
    before = entries()
    for actor, said in ((ships, Correction(proof="X")), (delivers, Correction(shipped_on=ago(1)))):
        with pytest.raises(NotAllowed):
            correct_shipment(actor=actor, shipment=pk, said=said, reason="Why")
    assert entries() == before
    correct_shipment(actor=ships, shipment=pk, said=Correction(shipped_on=ago(1)), reason="Why")
    correct_shipment(actor=delivers, shipment=pk, said=Correction(proof="X"), reason="Why")
    assert says(pk) == ("DHL", ago(1), ago(0), "X")


def test_the_page_and_the_api_correct_it(client: Client, company: World) -> None:
    pk = sent(company)
    page = seen(client, f"/shipments/{pk}/")
    assert f'name="delivered_on" type="date" value="{ago(0)}"' in page
    typed = {"carrier": "UPS", "shipped_on": f"{ago(3)}", "delivered_on": f"{ago(1)}", "proof": "M. Krause"}
    before = entries()
    assert client.post(f"/shipments/{pk}/edit/", typed).status_code == 303
    assert "Say why the day or the proof is another one" in seen(client, f"/shipments/{pk}/")
    assert (entries(), says(pk)[0]) == (before, "DHL")
    client.post(f"/shipments/{pk}/edit/", {**typed, "reason": "Read off the slip"})
    assert says(pk) == ("UPS", ago(3), ago(1), "M. Krause")
    assert "Read off the slip" in seen(client, f"/shipments/{pk}/")
    answer = client.patch(
        f"/api/v1/shipments/{pk}",
        {"delivered_on": f"{ago(2)}", "reason": "Said so"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["delivered_on"], answer.json()["carrier"]) == (
        200,
        f"{ago(2)}",
        "UPS",
    )
    answer = client.patch(
        f"/api/v1/shipments/{pk}", {"delivered_on": f"{ago(0)}"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "reason_wanted",
        "reason",
    )
    clean()
