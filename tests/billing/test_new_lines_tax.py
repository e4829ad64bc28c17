"""What is new never takes a tax code that is over: quotes, charges, purchases and fees take the one that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_deposits import service
from tests.billing.test_tax_codes_end import AFTER, FIRST, LAST, changes_year, old
from tests.fulfilment.trade import order
from tests.purchasing.buying import arrive, bought, stocked_up
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import CreditFee, InvoiceLine
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.catalog.actions import change_tax_code
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import sell
from wharfinger.flows.rules.sell import Sale
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import change_purchase, draft
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.purchasing.models import PurchaseLine, VendorTerms
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


DAYS = pytest.mark.parametrize(("day", "rate"), [(LAST, 190_000), (FIRST, 200_000), (AFTER, 200_000)])


def on(day: date) -> Any:
    """What happens on a day."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False)


def rates(done: Written) -> list[int]:
    """The rates by which the lines of an act are taxed."""
    rows = Line.objects.filter(pk__in=done.made["ledger.Claim"]).order_by("pk")
    return list(rows.values_list("tax_code__rate_micro", flat=True))


def quoted(company: World, *lines: LineWish) -> Written:
    return create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines))


@DAYS
def test_a_line_of_a_quote_a_charge_and_a_sale_take_the_code_of_the_day(
    company: World, day: date, rate: int
) -> None:
    changes_year()
    product, job = company.product(), company.product(kind="service")
    said = LineWish(product.pk, 1, tax_code=old().pk)
    with on(day):
        assert rates(quoted(company, LineWish(product.pk, 1), said)) == [rate, rate]
        made = create_work_order(
            actor=HOUSE, wish=WorkWish("ticket", company.customer.pk, (LineWish(job.pk, 1),))
        )
        assert rates(made) == [rate]
        sheet = Line.objects.get(pk=made.made["ledger.Claim"][0]).sheet_id
        assert rates(add_lines(actor=HOUSE, sheet=sheet, wishes=[LineWish(job.pk, 1)])) == [rate]
        sale = sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(job.pk, 1),))])
        assert rates(sale) == [rate]
        assert InvoiceLine.objects.get().rate_micro == rate
    clean()


@DAYS
def test_a_customers_own_code_is_that_of_the_day_too(company: World, day: date, rate: int) -> None:
    changes_year()
    other = TaxCode.objects.create(code="R7", name="7 %", rate_micro=70_000)
    Organization.objects.filter(pk=company.customer.pk).update(tax_code=other)
    TaxCode.objects.filter(pk=other.pk).update(valid_until=LAST, successor=TaxCode.objects.get(code="V20"))
    with on(day):
        found = rates(quoted(company, LineWish(company.product().pk, 1)))
    assert found == [70_000 if day == LAST else rate]


def test_a_price_with_tax_is_told_at_the_rate_of_the_day(company: World) -> None:
    changes_year()
    product = company.product(price_micro=100_000_000)
    wish = QuoteWish(company.customer.pk, (LineWish(product.pk, 1),), tax_included=True)
    for day, price in ((LAST, 119_000_000), (FIRST, 120_000_000)):
        with on(day):
            (line,) = create_quote(actor=HOUSE, wish=wish).made["ledger.Claim"]
        assert Line.objects.get(pk=line).unit_price_micro == price


def test_what_is_won_keeps_the_code_that_was_quoted_and_its_invoice_takes_that_of_its_day(
    company: World,
) -> None:
    changes_year()
    with on(LAST):
        quote = quoted(company, LineWish(company.product(kind="service").pk, 1)).one("sales.Quote")
    with on(AFTER):
        done = win(actor=HOUSE, quote=quote, anyway=True)
        assert rates(done) == [190_000]
        (line,) = done.made["ledger.Claim"]
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    assert InvoiceLine.objects.get().rate_micro == 200_000
    clean()


