"""Draft purchase orders, change them, submit them, cancel them, close them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.demand import queries as demand
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import Planner, post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.queries import needs, vendor_terms
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import amending, changing, confirming, drafting, levels, ordering, rising
from wharfinger.purchasing.rules.asking import By
from wharfinger.purchasing.rules.calling import SOURCES
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted


def draft(*, actor: Actor, wish: PurchaseWish, key: str | None = None) -> Written:
    """Make a purchase order by hand, for stock, for customers' lines, or both."""
    require(actor, "purchasing.order")
    wish = _tidy(wish)
    _costs_are_ones_own(actor, wish.lines, wish.freight_minor)
    _may_add_vendors(actor, wish)
    if not wish.lines:
        raise BadInput("no_lines", N_("A purchase order needs at least one line."), field="lines")
    return post(
        "draft",
        _drafting([one for line in wish.lines for one in line.wanted], wish.lines, wish),
        partial(drafting.plan_draft, wishes=(wish,)),
        actor=actor,
        key=key,
    )


def draft_from_lines(
    *, actor: Actor, wanted: Sequence[Wanted], wish: PurchaseWish | None = None, key: str | None = None
) -> Written:
    """Make one purchase order of these lines, for the vendor of the wish or their common default vendor.

    wish: the order's terms, without lines; vendor 0 stands for the default vendor.
    """
    require(actor, "purchasing.order")
    _needs_some(wanted)
    wish = _tidy(wish) if wish else None
    if wish:
        _costs_are_ones_own(actor, (), wish.freight_minor)
        _may_add_vendors(actor, wish)
    return post(
        "draft",
        _drafting(wanted, (), wish),
        partial(drafting.plan_from_lines, wanted=tuple(wanted), wish=wish),
        actor=actor,
        key=key,
    )


def draft_per_vendor(
    *,
    actor: Actor,
    wanted: Sequence[Wanted],
    by: By = "default",
    wish: PurchaseWish | None = None,
    key: str | None = None,
) -> Written:
    """Make a purchase order of these lines for each vendor of whom they are bought, all in one entry.

    by: of each product's default vendor, or of who asks least or is fastest for so many; wish: the terms of all.
    """
    require(actor, "purchasing.order")
    _needs_some(wanted)
    wish = _tidy(wish) if wish else None
    if wish:
        _costs_are_ones_own(actor, (), wish.freight_minor)
        _may_add_vendors(actor, wish)
    return post(
        "draft",
        _drafting(wanted, (), wish),
        partial(drafting.plan_per_vendor, wanted=tuple(wanted), by=by, wish=wish),
        actor=actor,
        key=key,
    )


def auto_fill(*, actor: Actor, key: str | None = None) -> Written:
    """Draft orders, one for each vendor, of what has fallen to its point and comes from a vendor."""
    require(actor, "purchasing.order")
    return post(
        "draft",
        Wish(
            first=_read_low,
            products=lambda truth: truth.read["low"],
            free=True,
            reads=(_read_low_products, reads.read_terms(), reads.read_drafted_on, needs.read_needs),
        ),
        levels.plan_auto_fill,
        actor=actor,
        key=key,
    )


def change_purchase(*, actor: Actor, order: int, change: PurchaseChange, key: str | None = None) -> Written:
    """Change the lines, terms and vendor of a draft; of a submitted order its dates and notes."""
    require(actor, "purchasing.order")
    return post(
        "change_purchase",
        _changing(actor, order, change),
        partial(changing.plan_change, order=order, change=change),
        actor=actor,
        key=key,
    )


def amend_purchase(*, actor: Actor, order: int, change: PurchaseChange, key: str | None = None) -> Written:
    """Change what a vendor was told: quantities, costs and dates of lines, or who it is; those who get fewer wait again.

    What somebody has to approve first is asked for instead, and nothing else is changed; ``make_change`` does it then.
    """
    require(actor, "purchasing.order")
    require(actor, "purchasing.submit")
    return post(
        "amend_purchase",
        _amending(actor, order, change),
        partial(amending.plan_amend, order=order, change=change),
        actor=actor,
        key=key,
    )


def confirm_purchase(
    *,
    actor: Actor,
    order: int,
    confirmation: str = "",
    lines: Sequence[Confirmed] = (),
    key: str | None = None,
) -> Written:
    """Write down that the vendor delivers, when, and what it asks: of lines that are not named as it was ordered.

    A cost that somebody has to approve first is asked for instead, with all that the vendor says; ``make_change``
    writes it down then.
    """
    require(actor, "purchasing.order")
    confirmation = tidy(confirmation, field="confirmation", most=60, needed=False)
    return post(
        "confirm_purchase",
        _confirming(actor, order, lines),
        partial(confirming.plan_confirm, order=order, confirmation=confirmation, lines=tuple(lines)),
        actor=actor,
        key=key,
    )


