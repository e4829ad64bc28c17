"""Reports of buying: what was ordered, came and was billed, and how punctually; a year whose sums are known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import person
from tests.world import World, clean, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.actions.ordering import close, draft, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.site.queries.reports import BROKEN
from wharfinger.site.queries.reports.shape import Wanted

pytestmark = pytest.mark.django_db
AT = "/api/v1/reports"
TEN = 10_000_000


def today() -> date:
    return clock.today("Europe/Berlin")


class Year:
    """What a company buys of two vendors, on days of the past year."""

    def __init__(self) -> None:
        self.company: World = world()
        self.first = self.company.vendor
        self.other = Organization.objects.create(name="Hafen AG", vendor=True, currency="USD")
        self.product = self.company.product(category="Network")

    def order(self, vendor: Any, units: int, promised: date, **values: Any) -> int:
        """So many at ten, promised for a day; its line."""
        wish = PurchaseWish(
            vendor.pk,
            (PurchaseLineWish(self.product.pk, units, unit_cost_micro=TEN),),
            expected_on=promised,
            **values,
        )
        made = draft(actor=HOUSE, wish=wish)
        submit(actor=HOUSE, order=made.one("purchasing.PurchaseOrder"))
        return made.made["purchasing.PurchaseLine"][0]

    def came(self, line: int, units: int, day: date, rejected: int = 0) -> int:
        """So many of it arrive on a day; the receipt."""
        arrival = Arrival(line, units, rejected=rejected, reason="Damaged" if rejected else "")
        return receive(actor=HOUSE, arrivals=[arrival], delivery=Delivery(received_on=day)).one(
            "purchasing.Receipt"
        )


def told(client: Client, name: str, **asked: Any) -> Any:
    asked = {"from": str(today() - timedelta(days=365)), "to": str(today())} | asked
    answer = client.get(f"{AT}/{name}", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_purchases_of_a_year_come_to_what_is_known_by_whatever_is_asked(client: Client) -> None:
    year = Year()
    client.force_login(year.company.user)
    early, late = today() - timedelta(days=100), today() - timedelta(days=40)
    line = year.order(year.first, 10, late)
    receipt = year.came(line, 4, early)
    gone = year.came(line, 3, early)
    cancel_receipt(actor=HOUSE, receipt=gone)
    enter_bill(actor=HOUSE, bill=Bill("R-1", today(), (BillLine(line, receipt, 4),)))
    year.order(year.other, 5, late, currency="USD", rate_micro=900_000)
    whole = {"units": "4", "ordered": "145.00", "received": "40.00", "billed": "40.00", "currency": "EUR"}
    for by in BROKEN["purchases"].by:
        found = told(client, "purchases", by=by)
        assert found["total"] == whole, by
        for figure in ("ordered", "received", "billed"):
            assert sum(float(row[figure]) for row in found["items"]) == float(whole[figure]), (by, figure)
    rows = {
        row["name"]: (row["ordered"], row["billed"])
        for row in told(client, "purchases", by="vendor")["items"]
    }
    assert rows == {year.first.name: ("100.00", "40.00"), "Hafen AG": ("45.00", "0.00")}
    one = told(client, "purchases", vendor=year.other.pk)
    assert one["total"]["ordered"] == "45.00"
    before = told(client, "purchases", **{"from": "2001-01-01", "to": "2001-12-31"})
    assert (before["items"], before["total"]["ordered"]) == ([], "0.00")
    clean()


def test_vendors_are_told_by_how_punctually_and_how_well_they_deliver(client: Client) -> None:
    year = Year()
    client.force_login(year.company.user)
    promised = today() - timedelta(days=30)
    line = year.order(year.first, 10, promised)
    year.came(line, 2, promised)
    year.came(line, 2, promised + timedelta(days=3))
    year.came(line, 4, promised + timedelta(days=8), rejected=1)
    close(actor=HOUSE, order=PurchaseLine.objects.get(pk=line).purchase_order_id)
    PurchaseLine.objects.filter(pk=line).update(confirmed_on=promised + timedelta(days=3))
    (row,) = told(client, "vendor-punctuality", by="vendor")["items"]
    assert (row["arrivals"], row["in_time"], row["as_confirmed"]) == ("3", "0.333333", "0.666667")
    assert (row["late"], row["worst"]) == ("5.5", "8")
    assert (row["short"], row["rejected"]) == ("0.2", "0.125")
    assert told(client, "vendor-punctuality", by="month")["total"]["arrivals"] == "3"
    assert PurchaseOrder.objects.get().closed_at is not None


def test_what_is_not_dated_counts_as_neither_late_nor_in_time(client: Client) -> None:
    year = Year()
    client.force_login(year.company.user)
    line = year.order(year.first, 2, today())
    PurchaseLine.objects.filter(pk=line).update(expected_on=None)
    PurchaseOrder.objects.update(expected_on=None)
    year.came(line, 2, today())
    (row,) = told(client, "vendor-punctuality")["items"]
    assert (row["arrivals"], row["in_time"], row["late"], row["worst"]) == ("1", None, None, None)


def test_costs_are_told_only_to_who_may_see_them(client: Client) -> None:
    Year()
    client.force_login(person("buyer", "boards.read", "purchasing.read"))
    assert client.get(f"{AT}/purchases").status_code == 403
    assert client.get(f"{AT}/vendor-punctuality").status_code == 200
    assert "Punctuality of vendors" in seen(client, "/reports/")
    assert "What was ordered" not in seen(client, "/reports/")


@pytest.mark.parametrize("name", ["purchases", "vendor-punctuality"])
def test_pages_are_told_drawn_taken_out_and_narrowed(client: Client, name: str) -> None:
    year = Year()
    client.force_login(year.company.user)
    year.came(year.order(year.first, 3, today()), 3, today())
    year.came(year.order(year.other, 2, today(), currency="USD", rate_micro=900_000), 2, today())
    page = seen(client, f"/reports/{name}/?by=vendor&tab=year")
    assert "Hafen AG" in page
    assert "<svg" in page
    assert "/purchase-orders/?" in page
    narrowed = seen(client, f"/reports/{name}/?by=vendor&vendor=Hafen&tab=year")
    assert year.first.name not in narrowed.partition("<tbody")[2]
    csv = client.get(f"/reports/{name}/?by=vendor&tab=year&form=csv")
    assert csv.status_code == 200


@pytest.mark.parametrize("many", [1, 10])
def test_statements_do_not_grow_with_orders(many: int) -> None:
    year = Year()
    for _ in range(many):
        year.came(year.order(year.first, 3, today()), 3, today())
    for name in ("purchases", "vendor-punctuality"):
        with CaptureQueriesContext(connection) as found:
            BROKEN[name].read(Wanted(today() - timedelta(days=9), today(), "vendor", "EUR", {}))
        assert len(found) == (3 if name == "purchases" else 1)
