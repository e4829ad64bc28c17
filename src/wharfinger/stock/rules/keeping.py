"""Pure decisions about how many of a product are kept at a location."""

from __future__ import annotations

from dataclasses import dataclass

from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Plan, Truth


@dataclass(frozen=True, slots=True)
class Keep:
    """How many of a product are kept at a location, and where more of it comes from; in its smallest unit."""

    minimum: int
    maximum: int
    reorder_point: int | None = None
    """At how many more is got; at the minimum where nothing is said."""
    reorder_quantity: int = 0
    """How many are got at a time; up to the maximum where it is nought."""
    vendor: int | None = None
    source: int | None = None
    """The location from which it is transferred."""
    built: bool = False
    """Whether it is built there, of its components."""
    bin: int | None = None
    """The bin in which it belongs there."""


def plan_level(truth: Truth, *, product: int, location: int, keep: Keep) -> Plan:
    """Keep a product between two quantities at a location; nothing and nothing is no longer."""
    if not truth.read["location_is_there"]:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    if keep.maximum < keep.minimum:
        raise BadInput(
            "maximum_below_minimum",
            N_("The maximum cannot be less than the minimum. Give a larger maximum."),
            field="maximum",
        )
    if keep.reorder_point is not None and keep.maximum and keep.reorder_point >= keep.maximum:
        raise BadInput(
            "point_above_maximum",
            N_("More is got before the maximum is reached. Give a smaller reorder point."),
            field="reorder_point",
        )
    if keep.vendor is not None and keep.source is not None:
        raise BadInput(
            "two_sources",
            N_("It comes from a vendor or from another location. Choose one."),
            field="source",
        )
    if keep.built and (keep.vendor is not None or keep.source is not None):
        raise BadInput(
            "two_sources",
            N_("It is built here, or comes from elsewhere. Choose one."),
            field="source",
        )
    if keep.built and not truth.read["is_built"]:
        raise BadInput(
            "not_built",
            N_("It has no components of which it could be built. Say first what goes into it."),
            field="source",
        )
    if keep.bin is not None and not truth.read["bin_is_there"]:
        raise BadInput("no_such_bin", N_("The location has no such bin."), field="bin")
    if keep.vendor is not None and not truth.read["vendor_is_there"]:
        raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
    if keep.source is not None and (keep.source == location or not truth.read["source_is_there"]):
        raise BadInput("no_such_source", N_("Choose another location from which it comes."), field="source")
    plan = Plan()
    values = {
        "minimum": keep.minimum,
        "maximum": keep.maximum,
        "reorder_point": keep.reorder_point,
        "reorder_quantity": keep.reorder_quantity,
        "vendor_id": keep.vendor,
        "source_id": keep.source,
        "built": keep.built,
        "bin_id": keep.bin,
    }
    known = truth.read["level"]
    if known is None:
        plan.create("stock.Level", product_id=product, location_id=location, **values)
    else:
        plan.change(known, **values)
    plan.mention(("product", product), ("location", location))
    return plan
