"""Pure decisions about installing: a unit at a customer becomes a device with a number and a warranty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.devices.rules import (
    DEVICE,
    WITH_CUSTOMER,
    Cover,
    Owner,
    Unit,
    already,
    identified,
    numbered,
    place_device,
    require_contact,
    sale_of,
    whole,
)
from wharfinger.devices.rules.warranty import cover_by
from wharfinger.fulfilment.rules import mention_lines
from wharfinger.ledger.plan import Held, LotRef, PlaceRef, Plan, Step, Truth, fixed, spot
from wharfinger.stock.rules import taken_from


@dataclass(frozen=True, slots=True)
class Installation:
    """Units to be installed: of a line, or goods that we never sold."""

    line: int | None = None
    quantity: int = 1
    serial: str = ""
    """Exactly this unit of the line; the number of a unit that we never sold."""
    product: int | None = None
    """Of goods that we never sold."""
    site: int | None = None
    """Where it stands; where its goods were delivered, unless given."""
    contact: int | None = None
    contract: int | None = None
    reference: str = ""
    own: Mapping[str, Any] | None = None
    """The values of own fields as somebody gives them; nobody is asked for any without it."""
    covered: bool = True
    """Whether it has a warranty at all."""
    covered_until: date | None = None
    """The last day of its warranty; as the policies say, unless given."""


def plan_install(truth: Truth, *, items: Sequence[Installation]) -> Plan:
    """Make devices of units at customers; warranty comes from the policies."""
    plan = Plan()
    for n, item in enumerate(items):
        if item.line is None:
            _foreign(plan, truth, item, n)
        else:
            _sold(plan, truth, item, n)
    mention_lines(plan, truth)
    return plan


def _sold(plan: Plan, truth: Truth, item: Installation, n: int) -> None:
    line = truth.read["lines"].get(item.line)
    if line is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=f"items.{n}.line")
    for held, units in _units(truth, line, item, n):
        at = _site(truth, line, held, item, n)
        require_contact(truth, line.organization_id, item.contact, item.contract)
        sale = sale_of(truth, held)
        sold_on, channel = (sale.sold_on, sale.channel) if sale else (None, "direct")
        cover = _cover(truth, item, n, line.product_id, sold_on=sold_on, channel=channel)
        owner = Owner(line.organization_id, at.pk, item.contact, item.contract, item.reference)
        for _ in range(units):
            unit = identified(plan, truth, held)
            target = held.spot.as_lot(unit.lot)
            if held.kind == "customer":
                target = target.at(PlaceRef(at.place_id, "customer"))
            if target != held.spot:
                plan.move(held.spot, target, 1)
            place_device(
                plan,
                truth,
                unit,
                owner,
                line=line.pk,
                sold_on=sale.sold_on if sale else None,
                cover=cover,
                own=item.own,
                at=f"items.{n}.own",
            )


def _units(truth: Truth, line: Any, item: Installation, n: int) -> list[tuple[Held, int]]:
    """The units of a line that are with the customer and no devices yet."""
    _goods(truth, line.product_id, f"items.{n}.line")
    whole(truth, line.product_id)
    held = truth.of_claim(line.pk, WITH_CUSTOMER)
    if item.serial:
        held = [h for h in held if same(h.code) == same(item.serial)]
        if not held:
            raise Refusal(
                "not_delivered_unit",
                N_("“{serial}” was not delivered by this line, or is not there any more. Check the number."),
                field=f"items.{n}.serial",
                serial=item.serial,
            )
    known = truth.read["devices"]
    installed = [known[h.lot] for h in held if h.lot in known and known[h.lot].removed_on is None]
    if item.serial and installed:
        raise already(installed[0])
    gone = {device.lot_id for device in installed}
    free = [h for h in held if h.lot not in gone]
    at_hand = sum(h.quantity for h in free)
    if at_hand < item.quantity:
        raise Refusal(
            "not_delivered",
            N_("{wanted} to install, but only {free} of this line are with the customer and no devices yet."),
            field=f"items.{n}.quantity",
            wanted=item.quantity,
            free=at_hand,
            product=line.product_id,
            line=line.pk,
        )
    return taken_from(free, item.quantity)


def _goods(truth: Truth, product: int, field: str) -> None:
    """Let goods pass; raises BadInput for a service, and for a kit, of which each component is one."""
    row = truth.read["products"][product]
    if row.kind in ("service", "kit"):
        raise BadInput(
            "no_goods",
            N_("{sku} is a service or a kit, and no device. Choose goods."),
            field=field,
            sku=row.sku,
        )


def _cover(
    truth: Truth, item: Installation, n: int, product: int, *, sold_on: date | None, channel: str
) -> Cover:
    """The warranty that somebody chose, else what the policies grant."""
    if not item.covered:
        return Cover()
    if item.covered_until is None:
        return cover_by(
            truth.read["policies"],
            truth.read["products"][product],
            channel=channel,
            sold_on=sold_on,
            installed_on=truth.effective_on,
        )
    start = sold_on or truth.effective_on
    if item.covered_until < start:
        raise BadInput(
            "ends_before_start",
            N_("The warranty would end before it starts. Choose a later date."),
            field=f"items.{n}.warranty_end_on",
        )
    return Cover(None, start, item.covered_until)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What is said of all devices that are made as they are delivered."""

    contact: int | None = None
    contract: int | None = None
    reference: str = ""


def delivered(plan: Plan) -> list[Step]:
    """The steps by which units with a serial number reach customers."""
    return [
        step
        for step in plan.steps
        if step.target.serial and step.target.kind == "customer" and step.source.kind != "customer"
    ]


