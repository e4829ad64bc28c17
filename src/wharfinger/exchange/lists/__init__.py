"""What leaves the house, in the columns in which it can come back; and the history that cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.exchange.columns import kind_of, told_besides
from wharfinger.exchange.lists import catalog, parties, stock, trade
from wharfinger.exchange.lists.parties import Ids, Rows
from wharfinger.exchange.rules.kinds import KINDS, Column, Kind

INVOICES = Kind(
    "invoices",
    N_("Invoices"),
    (
        Column("number", N_("Invoice")),
        Column("customer", N_("Customer")),
        Column("issued_on", N_("Issued on"), form="day"),
        Column("due_on", N_("Due on"), form="day"),
        Column("currency", N_("Currency")),
        Column("sku", N_("SKU")),
        Column("quantity", N_("Quantity"), form="figure"),
        Column("unit", N_("Unit")),
        Column("unit_price", N_("Unit price"), form="figure"),
        Column("discount", N_("Discount in percent"), form="figure"),
        Column("net", N_("Net"), form="figure"),
    ),
    ("number",),
    permission="billing.read",
)
HISTORY = {INVOICES.name: INVOICES}
"""What leaves and does not come in: posted documents stay where they were posted."""

ROWS: Mapping[str, Callable[[Ids], Rows]] = {
    "tax_codes": catalog.tax_codes,
    "rates": catalog.rates,
    "customer_groups": parties.customer_groups,
    "reasons": stock.reasons,
    "categories": catalog.categories,
    "organizations": parties.organizations,
    "contacts": parties.contacts,
    "sites": parties.sites,
    "products": catalog.products,
    "variants": catalog.variants,
    "units": catalog.units,
    "barcodes": catalog.barcodes,
    "components": catalog.components,
    "substitutes": catalog.substitutes,
    "vendor_prices": catalog.vendor_prices,
    "price_lists": catalog.price_lists,
    "locations": stock.locations,
    "levels": stock.levels,
    "devices": stock.devices,
    "quotes": trade.quotes,
    "orders": trade.orders,
    "purchase_orders": trade.purchase_orders,
    "invoices": trade.invoices,
}
LEAVING = (*(name for name in KINDS if name in ROWS or name == "stock"), *HISTORY)
"""The lists of a whole company, in the order in which they build on each other."""


def kind_leaving(actor: Actor, name: str) -> Kind:
    """A list that somebody may take out; raises NotThere for others, NotAllowed where the right lacks."""
    require(actor, "exchange.export")
    if name not in LEAVING:
        raise NotThere("no_such_list", N_("There is no such list."))
    kind = HISTORY.get(name) or kind_of(name)
    if kind.permission:
        require(actor, kind.permission)
    return kind


def leaving(actor: Actor) -> list[Kind]:
    """The lists that somebody may take out."""
    require(actor, "exchange.export")
    kinds = (HISTORY.get(name) or kind_of(name) for name in LEAVING)
    return [kind for kind in kinds if not kind.permission or actor.may(kind.permission)]


def rows_of(actor: Actor, name: str, ids: Ids = None) -> Rows:
    """The rows of a list: all of them, or of these nouns. Costs only for who may see them."""
    kind_leaving(actor, name)
    if name == "stock":
        return stock.stock(ids, costs=actor.may("catalog.see_cost"))
    return told_besides(name, ROWS[name], ids)
