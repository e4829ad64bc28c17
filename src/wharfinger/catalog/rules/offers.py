"""Pure decisions about what vendors ask: packs, minimums, price breaks, prices to come, and what they have in stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.fields import Check, currency, day, or_nothing, price, text, whole, yes_or_no
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain, quantity, scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Id, Plan, Truth

Values = Mapping[str, Any]


def _amount(value: Any, field: str) -> str | None:
    """A quantity as text; what it is in the product's smallest unit is known once the product is."""
    return None if value is None or value == "" else str(text(40)(value, field))


def _currency(value: Any, field: str) -> str:
    return currency(value, field) if value else ""


def _breaks(value: Any, field: str) -> list[tuple[str, int]]:
    found = []
    for n, one in enumerate(value):
        at = f"{field}.{n}"
        above = _amount(one.get("from_quantity"), f"{at}.from_quantity")
        if above is None:
            raise BadInput("missing", N_("Please fill this in."), field=f"{at}.from_quantity")
        found.append((above, price(one.get("cost"), f"{at}.cost")))
    return found


VENDOR: dict[str, Check] = {
    "organization": whole(1, 2**63 - 1),
    "cost": price,
    "part_number": text(60),
    "default": yes_or_no,
    "lead_time_days": whole(0, 3650),
    "warranty_months": whole(0, 600),
    "currency": _currency,
    "pack_quantity": _amount,
    "minimum_quantity": _amount,
    "valid_from": or_nothing(day),
    "stock": _amount,
    "stock_on": or_nothing(day),
    "breaks": _breaks,
}
COLUMNS = {"cost": "cost_micro", "organization": "organization_id"}
AMOUNTS = ("pack_quantity", "minimum_quantity", "stock")
BORN = {
    "cost_micro": 0,
    "part_number": "",
    "default": False,
    "lead_time_days": 0,
    "warranty_months": 0,
    "currency": "",
    "pack_quantity": None,
    "minimum_quantity": None,
    "valid_from": None,
    "stock": None,
    "stock_on": None,
}


class Step(NamedTuple):
    """A price from a quantity on, in the product's smallest unit."""

    from_quantity: int
    cost_micro: int


def cost_at(base: int, steps: Iterable[Step], units: int) -> int:
    """What one unit costs of so many: the price of the highest step that they reach, else the base price."""
    reached = [step for step in steps if step.from_quantity <= units]
    return max(reached).cost_micro if reached else base


