"""The slip that goes to a vendor with faulty units."""

from __future__ import annotations

from wharfinger.base.refusal import N_, NotThere
from wharfinger.catalog.models import VendorPrice
from wharfinger.documents.queries.lines import quantity_of
from wharfinger.documents.queries.parties import billing_site, company, party, person
from wharfinger.documents.queries.wording import wording_of
from wharfinger.documents.shapes import LineRow
from wharfinger.documents.shapes import VendorReturn as VendorReturnShape
from wharfinger.documents.words import words
from wharfinger.returns.models import VendorClaim, VendorClaimLine


def vendor_claim(pk: int, language: str) -> VendorReturnShape:
    """What a vendor is asked about, under its own part numbers where we know them, and what is wrong with it."""
    row = VendorClaim.objects.filter(pk=pk).select_related("vendor", "made__actor").first()
    if row is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    lines = list(
        VendorClaimLine.objects.filter(vendor_claim=pk, void__isnull=True)
        .select_related("product", "lot")
        .order_by("position")
    )
    products = {line.product_id: line.product for line in lines}
    prices = VendorPrice.objects.filter(organization=row.vendor, product__in=products)
    parts = dict(prices.values_list("product_id", "part_number"))
    heaps: dict[int, list[VendorClaimLine]] = {}
    for line in lines:
        heaps.setdefault(line.product_id, []).append(line)
    site = billing_site(row.vendor)
    told = words(language)
    wording = wording_of("vendor-claim", row.vendor_id, site, language)
    wording["opening"] = wording.get("opening") or str(told["vendor_claim_greeting"]).format(
        number=row.number
    )
    wording["closing"] = wording.get("closing") or str(told[f"claim_{row.expected}"])
    return VendorReturnShape(
        company=company(),
        to=party(row.vendor, site),
        number=row.number,
        dated=row.made.effective_on,
        lines=tuple(
            LineRow(
                position=str(n),
                title=products[product].name,
                sku=products[product].sku,
                part=parts.get(product, ""),
                quantity=quantity_of(products[product], sum(one.quantity for one in some)),
                serials=tuple(one.lot.code for one in some if one.lot),
            )
            for n, (product, some) in enumerate(heaps.items(), 1)
        ),
        customer_reference=row.reference,
        contact=person(row.made.actor),
        note=row.reason,
        **wording,
    )
