"""How long goods may come back, what a warranty adds, and who lets the rest through with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.devices.test_install import delivered, policy, refused, traced
from tests.doors.test_undo import holder
from tests.fulfilment.test_pages import do, see
from tests.purchasing.test_api import Caller
from tests.returns.test_allowed import nothing_changed
from tests.returns.test_rma import loose
from tests.world import World, clean, held
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed
from wharfinger.catalog.models import Product
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.documents.queries.returning import rma_slip
from wharfinger.parties.permissions import ROLES
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.actions.requesting import request
from wharfinger.returns.models import Rma
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db

NOON = "2027-03-01T11:00:00Z"
LAST = "2027-03-31T21:59:59Z"
"""The last second of the thirtieth day after, in Berlin, where summer time has begun."""
OVER = "2027-03-31T22:00:00Z"


def on_first_of_march(company: World, quantity: int, **values: Any) -> int:
    """Goods that reached the customer on the first of March at noon; the line."""
    with time_machine.travel(NOON, tick=False):
        line = loose(company, quantity)
        Product.objects.filter(lines=line).update(**values) if values else None
        return line


def ask(company: World, *items: Asked, **said: Any) -> Any:
    """The customer asks to send goods back."""
    return request(actor=HOUSE, organization=company.customer.pk, items=items, **said)


def bring(company: World, *items: Asked, **said: Any) -> Any:
    """The customer brings goods without having asked."""
    back = [Returned(item) for item in items]
    return take_back(actor=HOUSE, organization=company.customer.pk, items=back, reason="Too many", **said)


@pytest.mark.parametrize("act", [ask, bring])
def test_the_last_day_counts_in_the_companys_zone(company: World, act: Any) -> None:
    """Thirty days after the first of March is the thirty-first, until midnight in Berlin and not in Greenwich."""
    line = on_first_of_march(company, 2)
    with time_machine.travel(LAST, tick=False):
        act(company, Asked(1, line))
    with time_machine.travel(OVER, tick=False):
        found = nothing_changed("too_late", lambda: act(company, Asked(1, line)))
        assert found.field == "lines.0.line"
        said = found.words()
        assert "1 Mar 2027" in said
        assert "31 Mar 2027" in said
        assert str(company.user) in said
        assert found.remedies[0].verb == "overrule"
    clean()


def test_a_product_has_days_of_its_own(company: World) -> None:
    """One day, none at all, or as the company says."""
    line = on_first_of_march(company, 3)
    product = Product.objects.get(lines=line)
    with time_machine.travel("2027-03-02T22:30:00Z", tick=False):
        product.returnable_days = 1
        product.save()
        ask(company, Asked(1, line))
    with time_machine.travel("2027-03-02T23:30:00Z", tick=False):
        refused("too_late", lambda: ask(company, Asked(1, line)))
        product.returnable_days = 0
        product.save()
        refused("too_late", lambda: ask(company, Asked(1, line)))
        product.returnable_days = None
        product.save()
        Setting.objects.create(key="returnable_days", value=1)
        refused("too_late", lambda: ask(company, Asked(1, line)))
        Setting.objects.filter(key="returnable_days").update(value=2)
        ask(company, Asked(1, line))
    clean()


def test_what_is_on_its_way_is_in_time(company: World) -> None:
    """Days begin when goods are delivered, however long a carrier takes."""
    cable = company.product()
    company.stock(cable, 1)
    with time_machine.travel(NOON, tick=False):
        from_bin = delivered(company, cable, 1, proof=True)
        assert held(from_bin)["in_transit"] == 1
    with time_machine.travel("2027-06-01T11:00:00Z", tick=False):
        bring(company, Asked(1, from_bin))
    clean()


def test_a_reason_lets_it_through_and_stays(company: World) -> None:
    """On the RMA, in the answer of the API and on the slip; by nobody who may not."""
    line = on_first_of_march(company, 3)
    with time_machine.travel(OVER, tick=False):
        mara = holder(*ROLES["sales"])
        with pytest.raises(NotAllowed) as lacking:
            request(
                actor=mara,
                organization=company.customer.pk,
                items=[Asked(1, line)],
                overrule="A good customer",
            )
        assert lacking.value.values["permission"] == "returns.overrule"
        nothing_changed(
            "too_late",
            lambda: request(actor=mara, organization=company.customer.pk, items=[Asked(1, line)]),
        )
        done = request(
            actor=company.user,
            organization=company.customer.pk,
            items=[Asked(1, line)],
            overrule="A good customer",
        )
        row = Rma.objects.get(pk=done.one("returns.Rma"))
        assert (row.overruled_by, row.overruled_reason) == (company.user, "A good customer")
        assert rma_slip(row.pk, "en").note == "Taken back as an exception: A good customer"
        shown = Caller(company.user).good("get", f"/rmas/{row.pk}")
        assert shown["overruled_reason"] == "A good customer"
        back = bring(company, Asked(1, line), overrule="Also this")
        assert Rma.objects.get(pk=back.one("returns.Rma")).overruled_reason == "Also this"
    with time_machine.travel(LAST, tick=False):
        done = ask(company, Asked(1, line), overrule="Nobody has to")
        assert Rma.objects.get(pk=done.one("returns.Rma")).overruled_reason == ""
    clean()


def test_what_is_not_taken_back_is_overruled_as_well(company: World) -> None:
    line = loose(company, 1)
    Product.objects.filter(lines=line).update(rma_eligible=False)
    nothing_changed("not_eligible", lambda: ask(company, Asked(1, line)))
    nothing_changed("not_eligible", lambda: bring(company, Asked(1, line)))
    done = ask(company, Asked(1, line), overrule="It was the wrong one")
    assert Rma.objects.get(pk=done.one("returns.Rma")).overruled_reason == "It was the wrong one"
    clean()


@pytest.mark.parametrize("wish", ["repair", "replace"])
@pytest.mark.parametrize("installed", [True, False])
def test_a_warranty_repairs_and_replaces_until_its_last_day(
    company: World, wish: str, installed: bool
) -> None:
    """Long after the days in which it could be returned, of a device as of goods that nobody installed."""
    with time_machine.travel(NOON, tick=False):
        router = traced(company, "S1")
        policy(company, product=router, months=12, start="sold")
        line = delivered(company, router, 1)
        device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device") if installed else None
    item = Asked(device=device, type=wish) if device else Asked(1, line, type=wish)
    back = Asked(device=device) if device else Asked(1, line)
    if device:
        assert Device.objects.get().warranty_end_on == date(2028, 3, 1)
    with time_machine.travel("2028-03-01T22:59:00Z", tick=False):
        refused("too_late", lambda: ask(company, back))
        done = ask(company, item)
        assert Rma.objects.get(pk=done.one("returns.Rma")).overruled_reason == ""
        Rma.objects.update(denied_at="2028-03-01T22:59:00Z")
    with time_machine.travel("2028-03-01T23:00:00Z", tick=False):
        found = nothing_changed("out_of_warranty", lambda: ask(company, item))
        assert "1 Mar 2028" in found.words()
        done = ask(company, item, overrule="It is charged")
        assert Rma.objects.get(pk=done.one("returns.Rma")).overruled_reason == "It is charged"
    clean()


def test_without_a_warranty_goods_are_repaired_while_they_may_come_back(company: World) -> None:
    line = on_first_of_march(company, 2)
    with time_machine.travel(LAST, tick=False):
        ask(company, Asked(1, line, type="repair"))
    with time_machine.travel(OVER, tick=False):
        found = nothing_changed("out_of_warranty", lambda: ask(company, Asked(1, line, type="repair")))
        assert "under no warranty" in found.words()
    clean()


def test_what_we_never_sold_has_no_days(company: World) -> None:
    router = company.product(traced="serial")
    done = ask(company, Asked(1, product=router.pk, serial="THEIRS", type="repair"))
    assert Rma.objects.get(pk=done.one("returns.Rma")).overruled_reason == ""
    clean()


def test_the_api_takes_the_reason(company: World) -> None:
    line = on_first_of_march(company, 2)
    with time_machine.travel(OVER, tick=False):
        ada = Caller(company.user)
        body: dict[str, Any] = {"organization": company.customer.pk, "lines": [{"line": line}]}
        late = (409, "too_late", "lines.0.line")
        assert ada.refused("/rmas", body) == late
        assert ada.refused("/returns", body) == late
        assert ada.refused("/rmas", body | {"overrule": {"reason": ""}})[:2] == (422, "bad_input")
        said = body | {"overrule": {"reason": "Agreed"}}
        assert ada.good("post", "/rmas", said, status=201)["overruled_reason"] == "Agreed"
        assert ada.good("post", "/returns", said, status=201)["overruled_reason"] == "Agreed"
    clean()


@pytest.mark.parametrize("page", ["/rmas/new/", "/returns/new/"])
def test_the_page_asks_for_the_reason(client: Client, company: World, page: str) -> None:
    line = on_first_of_march(company, 1)
    with time_machine.travel(OVER, tick=False):
        to = f"{page}?organization={company.customer.pk}"
        client.force_login(company.user)
        assert 'name="overrule"' not in see(client, to)
        lot = next(iter(Product.objects.get(lines=line).lots.values_list("pk", flat=True)))
        typed = {"type": "return", f"quantity-{line}-{lot}": "1", "reason": "Too many"}
        answer = do(client, to, typed, status=409)
        assert 'name="overrule"' in answer
        back = do(client, to, typed | {"overrule": "A good customer"})
        assert "A good customer" in see(client, back)
    clean()