def to_order(units: int, pack: int | None, minimum: int | None) -> int:
    """How many are ordered of a vendor who sells whole packs and no fewer than a minimum."""
    wanted = max(units, minimum or 0)
    return -(-wanted // pack) * pack if pack else wanted


class Asked(NamedTuple):
    """What a vendor asks for a product now."""

    cost_micro: int
    currency: str
    steps: tuple[Step, ...] = ()
    pack: int | None = None
    minimum: int | None = None

    def at(self, units: int) -> int:
        """What one unit costs of so many."""
        return cost_at(self.cost_micro, self.steps, units)

    def filled(self, units: int) -> int:
        """So many, or as many more as are ordered of them at least: whole packs, no fewer than the minimum."""
        return to_order(units, self.pack, self.minimum)


def kept(one: Values, decimals: int, at: str) -> dict[str, Any]:
    """What of an offer its row keeps, by column; its breaks are rows of their own."""
    found: dict[str, Any] = {}
    for name, value in one.items():
        if name == "breaks":
            continue
        read = scaled if name == "stock" else quantity
        figure = name in AMOUNTS and value is not None
        found[COLUMNS.get(name, name)] = read(value, decimals, field=f"{at}{name}") if figure else value
    return found


def steps_of(one: Values, decimals: int, at: str) -> list[Step] | None:
    """The price breaks that an offer names, lowest first; nothing where it names none."""
    if "breaks" not in one:
        return None
    found: dict[int, int] = {}
    for n, (above, cost) in enumerate(one["breaks"]):
        field = f"{at}breaks.{n}.from_quantity"
        units = quantity(above, decimals, field=field)
        if units in found:
            raise BadInput("named_twice", N_("This stands here twice. Leave one out."), field=field)
        found[units] = cost
    return [Step(*step) for step in sorted(found.items())]


def differences(
    row: Any, steps_then: Mapping[date | None, Sequence[Step]], one: Values, decimals: int, today: date
) -> list[tuple[str, str, str]]:
    """What an offer says otherwise than what is kept of it: each field with its former and its new value.

    steps_then: the breaks that are kept, by the day to come from which they hold, those in force under None.
    """
    new, steps = kept(one, decimals, ""), steps_of(one, decimals, "")
    since = new.get("valid_from")
    later = since is not None and since > today
    then = steps_then.get(since if later else None, ())
    if later and Step(0, new.get("cost_micro", -1)) in then:
        del new["cost_micro"]
    names = {column: name for name, column in COLUMNS.items()}
    found = []
    for column, value in new.items():
        old = getattr(row, column) if row is not None else BORN.get(column)
        if column not in ("organization_id", "valid_from") and old != value:
            found.append(
                (names.get(column, column), _told(column, old, decimals), _told(column, value, decimals))
            )
    before = sorted(step for step in then if step.from_quantity)
    if steps is not None and steps != before:
        found.append(("breaks", _steps_told(before, decimals), _steps_told(steps, decimals)))
    if found and since is not None and (row is None or row.valid_from != since):
        found.append(("valid_from", _told("", row and row.valid_from, 0), since.isoformat()))
    return found


def _told(column: str, value: Any, decimals: int) -> str:
    if value is None:
        return ""
    if column == "cost_micro":
        return plain(value, MICRO)
    return plain(value, decimals) if column in AMOUNTS else str(value)


def _steps_told(steps: Iterable[Step], decimals: int) -> str:
    return ", ".join(
        f"{plain(step.from_quantity, decimals)} = {plain(step.cost_micro, MICRO)}" for step in steps
    )


def lay_offers(
    plan: Plan,
    truth: Truth,
    product: Id,
    vendors: Sequence[Values],
    *,
    known: Mapping[int, Any],
    breaks: Mapping[int, Any],
    decimals: int,
) -> None:
    """Set what each of these vendors asks; the other vendors stay. The first is the default where none is."""
    by_vendor = {price.organization_id: price for price in known.values()}
    seen: set[int] = set()
    chosen = [n for n, one in enumerate(vendors) if one.get("default")]
    if len(chosen) > 1:
        raise BadInput(
            "one_default", N_("Only one can be the default."), field=f"vendors.{chosen[1]}.default"
        )
    if chosen:
        for price in known.values():
            if price.default and price.organization_id != vendors[chosen[0]]["organization"]:
                plan.change(price, default=False)
    elif vendors and not any(price.default for price in known.values()):
        vendors = [{**vendors[0], "default": True}, *vendors[1:]]
    for n, one in enumerate(vendors):
        vendor = one["organization"]
        if vendor in seen or vendor not in truth.read["vendors"]:
            raise BadInput(
                "no_such_vendor",
                N_("There is no such vendor, or it is named twice."),
                field=f"vendors.{n}.organization",
            )
        seen.add(vendor)
        lay(plan, truth, product, one, by_vendor.get(vendor), breaks, decimals=decimals, at=f"vendors.{n}.")


def lay(
    plan: Plan,
    truth: Truth,
    product: Id,
    one: Values,
    row: Any,
    breaks: Mapping[int, Any],
    *,
    decimals: int,
    at: str,
) -> None:
    """Set what one vendor asks for a product; a price that is valid later comes into force on its day."""
    new, steps = kept(one, decimals, at), steps_of(one, decimals, at)
    if row is None:
        made = plan.create("catalog.VendorPrice", product_id=product, **{**BORN, **new})
        _lay_steps(plan, truth, made, steps or [], {}, None)
        return
    of = {pk: found for pk, found in breaks.items() if found.price_id == row.pk and _live(found)}
    since = new.get("valid_from")
    if since is not None and since > truth.today:
        coming = {pk: found for pk, found in of.items() if found.valid_from == since}
        base = [Step(0, new.pop("cost_micro"))] if "cost_micro" in new else []
        del new["valid_from"]
        _lay_steps(plan, truth, row.pk, [*base, *(steps or [])], coming, since)
    elif steps is not None:
        current = {pk: found for pk, found in of.items() if found.valid_from is None}
        _lay_steps(plan, truth, row.pk, steps, current, None)
    plan.change(row, **new)


def _live(found: Any) -> bool:
    return found.retired_on is None and found.void_id is None


def _lay_steps(
    plan: Plan, truth: Truth, price: Id, steps: Sequence[Step], rows: Mapping[int, Any], since: date | None
) -> None:
    there = {row.from_quantity: row for row in rows.values()}
    for step in steps:
        if step.from_quantity in there:
            plan.change(there[step.from_quantity], cost_micro=step.cost_micro)
        else:
            plan.create(
                "catalog.PriceBreak",
                price_id=price,
                from_quantity=step.from_quantity,
                cost_micro=step.cost_micro,
                valid_from=since,
                retired_on=None,
            )
    wanted = {step.from_quantity for step in steps}
    for units, row in there.items():
        if units not in wanted:
            plan.change(row, retired_on=truth.today)


def plan_offers(truth: Truth, *, vendor: int, offers: Sequence[Values]) -> Plan:
    """Take over what a vendor asks for many products; the others that they sell stay as they are."""
    plan = Plan()
    if vendor not in truth.read["vendors"]:
        raise BadInput(
            "no_such_vendor", N_("There is no such vendor, or it is named twice."), field="organization"
        )
    products = truth.documents["catalog.Product"]
    of: dict[int, dict[int, Any]] = {}
    for row in truth.documents["catalog.VendorPrice"].values():
        of.setdefault(row.product_id, {})[row.organization_id] = row
    for n, one in enumerate(offers):
        at, pk = f"offers.{n}.", one["product"]
        if pk not in products:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"{at}product")
        rows, given = of.get(pk, {}), {name: value for name, value in one.items() if name != "product"}
        given["organization"] = vendor
        if given.get("default") or not any(row.default for row in rows.values()):
            given["default"] = True
            for row in rows.values():
                if row.default and row.organization_id != vendor:
                    plan.change(row, default=False)
        elif "default" in given and vendor in rows and rows[vendor].default:
            del given["default"]
        breaks = truth.documents["catalog.PriceBreak"]
        decimals = products[pk].quantity_decimals
        lay(plan, truth, pk, given, rows.get(vendor), breaks, decimals=decimals, at=at)
        plan.mention(products[pk])
    return plan


def plan_in_force(truth: Truth) -> Plan:
    """Let prices that were announced come into force, each price with its latest list that is due."""
    plan = Plan()
    by_price: dict[int, list[Any]] = {}
    for row in truth.documents["catalog.PriceBreak"].values():
        if _live(row):
            by_price.setdefault(row.price_id, []).append(row)
    for pk, rows in sorted(by_price.items()):
        due = [row.valid_from for row in rows if row.valid_from is not None and row.valid_from <= truth.today]
        price = truth.documents["catalog.VendorPrice"].get(pk)
        if not due or price is None:
            continue
        latest = max(due)
        for row in rows:
            if row.valid_from == latest and row.from_quantity:
                plan.change(row, valid_from=None)
            elif row.valid_from == latest:
                plan.change(price, cost_micro=row.cost_micro)
                plan.change(row, retired_on=truth.today)
            elif row.valid_from is None or row.valid_from < latest:
                plan.change(row, retired_on=truth.today)
        plan.change(price, valid_from=latest)
        plan.mention(("product", price.product_id))
    return plan
