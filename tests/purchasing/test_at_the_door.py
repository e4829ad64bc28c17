"""The form at the door: large deliveries, what codes bring in, ranges of numbers, and where goods belong."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.notices.pictures import drawn, upload
from tests.purchasing.buying import bought, on_order, person, sold, stocked_up
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput
from wharfinger.base.words import ranged
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Fact, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.queries.attachments import of
from wharfinger.parties.models import Organization, Role
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive
from wharfinger.purchasing.models import PurchaseOrder, Receipt, Rejection
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.stock.actions.reasons import add_reason
from wharfinger.stock.models import Reason

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def test_five_hundred_lines_are_received_by_one_form(company: World, browser: Client) -> None:
    products = [company.product() for _ in range(20)]
    made = stocked_up(company, *((products[n % 20], 3, 1_000_000) for n in range(500)))
    path = f"/purchase-orders/{made.order}/receive/"
    page = seen(browser, path)
    assert (page.count("<tbody"), "100 of 500 lines" in page) == (100, True)
    assert len(page) < 110_000
    last = seen(browser, f"{path}?after=400")
    assert (f'name="quantity-{made.lines[-1]}"' in last, f'name="quantity-{made.lines[0]}"' in last) == (
        True,
        False,
    )
    fields = ("quantity", "rejected", "bin")
    typed = {f"{field}-{line}": "3" if field == "quantity" else "" for line in made.lines for field in fields}
    assert browser.post(path, typed).status_code == 303
    assert {on_order(line) for line in made.lines[:3]} == {0}
    assert PurchaseOrder.objects.get().done_id is not None
    clean()


def test_fifteen_hundred_serial_numbers_are_received_by_one_form(company: World, browser: Client) -> None:
    product = company.product(traced="serial", cost_method="specific")
    made = stocked_up(company, (product, 1500, 1_000_000))
    numbers = [f"SN-{n:04d}" for n in range(1500)]
    path = f"/purchase-orders/{made.order}/receive/"
    assert browser.post(path, {f"serial-{made.lines[0]}": numbers}).status_code == 303
    assert held(product=product.pk) == {"bin": 1500}


def test_more_than_we_take_is_refused_in_words(company: World, browser: Client, settings: Any) -> None:
    made = stocked_up(company, (company.product(), 3, 1_000_000))
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    before = entries()
    typed = {f"{field}-{made.lines[0]}": "1" for field in ("quantity", "rejected", "bin")}
    answer = browser.post(f"/purchase-orders/{made.order}/receive/", typed)
    assert (answer.status_code, entries()) == (413, before)
    assert "This is more than can be sent at once. Send it in parts." in answer.content.decode()


def test_a_bin_is_named_or_scanned_in_its_row(company: World, browser: Client) -> None:
    made = stocked_up(company, (company.product(), 3, 1_000_000))
    (line,) = made.lines
    path = f"/purchase-orders/{made.order}/receive/"
    before = entries()
    refused = browser.post(path, {f"quantity-{line}": "1", f"bin-{line}": "nowhere"})
    assert (refused.status_code, entries()) == (422, before)
    page = refused.content.decode()
    assert ("There is no such bin." in page, 'value="nowhere"' in page) == (True, True)


def test_what_is_rejected_says_why(company: World, browser: Client) -> None:
    """The row's own reason comes first, else that of the receipt; none at all is refused."""
    screen, cable = company.product(), company.product()
    made = stocked_up(company, (screen, 5, 1_000_000), (cable, 4, 1_000_000))
    first, other = made.lines
    before = entries()
    found = refused("reason_needed", lambda: receive(actor=HOUSE, arrivals=[Arrival(first, 5, rejected=2)]))
    assert (found.field, entries()) == ("lines.0.reason", before)
    path = f"/purchase-orders/{made.order}/receive/"
    typed = {
        f"quantity-{first}": "5",
        f"rejected-{first}": "2",
        f"reason-{first}": "Damaged",
        f"note-{first}": "Box torn open",
        f"quantity-{other}": "4",
        f"rejected-{other}": "1",
    }
    nothing = browser.post(path, {f"rejected-{first}": "1"})
    assert (nothing.status_code, "Give a quantity above zero." in nothing.content.decode()) == (422, True)
    page = browser.post(path, typed).content.decode()
    assert (f'id="e-{other}"' in page, 'value="Box torn open"' in page, entries()) == (True, True, before)
    answer = browser.post(path, typed | {"reason": "Too late"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/receipts/{Receipt.objects.get().pk}/"
    for words in ("Damaged: Box torn open", "Too late", f"Rejected 2 × {screen.sku}, 1 × {cable.sku}."):
        assert words in page
    rows = Rejection.objects.order_by("pk").values_list("purchase_line", "quantity", "reason", "note")
    assert list(rows) == [(first, 2, "Damaged", "Box torn open"), (other, 1, "Too late", "")]
    clean()
    cancel_receipt(actor=HOUSE, receipt=Receipt.objects.get().pk, lines=[first])
    clean()


def test_a_photo_of_what_is_rejected_hangs_on_the_receipt(
    company: World, browser: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    product = company.product()
    made = stocked_up(company, (product, 5, 1_000_000))
    (line,) = made.lines
    path = f"/purchase-orders/{made.order}/receive/"
    typed = {f"quantity-{line}": "5", f"rejected-{line}": "2", f"reason-{line}": "Torn"}
    before = entries()
    wrong = browser.post(path, {**typed, f"photo-{line}": upload("torn.exe", b"MZ no picture")})
    assert wrong.status_code == 422
    assert f'id="e-{line}"' in wrong.content.decode()
    assert (entries(), Receipt.objects.count()) == (before, 0)
    browser.post(path, {**typed, f"photo-{line}": upload("torn.png", drawn())})
    receipt = Receipt.objects.get()
    (photo,) = of(f"receipt:{receipt.pk}")
    assert (photo.name, photo.caption) == ("torn.png", f"{product.sku}: Torn")
    assert photo.caption in seen(browser, f"/receipts/{receipt.pk}/")
    clean()


def test_who_attaches_nothing_takes_goods_in_without_photos(company: World, browser: Client) -> None:
    Role.objects.update(permissions=["purchasing.read", "purchasing.receive"])
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    (line,) = made.lines
    path = f"/purchase-orders/{made.order}/receive/"
    assert 'name="photo-' not in seen(browser, path)
    browser.post(path, {f"quantity-{line}": "5", f"photo-{line}": upload("torn.png", drawn())})
    assert not of(f"receipt:{Receipt.objects.get().pk}")


def test_undone_with_its_receipt_a_rejection_is_void(company: World) -> None:
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    arrival = Arrival(made.lines[0], 5, rejected=2, reason="Damaged")
    done = receive(actor=HOUSE, arrivals=[arrival])
    reverse(actor=HOUSE, entry=done.id)
    assert Rejection.objects.get().void_id is not None
    clean()


def test_where_the_list_binds_goods_are_rejected_for_a_reason_of_it(company: World) -> None:
    add_reason(actor=HOUSE, values={"name": "Damaged", "uses": ["reject"], "note_required": True})
    Setting.objects.update_or_create(key="listed_reasons_only", defaults={"value": True})
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    before = entries()

    def reject(**values: str) -> Any:
        return receive(actor=HOUSE, arrivals=[Arrival(made.lines[0], 2, rejected=1, **values)])

    assert refused("reason_not_listed", lambda: reject(reason="Ugly")).field == "lines.0.reason"
    assert refused("note_missing", lambda: reject(reason="damaged")).field == "lines.0.note"
    assert entries() == before
    done = reject(reason="damaged", note="Torn")
    assert Fact.objects.filter(entry=done.id, subject=f"reason:{Reason.objects.get().pk}").exists()
    clean()


def test_without_the_vendors_invoice_nothing_is_taken_in_where_the_company_wants_it(company: World) -> None:
    Setting.objects.update_or_create(key="require_vendor_invoice", defaults={"value": True})
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    before = entries()

    def arrives(number: str) -> Any:
        wish = Delivery(vendor_invoice_number=number)
        return receive(actor=HOUSE, arrivals=[Arrival(made.lines[0], 2)], delivery=wish)

    assert refused("missing", lambda: arrives("")).field == "vendor_invoice_number"
    assert refused("too_long", lambda: arrives("R" * 51)).field == "vendor_invoice_number"
    assert entries() == before
    for number in ("R-1", "R-2"):
        arrives(number)
    assert list(Receipt.objects.order_by("pk").values_list("vendor_invoice_number", flat=True)) == [
        "R-1",
        "R-2",
    ]
    clean()


def test_a_range_is_alike_but_for_its_last_number() -> None:
    assert ranged("A001", "A010", field="f") == [f"A{n:03d}" for n in range(1, 11)]
    assert ranged("SN-9", "SN-9", field="f") == ["SN-9"]
    for first, last in (("A1", "A10"), ("A001", "B010"), ("A010", "A001"), ("A", "B"), ("A0001", "A9999")):
        with pytest.raises(BadInput) as found:
            ranged(first, last, field="f")
        assert found.value.code in ("range_uneven", "range_too_long"), (first, last)


def test_numbers_of_a_series_run_on_from_the_highest_there_is(company: World, browser: Client) -> None:
    """S01: XYZ005 is there already, however it was written; none of the ten that arrive gets it."""
    product = company.product(traced="serial", cost_method="specific")
    made = stocked_up(company, (product, 40, 1_000_000))
    (line,) = made.lines
    before = entries()
    found = refused("no_series", lambda: receive(actor=HOUSE, arrivals=[Arrival(line, 2, numbered=True)]))
    assert (found.field, entries()) == ("lines.0.numbered", before)
    for wrong in ("XYZ", "X#Y#", "Ü###"):
        values = {"serial_pattern": wrong}
        refused("not_a_series", partial(change_product, actor=HOUSE, product=product.pk, values=values))
    change_product(actor=HOUSE, product=product.pk, values={"serial_pattern": "XYZ###"})
    receive(actor=HOUSE, arrivals=[Arrival(line, 4, serials=("xyz005", "XYZ01", "XYZ7777", "ABC900"))])
    typed = {f"quantity-{line}": "10", f"numbered-{line}": "yes", f"serial-{line}": ["OWN-1"]}
    assert browser.post(f"/purchase-orders/{made.order}/receive/", typed).status_code == 303
    given = Lot.objects.filter(serial=True).order_by("pk").values_list("code", flat=True)
    assert list(given)[4:] == ["OWN-1", *(f"XYZ{n:03d}" for n in range(6, 15))]
    receive(actor=HOUSE, arrivals=[Arrival(line, 1, numbered=True), Arrival(line, 1, numbered=True)])
    assert Lot.objects.filter(code__in=("XYZ015", "XYZ016")).count() == 2
    change_product(actor=HOUSE, product=product.pk, values={"serial_pattern": "ABC###"})
    change_product(actor=HOUSE, product=product.pk, values={"serial_pattern": "OWN-#"})
    before = entries()
    found = refused(
        "series_used_up", lambda: receive(actor=HOUSE, arrivals=[Arrival(line, 9, numbered=True)])
    )
    assert (found.wanted, found.free, entries()) == (9, 8, before)
    clean()


def test_a_delivery_is_scanned_for_many_orders(company: World, browser: Client) -> None:
    """Each code brings the rows it stands for: goods, the vendor's part number, an order with all its lines."""
    fan, tape, other = company.product(gtin="4006381333931"), company.product(), company.product()
    VendorPrice.objects.filter(product=tape).update(part_number="T-9")
    first = stocked_up(company, (fan, 2, 1_000_000), (tape, 3, 1_000_000))
    second = stocked_up(company, (fan, 1, 1_000_000), (other, 4, 1_000_000))
    number = PurchaseOrder.objects.get(pk=second.order).number

    def brought(code: str, **asked: Any) -> tuple[list[int], bool]:
        answer = browser.get("/receiving/run/rows/", {"code": code} | asked).json()
        every = [*first.lines, *second.lines]
        return [pk for pk in every if f'id="l{pk}"' in answer["rows"]], answer.get("whole", False)

    assert brought("4006381333931") == ([first.lines[0], second.lines[0]], False)
    assert brought("t-9") == ([first.lines[1]], False)
    assert brought(number.lower()) == (second.lines, True)
    assert brought("nothing") == ([], False)
    assert brought("t-9", order=second.order) == ([], False)
    page = seen(browser, f"/receiving/run/?vendor={company.vendor.pk}")
    assert f'<option value="{company.vendor.pk}" selected>' in page
    typed = {
        f"seen-{first.lines[0]}": "2",
        f"quantity-{first.lines[0]}": "2",
        f"seen-{second.lines[0]}": "1",
        f"quantity-{second.lines[0]}": "1",
        f"seen-{second.lines[1]}": "4",
        f"quantity-{second.lines[1]}": "",
    }
    told = browser.post("/receiving/run/", typed, follow=True).content.decode()
    assert f"Received 3 × {fan.sku} into Main / A1." in told
    assert Receipt.objects.count() == 1
    assert [on_order(line) for line in (*first.lines, *second.lines)] == [0, 3, 0, 4]
    clean()


def test_goods_on_order_at_two_vendors_ask_whose_they_are(company: World, browser: Client) -> None:
    fan = company.product()
    stocked_up(company, (fan, 2, 1_000_000))
    bolt = Organization.objects.create(name="Bolt", vendor=True, currency=company.vendor.currency)
    VendorPrice.objects.create(product=fan, organization=bolt, cost_micro=1_000_000)
    PurchaseOrder.objects.filter(pk=stocked_up(company, (fan, 1, 1_000_000)).order).update(vendor=bolt)
    answer = browser.get("/receiving/run/rows/", {"code": fan.sku}).json()
    assert (answer["rows"], "Bolt" in answer["why"], company.vendor.name in answer["why"]) == ("", True, True)
    chosen = browser.get("/receiving/run/rows/", {"code": fan.sku, "vendor": bolt.pk}).json()
    assert (chosen["rows"].count("<tbody"), chosen["vendor"]) == (1, bolt.pk)


def test_goods_of_another_vendor_say_whose_they_are(company: World, browser: Client) -> None:
    fan = company.product()
    stocked_up(company, (fan, 2, 1_000_000))
    bolt = Organization.objects.create(name="Bolt", vendor=True, currency=company.vendor.currency)
    asked = {"code": fan.sku, "vendor": bolt.pk}
    answer = browser.get("/receiving/run/rows/", asked).json()
    why = f"On order at {company.vendor.name}: receive it as a delivery of its own."
    assert (answer["rows"], answer["why"]) == ("", why)
    assert browser.get("/receiving/run/rows/", asked | {"code": "ELSE"}).json()["why"] == ""


def test_a_receipt_says_where_its_goods_belong(company: World, browser: Client) -> None:
    product = company.product()
    line = sold(company, product, 4, promised_on=date(2026, 5, 3))
    wish = PurchaseLineWish(quantity=7, wanted=(Wanted(line),))
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))))
    submit(actor=HOUSE, order=made.order)
    path = f"/purchase-orders/{made.order}/receive/"
    answer = browser.post(path, {f"quantity-{made.lines[0]}": "5"}, follow=True)
    page = answer.content.decode()
    number = Line.objects.get(pk=line).sheet.number
    assert f"Received 5 × {product.sku} into Main / A1. 4 for {number}, 1 for stock." in page
    assert ("3 May 2026" in page, "Pick now" in page) == (True, True)
    assert "/labels/products/?ids=" in page