def make_change(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Make the change of an order that was asked for and is approved: as it was typed, of what is there now.

    Raises Refusal where none is, and whatever the change itself is refused for.
    """
    require(actor, "purchasing.order")
    asked = PurchaseOrder.objects.filter(pk=order).values_list("asked_change", flat=True).first()
    if asked is None:
        raise rising.nothing_to_make(_number_of(order), order)
    wish, act = _asked_for(actor, order, asked)
    return post(
        asked["verb"],
        wish,
        partial(rising.plan_make, order=order, asked=asked, act=act),
        actor=actor,
        key=key,
    )


def _asked_for(actor: Actor, order: int, asked: Mapping[str, Any]) -> tuple[Wish, Planner]:
    """What a change that was asked for needs to be made, and its plan; raises NotAllowed as making it at once does."""
    if asked["verb"] == "confirm_purchase":
        confirmation, lines = confirming.confirmation_of(asked["given"])
        return _confirming(actor, order, lines), partial(
            confirming.plan_confirm, order=order, confirmation=confirmation, lines=lines
        )
    require(actor, "purchasing.submit")
    change = changing.change_of(asked["given"])
    return _amending(actor, order, change), partial(amending.plan_amend, order=order, change=change)


def _number_of(order: int) -> str:
    number = (
        PurchaseOrder.objects.filter(pk=order, void__isnull=True).values_list("number", flat=True).first()
    )
    if number is None:
        raise NotThere("no_such_purchase_order", N_("There is no such purchase order."))
    return number


def _amending(actor: Actor, order: int, change: PurchaseChange) -> Wish:
    """What is read to change an order that the vendor has."""
    return replace(
        _changing(actor, order, change, reads.read_came, reads.read_approval),
        products=reads.purchase_products,
        loose=True,
    )


def _confirming(actor: Actor, order: int, lines: Sequence[Confirmed]) -> Wish:
    costs = tuple(LineChange(one.purchase_line, unit_cost_micro=one.unit_cost_micro) for one in lines)
    return _amending(actor, order, PurchaseChange(change=costs))


def _changing(actor: Actor, order: int, change: PurchaseChange, *also: reads.Read) -> Wish:
    _costs_are_ones_own(actor, (*change.add, *change.change), dict(change.values).get("freight_minor"))
    _may_add_vendors(actor, change)
    wanted = [line.wanted for line in change.add] + [line.wanted for line in change.change]
    asked = [one.line for some in wanted for one in some]
    more = [line.product for line in change.add if line.product is not None]
    vendors = [change.vendor] if change.vendor else []
    return Wish(
        documents=[(PurchaseOrder, [order]), *_to_be_sold(change, asked, more, order)],
        first=reads.also_lines(reads.read_orders(), asked),
        claims=demand.line_ids,
        places=reads.places,
        reads=(
            reads.read_products(*more),
            _read_terms_of_order(*vendors),
            reads.read_tax_codes(
                [one.tax_code for one in change.add] + [one.tax_code for one in change.change]
            ),
            reads.read_drafted_on,
            *also,
        ),
    )


def ask(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Ask for the approval that a draft needs; it waits under Purchase approval."""
    require(actor, "purchasing.order")
    return post(
        "ask_purchase",
        _of_order(order, reads.read_limits),
        partial(ordering.plan_ask, order=order),
        actor=actor,
        key=key,
    )


def submit(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Order the goods: the lines on it are On Order; nothing is sent to the vendor by this."""
    require(actor, "purchasing.submit")
    return post(
        "submit",
        _of_order(order, reads.read_limits, dated=True),
        partial(ordering.plan_submit, order=order),
        actor=actor,
        key=key,
    )


def send(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Submit a draft and mail it to the vendor, in one entry; an order that is submitted is mailed again."""
    require(actor, "purchasing.send")
    if not PurchaseOrder.objects.filter(pk=order, submitted_at__isnull=False).exists():
        require(actor, "purchasing.submit")
    return post(
        "send_purchase",
        _of_order(order, reads.read_limits, _read_vendor_mail, dated=True),
        partial(ordering.plan_send, order=order),
        actor=actor,
        key=key,
    )


def cancel(*, actor: Actor, order: int, reason: str = "", key: str | None = None) -> Written:
    """Cancel a purchase order of which nothing has arrived; its lines are to be ordered again."""
    require(actor, "purchasing.cancel")
    return post(
        "cancel_purchase",
        _of_order(order, reads.read_arrived),
        partial(ordering.plan_cancel, order=order),
        actor=actor,
        key=key,
        reason=reason,
    )


def close(
    *, actor: Actor, order: int, lines: Sequence[int] | None = None, reason: str = "", key: str | None = None
) -> Written:
    """Expect no more of a submitted order, or of some of its lines: what is short is to be ordered again."""
    require(actor, "purchasing.close")
    return post(
        "close_purchase",
        _of_order(order),
        partial(ordering.plan_close, order=order, lines=None if lines is None else tuple(lines)),
        actor=actor,
        key=key,
        reason=reason,
    )


def _of_order(order: int, *more: reads.Read, dated: bool = False) -> Wish:
    return Wish(
        documents=[(PurchaseOrder, [order])],
        first=reads.read_orders(dated=dated),
        products=reads.purchase_products,
        claims=demand.line_ids,
        places=reads.places,
        loose=True,
        reads=more,
    )


def _drafting(wanted: Sequence[Wanted], lines: Sequence[PurchaseLineWish], wish: PurchaseWish | None) -> Wish:
    asked = [one.line for one in wanted]
    if len(set(asked)) != len(asked):
        raise BadInput(
            "line_twice", N_("A line is named twice. Name it once, with its whole quantity."), field="lines"
        )
    if any(one.quantity is not None and one.quantity <= 0 for one in wanted):
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="lines")
    products = [line.product for line in lines if line.product is not None]
    vendors = [wish.vendor] if wish and wish.vendor else []
    sites = [wish.ship_to_site] if wish and wish.ship_to_site else []
    return Wish(
        documents=_to_be_sold(wish, asked, products),
        first=reads.read_lines(asked),
        claims=demand.line_ids,
        reads=(
            reads.read_products(*products),
            reads.read_terms(vendors=vendors, sites=sites, currency=wish.currency if wish else None),
            reads.read_tax_codes(line.tax_code for line in lines),
            reads.read_drafted_on,
        ),
    )


def _read_terms_of_order(*more: int) -> reads.Read:
    def read(truth: Truth) -> None:
        orders = truth.documents["purchasing.PurchaseOrder"].values()
        sites = [order.ship_to_site_id for order in orders if order.ship_to_site_id]
        reads.read_terms(vendors=[*more, *(order.vendor_id for order in orders)], sites=sites)(truth)

    return read


def _read_vendor_mail(truth: Truth) -> None:
    vendors = [order.vendor_id for order in truth.documents["purchasing.PurchaseOrder"].values()]
    found = Organization.objects.filter(pk__in=vendors).values_list("name", "email").first()
    truth.read["vendor_name"], own = found or ("", "")
    truth.read["vendor_mail"] = "".join(vendor_terms.orders_emails(vendors).values()) or own


def _read_low(truth: Truth) -> None:
    truth.read["lines"] = {}
    truth.read["low"] = sorted({level.product_id for level in needs.levels()})


def _read_low_products(truth: Truth) -> None:
    reads.read_products(*truth.read["low"])(truth)


def _tidy(wish: PurchaseWish) -> PurchaseWish:
    if wish.ship_to not in ("own", "organization", "other"):
        raise BadInput("bad_choice", N_("Choose own, organization or other."), field="ship_to")
    if wish.description_source and wish.description_source not in SOURCES:
        raise BadInput("bad_choice", N_("Choose product, quote or charge."), field="description_source")
    return replace(
        wish,
        number=tidy(wish.number, field="number", most=40) if wish.number else None,
        external_number=tidy(wish.external_number, field="external_number", most=60, needed=False),
        ship_to_text=tidy(wish.ship_to_text, field="ship_to_text", most=500, needed=wish.ship_to == "other"),
        shipping_method=tidy(wish.shipping_method, field="shipping_method", most=60, needed=False),
        memo=tidy(wish.memo, field="memo", most=1000, needed=False),
    )


def _costs_are_ones_own(
    actor: Actor, lines: Iterable[PurchaseLineWish | LineChange], freight_minor: int | None
) -> None:
    """Who may not see costs sets none: they come from the vendor's prices."""
    if freight_minor or any(line.unit_cost_micro is not None for line in lines):
        require(actor, "catalog.see_cost")


def _may_add_vendors(actor: Actor, wish: PurchaseWish | PurchaseChange) -> None:
    """Who lets an order's vendor be one of a product's vendors sets what it asks."""
    if wish.add_vendor:
        require(actor, "catalog.price")


def _to_be_sold(
    wish: PurchaseWish | PurchaseChange | None, lines: Sequence[int], products: Sequence[int], order: int = 0
) -> list[tuple[type[Product], sql.Found]]:
    """The products to lock where a vendor may be added to them, so that nobody adds the same one beside."""
    if wish is None or not wish.add_vendor:
        return []
    of = f"SELECT product_id FROM demand_line WHERE {sql.among('claim_id')} OR {sql.among('parent_id')}"
    on = "SELECT product_id FROM purchasing_purchaseline WHERE purchase_order_id = %s"
    asked = sql.array(sorted(lines))
    wanted = f"{sql.among('id')} OR id IN ({of}) OR id IN ({on})"
    return [(Product, sql.Found(wanted, (sql.array(sorted(products)), asked, asked, order)))]


def _needs_some(wanted: Sequence[Wanted]) -> None:
    if not wanted:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
