"""Purchase orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base import money
from wharfinger.base.refusal import N_, NotThere
from wharfinger.catalog.models import Product, TaxCode, VendorPrice
from wharfinger.documents.queries.lines import (
    breakdown,
    described,
    own_of,
    own_of_line,
    quantity_of,
    said_as,
    second_share,
    terms,
)
from wharfinger.documents.queries.parties import (
    address,
    billing_site,
    company,
    our_address,
    party,
    person,
)
from wharfinger.documents.queries.wording import wording_of
from wharfinger.documents.shapes import Address, Amount, Company, LineRow, Price, Quantity, Share, Totals
from wharfinger.documents.shapes import PurchaseOrder as PurchaseOrderShape
from wharfinger.documents.shapes import Rfq as RfqShape
from wharfinger.documents.shapes import VendorReturn as VendorReturnShape
from wharfinger.documents.words import words
from wharfinger.ledger.models import Entry
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, VendorReturn
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.purchasing.queries.crediting import Went, went
from wharfinger.purchasing.queries.orders import net_of, sums_of
from wharfinger.purchasing.rules.taxing import code_of_freight


def purchase_order(pk: int, language: str) -> PurchaseOrderShape:
    """What we ask a vendor to supply, under the vendor's own part numbers where we know them."""
    order = (
        PurchaseOrder.objects.filter(pk=pk)
        .select_related("vendor", "ship_to_site__organization", "buyer")
        .first()
    )
    if order is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    lines = list(
        order.lines.filter(void=None, removed_at=None)
        .select_related("product", "location", "tax_code")
        .order_by("position", "pk")
    )
    parts = dict(
        VendorPrice.objects.filter(
            organization=order.vendor, product__in=[line.product_id for line in lines]
        ).values_list("product_id", "part_number")
    )
    rows = [_row(line, order.currency, parts, n) for n, line in enumerate(lines, 1)]
    if order.freight_minor:
        rows.append(
            _freight(order, language, code_of_freight((net_of(order, one), one.tax_code) for one in lines))
        )
    sums, currency = sums_of(order, lines), order.currency
    us, site = company(), billing_site(order.vendor)
    return PurchaseOrderShape(
        company=us,
        to=party(order.vendor, site),
        number=order.number,
        dated=order.ordered_on or Entry.objects.get(pk=order.made_id).effective_on,
        lines=tuple(rows),
        totals=Totals(
            Amount(sums.net + sums.freight, currency),
            Amount(sums.total, currency),
            breakdown(sums.by_rate, currency),
        ),
        deliver_to=_deliver_to(order, lines, us),
        vendor_reference=order.external_number,
        contact=person(order.buyer),
        expected_on=order.expected_on,
        ship_on=order.ship_on,
        payment_terms=terms(
            order.vendor.terms_days if order.terms_days is None else order.terms_days, language
        ),
        delivery_terms=order.shipping_method,
        note=order.memo,
        **wording_of("purchase-order", order.vendor_id, site, language),
        own=own_of("purchase_order", order.own) + own_of("organization", order.vendor.own),
    )


def _row(line: PurchaseLine, currency: str, parts: Mapping[int, str], number: int) -> LineRow:
    product = line.product
    net = net_of(line.purchase_order, line)
    quantity, price = said_as(product, line.quantity, line.unit, line.per, line.unit_cost_micro, currency)
    return LineRow(
        position=str(number),
        title=product.name,
        **_called(product, parts),
        description=described(product, line.description),
        quantity=quantity,
        price=price,
        tax=Share(line.tax_code.rate_micro) if line.tax_code else None,
        second_tax=second_share(line.tax_code),
        amount=Amount(net, currency),
        expected_on=line.expected_on,
        own=own_of_line(product, None),
    )


def _called(product: Product, parts: Mapping[int, str]) -> dict[str, Any]:
    """How we and the vendor call a product."""
    return {"sku": product.sku, "part": parts.get(product.pk, "")}


def _freight(order: PurchaseOrder, language: str, code: TaxCode | None) -> LineRow:
    micro = order.freight_minor * 10 ** (money.MICRO - money.decimals(order.currency))
    return LineRow(
        "",
        words(language)["freight"],
        Quantity(1),
        price=Price(micro, order.currency),
        tax=Share(code.rate_micro) if code else None,
        second_tax=second_share(code),
        amount=Amount(order.freight_minor, order.currency),
    )


def _deliver_to(order: PurchaseOrder, lines: list[PurchaseLine], us: Company) -> Address:
    if order.ship_to == "organization" and order.ship_to_site is not None:
        return address(order.ship_to_site.organization, order.ship_to_site)
    if order.ship_to == "other" and order.ship_to_text:
        name, _, rest = order.ship_to_text.partition("\n")
        return Address(name, street=rest)
    locations = {line.location_id: line.location for line in lines}
    return our_address(us, next(iter(locations.values())) if len(locations) == 1 else None)


def rfq(pk: int, language: str) -> RfqShape:
    """What one vendor is asked to offer, under its own part numbers where we know them."""
    asked = RfqVendor.objects.filter(pk=pk).select_related("vendor", "rfq", "made__actor").first()
    if asked is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    lines = list(asked.rfq.lines.filter(void=None).select_related("product").order_by("position"))
    prices = VendorPrice.objects.filter(
        organization=asked.vendor, product__in=[line.product_id for line in lines]
    )
    parts = dict(prices.values_list("product_id", "part_number"))
    site = billing_site(asked.vendor)
    return RfqShape(
        company=company(),
        to=party(asked.vendor, site),
        number=asked.rfq.number,
        dated=asked.made.effective_on,
        lines=tuple(
            LineRow(
                position=str(n),
                title=line.product.name,
                **_called(line.product, parts),
                description=described(line.product, ""),
                quantity=quantity_of(line.product, line.quantity),
                own=own_of_line(line.product, None),
            )
            for n, line in enumerate(lines, 1)
        ),
        answer_by=asked.rfq.answer_by,
        contact=person(asked.made.actor),
        note=asked.rfq.note,
        **wording_of("rfq", asked.vendor_id, site, language),
    )


def vendor_return(pk: int, language: str) -> VendorReturnShape:
    """What goes back to a vendor in one parcel, under its own part numbers where we know them, and why."""
    row = VendorReturn.objects.filter(pk=pk).select_related("vendor", "made__actor").first()
    if row is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    gone = went([row.made_id])[row.made_id]
    products = Product.objects.in_bulk({one.product for one in gone})
    prices = VendorPrice.objects.filter(organization=row.vendor, product__in=products)
    parts = dict(prices.values_list("product_id", "part_number"))
    heaps: dict[int, list[Went]] = {}
    for one in gone:
        heaps.setdefault(one.product, []).append(one)
    orders = PurchaseOrder.objects.filter(pk__in={one.order for one in gone if one.order}).order_by("pk")
    site = billing_site(row.vendor)
    return VendorReturnShape(
        company=company(),
        to=party(row.vendor, site),
        number=row.number,
        dated=row.made.effective_on,
        lines=tuple(
            LineRow(
                position=str(n),
                title=products[product].name,
                **_called(products[product], parts),
                quantity=quantity_of(products[product], sum(one.quantity for one in some)),
                serials=tuple(one.code for one in some if one.code),
            )
            for n, (product, some) in enumerate(heaps.items(), 1)
        ),
        orders=tuple(order.number for order in orders),
        customer_reference=", ".join(
            dict.fromkeys(order.external_number for order in orders if order.external_number)
        ),
        contact=person(row.made.actor),
        note=row.made.reason,
        **wording_of("vendor-return", row.vendor_id, site, language),
    )