def test_ranges_series_and_reasons_over_http(company: World, browser: Client) -> None:
    product = company.product(traced="serial", cost_method="specific")
    change_product(actor=HOUSE, product=product.pk, values={"serial_pattern": "XYZ###"})
    assert browser.get(f"/api/v1/products/{product.pk}").json()["serial_pattern"] == "XYZ###"
    (line,) = stocked_up(company, (product, 20, 1_000_000)).lines

    def sent(**values: Any) -> Any:
        body = {"lines": [{"purchase_line": line, **values}]}
        return browser.post("/api/v1/receipts", body, content_type="application/json")

    before = entries()
    for wrong, code in (
        ({"quantity": "3", "serial_range": {"first": "A001", "last": "B003"}}, "range_uneven"),
        ({"quantity": "3", "serial_range": {"first": "A001", "last": "A004"}}, "serials_needed"),
        ({"quantity": "3", "rejected": "3", "serials": ["S"]}, "serials_needed"),
        ({"quantity": "3", "rejected": "3"}, "reason_needed"),
    ):
        assert sent(**wrong).json()["code"] == code
    assert entries() == before
    ranged_in = sent(quantity="3", serials=["Z"], serial_range={"first": "A001", "last": "A002"}).json()
    assert ranged_in["lines"][0]["serials"] == ["Z", "A001", "A002"]
    came = sent(quantity="3", rejected="1", numbered=True, reason="Damaged", note="Torn").json()["lines"][0]
    assert (came["quantity"], came["serials"]) == ("2", ["XYZ001", "XYZ002"])
    assert came["rejections"] == [{"quantity": "1", "reason": "Damaged", "note": "Torn"}]
    clean()


def test_the_search_box_leads_to_the_door(company: World, browser: Client) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000))
    number = PurchaseOrder.objects.get(pk=made.order).number
    order, vendor = f"/purchase-orders/{made.order}/receive/", f"/receiving/run/?vendor={company.vendor.pk}"
    for text, language, to in (
        (f"receive {number.lower()}", "en", order),
        (f"Annehmen {number}", "de", order),
        ("receive gross", "en", vendor),
    ):
        found = browser.get("/search/", {"q": text}, headers={"accept-language": language})
        assert (found.status_code, found["Location"]) == (302, to), text
    for text in ("receive", "receive nobody", "receive \x00"):
        assert browser.get("/search/", {"q": text}).status_code == 200, text
    reader = Client()
    reader.force_login(person("reader", "purchasing.read"))
    assert reader.get("/search/", {"q": f"receive {number}"}).status_code == 200
