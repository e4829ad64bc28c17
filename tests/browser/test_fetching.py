"""Goods are fetched from another location for what waits, and a series of numbers goes on as somebody decides."""

from __future__ import annotations

from tests.browser.person import Company, Person
from tests.world import clean
from wharfinger.base.access import HOUSE
from wharfinger.ledger.models import Counter
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.locations import add_location
from wharfinger.stock.models import Location, TransferOrder
from wharfinger.stock.rules.adjusting import Adjustment


def test_each_row_says_from_where_it_comes(company: Company, person: Person) -> None:
    """The annex has enough of one product and none of the other, which stays to be ordered; Undo brings all back."""
    page = person.page
    annex = Location.objects.get(pk=add_location(actor=HOUSE, values={"name": "Annex"}).one("stock.Location"))
    adjust(actor=HOUSE, items=[Adjustment(company.adapter.pk, 3, annex.place_id)], reason="Found")
    comes = person.write("orders", [("ADAPTER", "2")], confirm=True)
    spare = company.world.product(sku="SPARE", name="Spare")
    stays = person.write("orders", [("SPARE", "1")], confirm=True)
    assert spare.pk
    person.go("/work/approval/")
    if person.rows(comes).count():
        person.do("Approve", comes)
    person.go("/work/purchasing/")
    person.rows(stays).locator(".sel input").check()
    person.do("Transfer", comes)
    assert person.heading() == "Transfer goods for lines"
    chosen = page.locator(f"[name=from-{company.line(comes)}]")
    assert chosen.locator("option:checked").inner_text() == "Annex, 3 free"
    assert person.rows("SPARE").locator("select").count() == 0
    person.fill(**{f"quantity__{company.line(comes)}": "9"})
    person.next_step()
    page.get_by_text("only 3 are free at Annex").wait_for()
    person.fill(**{f"quantity__{company.line(comes)}": "2"})
    person.next_step()
    (order,) = TransferOrder.objects.all()
    assert person.said() == f"Reserved 2 × ADAPTER for {comes}."
    assert page.locator(".said a").filter(has_text=order.number).count() == 1
    assert company.where(comes) == {"bin": 2, "to_bill": 2}
    assert person.rows(stays).count() == 1
    person.undo()
    assert company.where(comes) == {"to_order": 2, "to_bill": 2}
    clean()


def test_a_series_of_numbers_goes_on_as_somebody_decides(company: Company, person: Person) -> None:
    """A pattern without figures is refused beside its field; the next order has the number that was announced."""
    page = person.page
    first = person.write("orders", [("CABLE", "1")])
    person.go("/settings/numbers/")
    person.follow("Sales orders")
    person.fill(pattern="A-26")
    person.next_step()
    page.get_by_text("where the figures stand").wait_for()
    assert page.locator("[name=pattern]").get_attribute("aria-invalid") == "true"
    person.fill(pattern="A-26-{n:04}", next="40")
    person.next_step()
    assert person.said() == "Changed the numbers of Sales orders."
    assert person.rows("Sales orders", "A-26-0040").count() == 1
    assert person.write("orders", [("CABLE", "1")]) == "A-26-0040"
    person.go(f"/orders/{company.sheet(first)}/")
    assert person.heading() == first
    assert Counter.objects.get(pk="order").next == 41
    clean()