def test_without_successor_a_new_line_is_refused(company: World) -> None:
    product = company.product()
    change_tax_code(actor=HOUSE, tax_code=old().pk, values={"valid_until": LAST.isoformat()})
    with on(LAST):
        assert rates(quoted(company, LineWish(product.pk, 1))) == [190_000]
    before = entries()
    with on(FIRST):
        refused(lambda: quoted(company, LineWish(product.pk, 1)), "tax_code_over", "lines.0.tax_code")
    assert (entries(), Line.objects.count()) == (before, 1)


def purchased(company: World, **values: Any) -> int:
    """The rate of a purchase order's only line."""
    wish = PurchaseLineWish(company.product().pk, 1, unit_cost_micro=10**7, **values)
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))))
    return rate_of(made.lines[0])


def rate_of(line: int) -> int:
    code = PurchaseLine.objects.get(pk=line).tax_code
    return code.rate_micro if code is not None else 0


@DAYS
def test_a_purchase_is_taxed_by_the_code_of_the_day(company: World, day: date, rate: int) -> None:
    code = old().pk
    keep_terms(actor=HOUSE, vendor=company.vendor.pk, values={"tax_code": code})
    changes_year()
    with on(day):
        assert purchased(company) == rate
        assert purchased(company, tax_code=code) == rate
        wish = PurchaseWish(
            company.vendor.pk, (PurchaseLineWish(company.product().pk, 1, unit_cost_micro=1),)
        )
        made = bought(draft(actor=HOUSE, wish=wish))
        more = PurchaseLineWish(company.product().pk, 1, unit_cost_micro=1)
        done = change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(add=(more,)))
        assert rate_of(done.made["purchasing.PurchaseLine"][0]) == rate
        keep_terms(actor=HOUSE, vendor=company.vendor.pk, values={"tax_code": code})
    terms = VendorTerms.objects.select_related("tax_code").get()
    assert terms.tax_code is not None
    assert terms.tax_code.rate_micro == rate


@DAYS
def test_a_bill_proposes_the_tax_of_the_day_on_which_its_goods_came(
    company: World, client: Client, day: date, rate: int
) -> None:
    keep_terms(actor=HOUSE, vendor=company.vendor.pk, values={"tax_code": old().pk})
    with on(LAST):
        made = stocked_up(company, (company.product(), 10, 10_000_000))
    changes_year()
    with on(day):
        arrive(made.lines[0], 10)
    client.force_login(company.user)
    page = seen(client, f"/vendor-bills/new/?line={made.lines[0]}")
    assert f'value="{rate // 10_000}.00"' in page


def test_without_successor_a_purchase_is_refused(company: World) -> None:
    code = old().pk
    change_tax_code(actor=HOUSE, tax_code=code, values={"valid_until": LAST.isoformat()})
    before = entries()
    with on(FIRST):
        refused(lambda: purchased(company, tax_code=code), "tax_code_over", "lines.0.tax_code")
    assert (entries(), PurchaseLine.objects.count()) == (before, 0)


@DAYS
def test_a_fee_that_is_kept_is_taxed_by_the_code_of_the_day(company: World, day: date, rate: int) -> None:
    changes_year()
    product = company.product(price_micro=100_000_000)
    company.stock(product, 1)
    _, (line,) = order(company, (product, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    with on(LAST):
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    fee, goods = (
        Kept("fee", service(company), None, 1000, "EUR"),
        Returned(Asked(1, line=line), outcome="restock"),
    )
    with on(day):
        take_back(actor=HOUSE, organization=company.customer.pk, items=[goods], reason="No need", kept=[fee])
    row = CreditFee.objects.get()
    assert (row.rate_micro, row.net_minor, row.tax_minor) == (rate, 1000, rate // 1000)
    clean()


def test_statements_stay_few_where_a_code_ends(company: World) -> None:
    product = company.product()

    def counted(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as found:
            act()
        return len(found)

    one, many = (LineWish(product.pk, 1),), (LineWish(product.pk, 1),) * 20
    quoted(company, *one)
    plain = counted(lambda: quoted(company, *one))
    changes_year()
    with on(AFTER):
        quoted(company, *one)
        ends = counted(lambda: quoted(company, *one))
        assert ends <= plain + 1
        assert counted(lambda: quoted(company, *many)) == ends
