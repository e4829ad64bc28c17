"""A sale at the counter: scanned, priced, paid, printed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed, summed
from tests.world import World, clean, entries
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Role

pytestmark = pytest.mark.django_db


def test_what_is_scanned_is_priced_sold_and_paid(company: World, client: Client) -> None:
    router = company.product(sku="RT-100")
    phone = company.product(sku="PH", traced="serial", cost_method="specific")
    company.stock(router, 30)
    company.stock(phone, 2, serials=("P-1", "P-2"))
    page = client.get("/counter/").content.decode()
    assert "data-repeats" in page
    form = {
        "organization": company.customer.pk,
        "location": company.location.pk,
        "paid_by": "cash",
        "handed": "500",
        "scanned": ["P-2", "12*RT-100", "rt-100", "RT-100"],
    }
    before = entries()
    with CaptureQueriesContext(connection) as asked:
        basket = client.post("/counter/basket/", form).content.decode()
    assert len(asked) <= 60
    assert entries() == before
    assert "14" in basket
    assert "P-2" in basket
    # 14 × 10.00 and 10.00, 19 % on top.
    assert "178.50" in basket
    assert "321.50" in basket
    basket = client.post("/counter/basket/", form | {f"price-{router.pk}": "9.00"}).content.decode()
    assert f'name="price-{router.pk}" value="9.00" placeholder="9"' in basket
    assert "161.84" in basket
    answer = client.post("/counter/", form | {f"price-{router.pk}": "9.00"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/counter/")
    invoice = Invoice.objects.get()
    assert (invoice.net_minor, owed(invoice.pk), summed("bank")) == (13600, 0, invoice.total_minor)
    assert sorted(InvoiceLine.objects.values_list("product__sku", "quantity")) == [("PH", 1), ("RT-100", 14)]
    assert Holding.objects.get(lot__code="P-2", quantity__gt=0).kind == "customer"
    page = client.get("/counter/").content.decode()
    assert f"to {company.customer.name}." in page
    assert "Print invoice over 161.84 EUR" in page
    assert f"/documents/invoice/{invoice.pk}.pdf" in page
    assert f'<option value="{company.customer.pk}" selected>' in page
    clean()


def test_on_account_it_is_owed(company: World, client: Client) -> None:
    router = company.product(sku="RT-100")
    company.stock(router, 1)
    form = {"organization": company.customer.pk, "paid_by": "account", "scanned": ["RT-100"]}
    assert client.post("/counter/", form).status_code == 303
    assert owed(Invoice.objects.get().pk) == 1190


def test_what_is_refused_says_so_and_sells_nothing(company: World, client: Client) -> None:
    router = company.product(sku="RT-100")
    company.stock(router, 1)
    whom = {"organization": company.customer.pk, "paid_by": "cash"}
    before = entries()
    for scanned, words in ((["RT-100", "RT-100"], "2 wanted, 1 free"), (["WHAT"], "“WHAT” is no SKU")):
        for path, status in (("/counter/basket/", 200), ("/counter/", None)):
            answer = client.post(path, whom | {"scanned": scanned})
            assert answer.status_code == status or (status is None and answer.status_code in (409, 422))
            assert words in answer.content.decode(), (path, scanned)
    assert client.post("/counter/", whom).status_code == 422
    assert client.post("/counter/", {"scanned": ["RT-100"], "paid_by": "cash"}).status_code == 422
    assert entries() == before
    Role.objects.update(permissions=["sales.read", "stock.read"])
    assert client.get("/counter/").status_code == 403
    assert client.post("/counter/", whom | {"scanned": ["RT-100"]}).status_code == 403
    assert entries() == before
