"""What is kept of credit notes, by fractions and by nothing of the product: rows, tax and total agree to the last coin."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.exact.generated import CURRENCIES, TAXES, Taxed
from tests.exact.recomputed import DECIMALS, divided, nearest, way_of
from tests.exact.test_documents import Shop
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditFee, CreditNote, Invoice
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.models import Product
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Account
from wharfinger.parties.actions.settings import set_setting

pytestmark = pytest.mark.django_db
DEALS = 12
UNITS = 7


def of_fee(asked: int, taxed: Taxed, *, included: bool) -> tuple[int, int]:
    """Net and tax of a fee that comes to so much as its price says it."""
    way = way_of(taxed)
    _, rate, further, compound = way
    if included:
        net, first, second = divided(asked, way)
        return net, first + second
    first = nearest(asked * rate)
    return asked, first + nearest((asked + (first if compound else 0)) * further)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_is_what_exact_arithmetic_gives(seed: int, company: World, call: Any) -> None:
    """Of credit in parts, before tax and with it, of paid and of open invoices; never more comes back than was asked for.

    A credit note is its rows less its fees, in net, tax and total; all notes and fees together are the invoice.
    """
    shop, chance, kept_of = Shop(company, call), Random(seed), 0
    company.customer.tax_number = "ATU12345678"
    company.customer.save()
    for n in range(DEALS):
        taxed, fee = chance.choice(TAXES), chance.choice([one for one in TAXES if one.category == "S"])
        currency = list(CURRENCIES)[n % len(CURRENCIES)]
        included = chance.random() < 0.5
        service = shop.services[fee.code]
        set_setting(
            actor=HOUSE, name="fee_products", value={"restocking": service, "return_freight": service}
        )
        invoice = _invoiced(shop, company, chance, taxed, currency, included=included)
        if chance.random() < 0.5 and invoice.total_minor:
            pay(actor=HOUSE, wish=PaymentWish(invoice.organization_id, invoice.total_minor, currency))
        left, said = UNITS, invoice.lines.get()
        notes: list[CreditNote] = []
        while left:
            part = chance.randint(1, left)
            left -= part
            rate, freight = chance.choice(("0", "3", "12.5", "33.3333")), chance.choice((0, 0, 1, 57))
            body: dict[str, Any] = {
                "organization": invoice.organization_id,
                "lines": [{"line": said.line_id, "quantity": str(part), "outcome": "restock"}],
            }
            body |= {"fee_percent": rate} if rate != "0" else {}
            body |= {"freight": coins(freight, currency)} if freight else {}
            status, answer = shop.call("post", "/returns", body)
            if status == 409 and answer["code"] == "more_than_credit":
                assert freight
                body.pop("freight")
                status, answer = shop.call("post", "/returns", body)
                freight = 0
            assert status == 201, answer
            note = CreditNote.objects.filter(invoice=invoice).latest("pk")
            notes.append(note)
            rows = list(note.lines.all())
            net, tax = sum(row.net_minor for row in rows), sum(row.tax_minor for row in rows)
            base = net + tax if included else net
            asked = [nearest(base * Fraction(rate) / 100)] if rate != "0" else []
            asked += [freight] if freight else []
            wanted = [of_fee(one, fee, included=included) for one in asked if one]
            found = list(CreditFee.objects.filter(credit_note=note).order_by("pk"))
            kept_of += len(found)
            assert [(one.net_minor, one.tax_minor) for one in found] == wanted, (seed, n, body)
            assert note.net_minor == net - sum(one for one, _ in wanted)
            assert note.tax_minor == tax - sum(one for _, one in wanted)
            assert note.total_minor == note.net_minor + note.tax_minor >= 0
        fees = list(CreditFee.objects.filter(credit_note__in=notes))
        assert sum(one.net_minor for one in (*notes, *fees)) == invoice.net_minor
        assert sum(one.tax_minor for one in (*notes, *fees)) == invoice.tax_minor
        owed = Account.objects.filter(kind="receivable", document=f"invoice:{invoice.pk}").first()
        assert owed is None or owed.balance_minor >= 0
    assert kept_of > DEALS
    clean()


def _invoiced(
    shop: Shop, company: World, chance: Random, taxed: Taxed, currency: str, *, included: bool
) -> Invoice:
    """Seven units at a price that does not divide, less a discount, delivered and invoiced."""
    product = shop.products[taxed.code, "piece"]
    company.stock(Product.objects.get(pk=product), UNITS)
    whole = chance.choice((1, 19, 333))
    order = shop.ask(
        "post",
        "/orders",
        {
            "organization": company.customer.pk,
            "currency": currency,
            "tax_included": included,
            "lines": [
                {
                    "product": product,
                    "quantity": str(UNITS),
                    "unit_price": f"{whole}.{chance.randint(1, 99):02d}",
                    "discount_percent": chance.choice(("0", "12.5", "33.3333")),
                }
            ],
        },
    )
    line = order["lines"][0]["id"]
    shop.ask("post", f"/orders/{order['id']}/confirm", {})
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, UNITS)])
    made = shop.ask("post", "/invoices", {"lines": [{"line": line, "quantity": str(UNITS)}]})
    return Invoice.objects.get(pk=made["id"])


def coins(minor: int, currency: str) -> str:
    """An amount as it is typed."""
    places = DECIMALS[currency]
    return str(minor) if not places else f"{minor // 10**places}.{minor % 10**places:0{places}d}"