def install_delivered(plan: Plan, truth: Truth, wish: AtOnce) -> None:
    """Let units with a serial number that a plan delivers be devices where they are delivered, with their warranty.

    What was installed on its way is one already. Raises Refusal where no unit that is delivered has a number.
    """
    steps = delivered(plan)
    if not steps:
        raise Refusal(
            "nothing_to_install",
            N_(
                "None of these goods has a serial number. Deliver them, and install what is to be a device "
                "on the page of the document."
            ),
            field="install",
        )
    locations = {h.place: h.location for h in (*truth.held, *truth.free)}
    sales, known = truth.read["sales"], truth.read["devices"]
    for step in steps:
        line, lot = truth.read["lines"][step.target.claim], step.target.lot
        if isinstance(lot, int) and lot in known and known[lot].removed_on is None:
            continue
        site = truth.read["site_at"][step.target.place]
        require_contact(truth, site.organization_id, wish.contact, wish.contract)
        sale = sales.get((line.pk, lot)) if step.source.kind in WITH_CUSTOMER else None
        assert isinstance(step.source.place, int)
        channel = truth.read["channels"].get(locations.get(step.source.place)) or "direct"
        sold_on = sale.sold_on if sale else truth.effective_on
        cover = cover_by(
            truth.read["policies"],
            truth.read["products"][line.product_id],
            channel=sale.channel if sale else channel,
            sold_on=sold_on,
            installed_on=truth.effective_on,
        )
        place_device(
            plan,
            truth,
            Unit(LotRef(lot, line.product_id, serial=True), DEVICE),
            Owner(site.organization_id, site.pk, wish.contact, wish.contract, wish.reference),
            line=line.pk,
            sold_on=sold_on,
            cover=cover,
        )


def install_provided(plan: Plan, truth: Truth) -> None:
    """Let units with a serial number that work sold be devices with their warranty; what is lent is none."""
    rows = {site.place_id: site for site in truth.read["sites"].values()}
    locations = {h.place: h.location for h in (*truth.held, *truth.free)}
    for step in plan.steps:
        if not handed_over(step):
            continue
        site = rows[step.target.place]
        assert isinstance(step.source.place, int)
        cover = cover_by(
            truth.read["policies"],
            truth.read["products"][step.target.product],
            channel=truth.read["channels"].get(locations.get(step.source.place)) or "direct",
            sold_on=truth.effective_on,
            installed_on=truth.effective_on,
        )
        place_device(
            plan,
            truth,
            Unit(LotRef(step.target.lot, step.target.product, serial=True), DEVICE),
            Owner(site.organization_id, site.pk),
            line=step.target.claim,
            sold_on=truth.effective_on,
            cover=cover,
        )


def handed_over(step: Step) -> bool:
    """Whether a step hands a unit with a serial number to a customer for good."""
    return step.target.serial and step.target.kind == "customer" and step.source.kind not in WITH_CUSTOMER


def _site(truth: Truth, line: Any, held: Held, item: Installation, n: int) -> Any:
    sites = truth.read["sites"]
    found = (
        sites.get(item.site)
        if item.site is not None
        else truth.read["site_at"].get(held.place) or sites.get(line.site_id)
    )
    if found is None or found.organization_id != line.organization_id:
        raise BadInput("no_such_site", N_("This organization has no such site."), field=f"items.{n}.site")
    return found


def _foreign(plan: Plan, truth: Truth, item: Installation, n: int) -> None:
    """Goods that we never sold come in from outside; nobody's line claims them, and no sale covers them."""
    site = truth.read["sites"].get(item.site)
    if item.product is None or item.product not in truth.read["products"]:
        raise BadInput("no_such_product", N_("There is no such product."), field=f"items.{n}.product")
    if site is None:
        raise BadInput("no_such_site", N_("There is no such site."), field=f"items.{n}.site")
    if item.serial and item.quantity != 1:
        raise BadInput(
            "one_serial_one_unit",
            N_("A serial number names one unit. Give the quantity 1."),
            field=f"items.{n}.quantity",
        )
    _goods(truth, item.product, f"items.{n}.product")
    require_contact(truth, site.organization_id, item.contact, item.contract)
    cover = _cover(truth, item, n, item.product, sold_on=None, channel="direct")
    owner = Owner(site.organization_id, site.pk, item.contact, item.contract, item.reference)
    for _ in range(item.quantity):
        unit = foreign_unit(plan, truth, item.product, item.serial, f"items.{n}.serial")
        at = spot(unit.lot, PlaceRef(site.place_id, "customer"), 0)
        plan.move(at.at(fixed("outside")), at, 1)
        place_device(
            plan,
            truth,
            unit,
            owner,
            line=None,
            sold_on=None,
            cover=cover,
            own=item.own,
            at=f"items.{n}.own",
        )


def foreign_unit(plan: Plan, truth: Truth, product: int, serial: str, field: str) -> Unit:
    """A unit that we never had: under its serial number, or under the device's own where it has none."""
    if not serial:
        return numbered(plan, truth, product)
    known = truth.read["lots"].get((product, same(serial)))
    if known is None:
        code = tidy(serial, field=field, most=100)
        made = plan.create("ledger.Lot", product_id=product, serial=True, code=code, code_key=same(code))
        return Unit(LotRef(made, product, serial=True), DEVICE)
    if known.stands:
        raise Refusal(
            "serial_elsewhere",
            N_("“{serial}” stands somewhere else already. A serial stands in one place only."),
            field=field,
            serial=known.code,
        )
    return Unit(LotRef(known.id, product, serial=True), DEVICE)
