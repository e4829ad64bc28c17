"""Pure decisions about doubles of organizations: everything that names the one names the other from now on."""

from __future__ import annotations

from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.flows.rules.merged_terms import fill
from wharfinger.ledger.plan import LotRef, Plan, Truth, fixed
from wharfinger.parties.rules import row_of

FILLED = ("tax_number", "email", "phone", "reference", "customer_group_id", "tax_code_id")
"""What the one that stays takes over where it has nothing of its own."""


def plan_merge_organizations(truth: Truth, *, organization: int, into: int) -> Plan:
    """Let an organization go on as another: contacts, sites, documents, devices, money, and goods that we keep.

    The papers that were issued are kept as they were printed; what they say is not written anew.
    """
    old, new = _pair(truth, organization, into)
    plan = Plan()
    for label, column in truth.read["naming"]:
        for row in truth.documents[label].values():
            if getattr(row, column) == organization:
                plan.change(row, **{column: into})
    _vendor_prices(plan, truth, organization, into)
    _vendor_terms(plan, truth, organization, into)
    _kept_goods(plan, truth, into)
    plan.change(new, customer=new.customer or old.customer, vendor=new.vendor or old.vendor)
    fill(plan, old, new, FILLED)
    for other in truth.documents["parties.Organization"].values():
        if other.merged_into_id == organization:
            plan.change(other, merged_into_id=into)
    plan.change(old, retired_on=old.retired_on or truth.today, merged_into_id=into)
    plan.mention(("organization", organization), ("organization", into))
    return plan


def _pair(truth: Truth, organization: int, into: int) -> tuple[Any, Any]:
    old = row_of(truth, "parties.Organization", organization)
    new = row_of(truth, "parties.Organization", into)
    if organization == into:
        raise BadInput("merges_itself", N_("Choose another organization."), field="into")
    if new.retired_on is not None:
        raise Refusal(
            "merges_into_retired", N_("{name} is retired. Choose another."), field="into", name=new.name
        )
    if old.merged_into_id not in (None, into):
        raise Refusal(
            "merged_elsewhere",
            N_("{name} is merged into another organization already. Undo that first."),
            field="organization",
            name=old.name,
        )
    return old, new


def _vendor_prices(plan: Plan, truth: Truth, organization: int, into: int) -> None:
    """What they ask follows, product by product, where the one that stays asks nothing yet; in their own currency."""
    rows = [one for one in truth.documents["catalog.VendorPrice"].values() if one.void_id is None]
    own = {one.product_id: one for one in rows if one.organization_id == into}
    old, new = (truth.documents["parties.Organization"][pk] for pk in (organization, into))
    for price in rows:
        if price.organization_id != organization:
            continue
        known = own.get(price.product_id)
        if known is None:
            own_currency = price.currency or (old.currency if old.currency != new.currency else "")
            plan.change(price, organization_id=into, currency=own_currency)
            continue
        plan.change(known, part_number=known.part_number or price.part_number)
        if price.default:
            plan.change(price, default=False)
            plan.change(known, default=True)


def _vendor_terms(plan: Plan, truth: Truth, organization: int, into: int) -> None:
    """What is agreed with the one holds for the other, where nothing is agreed with that yet."""
    rows = [one for one in truth.documents["purchasing.VendorTerms"].values() if one.void_id is None]
    if not any(one.organization_id == into for one in rows):
        for one in rows:
            plan.change(one, organization_id=into)


def _kept_goods(plan: Plan, truth: Truth, into: int) -> None:
    """Goods that we keep for them are the other's; of what both have, the one heap goes to the other."""
    for lot in truth.documents["ledger.Lot"].values():
        if (lot.product_id, lot.code_key) not in truth.read["twins"]:
            plan.change(lot, owner_id=into)
    for held in truth.read["shelved"]:
        lot = truth.documents["ledger.Lot"][held.lot]
        twin = truth.read["twins"].get((lot.product_id, lot.code_key))
        if twin is not None:
            there = held.spot.as_lot(LotRef(twin, lot.product_id, lot.serial, owned=False))
            plan.move(held.spot, held.spot.at(fixed("assembly")), held.quantity)
            plan.move(there.at(fixed("assembly")), there, held.quantity)
