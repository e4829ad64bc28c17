"""Order once more what was ordered before."""

from __future__ import annotations

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.taxing import NO_TAX


def buy_again(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Draft the same goods once more of the same vendor, all for stock, on the same terms and without days.

    What the vendor's prices said is asked anew; a cost that was typed stays, for who may see costs. Freight is another
    each time, and what went to a customer comes to us.
    """
    require(actor, "purchasing.order")
    row = PurchaseOrder.objects.filter(pk=order, void__isnull=True).first()
    if row is None:
        raise NotThere("no_such_purchase_order", N_("There is no such purchase order."))
    lines = PurchaseLine.objects.filter(purchase_order=order, void__isnull=True, removed_at__isnull=True)
    costs, elsewhere = actor.may("catalog.see_cost"), row.ship_to == "other"
    wish = PurchaseWish(
        row.vendor_id,
        tuple(_same(line, costs=costs) for line in lines.order_by("position", "pk")),
        currency=row.currency,
        ship_to="other" if elsewhere else "own",
        ship_to_text=row.ship_to_text if elsewhere else "",
        shipping_method=row.shipping_method,
        terms_days=row.terms_days,
        description_source=row.description_source,
        memo=row.memo,
    )
    return draft(actor=actor, wish=wish, key=key)


def _same(line: PurchaseLine, *, costs: bool) -> PurchaseLineWish:
    return PurchaseLineWish(
        line.product_id,
        line.quantity,
        unit_cost_micro=line.unit_cost_micro if line.cost_typed and costs else None,
        location=line.location_id,
        description=line.description,
        unit=line.unit,
        per=line.per,
        tax_code=line.tax_code_id or NO_TAX,
    )
