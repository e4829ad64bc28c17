"""Pure decisions about locations and their bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, day, one_of, or_nothing, text, whole, yes_or_no
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Id, Plan, Truth

Values = Mapping[str, Any]

_ID = whole(1, 2**63 - 1)
LOCATION: dict[str, Check] = {
    "name": text(50, needed=True),
    "kind": one_of("warehouse", "person", "returns", "virtual"),
    "channel": one_of("direct", "indirect", "rental"),
    "default": yes_or_no,
    "person": or_nothing(_ID),
    "returns_location": or_nothing(_ID),
    "retired_on": or_nothing(day),
}
BIN: dict[str, Check] = {
    "name": text(40, needed=True),
    "sequence": whole(0, 1_000_000),
    "capacity": or_nothing(whole(1, 1_000_000_000)),
    "retired_on": or_nothing(day),
}
BIN_CHANGE: dict[str, Check] = {**BIN, "default": yes_or_no}
COLUMNS = {"person": "person_id", "returns_location": "returns_location_id"}
FIRST_BIN = "Main"
"""What the default bin is called where no bins are named."""


def plan_location(truth: Truth, *, values: Values, bins: Sequence[Values]) -> Plan:
    """Add a location with its places and bins; the first bin is its default, the first location ours."""
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    known = truth.documents["stock.Location"]
    born = {
        "kind": "warehouse",
        "channel": "direct",
        "default": not known,
        "person": None,
        "returns_location": None,
        "retired_on": None,
    }
    full = {**born, **values}
    _fits(truth, full, None)
    plan = Plan()
    if full["default"]:
        _no_other_default(plan, known, None)
    place = plan.place("location")
    made = plan.create(
        "stock.Location",
        place_id=place.id,
        picked_place_id=plan.place("picked", parent=place.id).id,
        quarantine_place_id=plan.place("quarantine", parent=place.id).id,
        **_columns(full),
    )
    for n, one in enumerate(bins or ({"name": FIRST_BIN},)):
        _bin(plan, made, place.id, one, n, default=n == 0)
    plan.mention(("location", made))
    return plan


def _bin(plan: Plan, location: Id, place: Id, values: Values, n: int, *, default: bool) -> None:
    stands = plan.place("bin", parent=place, sequence=values.get("sequence", n + 1))
    made = plan.create(
        "stock.Bin",
        location_id=location,
        name=values["name"],
        default=default,
        place_id=stands.id,
        capacity=values.get("capacity"),
        retired_on=None,
    )
    plan.mention(("bin", made))


def plan_location_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a location; it can be retired only once nothing stands there and it is not the default."""
    known = truth.documents["stock.Location"]
    row = known.get(pk)
    if row is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    if values.get("default") is False and row.default:
        raise Refusal(
            "default_needed",
            N_("One must be the default. Make another the default instead."),
            field="default",
        )
    full = {name: getattr(row, COLUMNS.get(name, name)) for name in LOCATION} | dict(values)
    _fits(truth, full, pk)
    if values.get("retired_on") is not None and truth.read["standing"]:
        raise Refusal(
            "not_empty", N_("Goods still stand here. Move them elsewhere first."), field="retired_on"
        )
    plan = Plan()
    if full["default"] and not row.default:
        _no_other_default(plan, known, pk)
    plan.change(row, **_columns(values))
    plan.mention(row)
    return plan


def _fits(truth: Truth, full: Values, but: int | None) -> None:
    known = truth.documents["stock.Location"]
    if any(one.name == full["name"] and one.pk != but for one in known.values()):
        raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")
    if full["default"] and (full["kind"] == "person" or full["retired_on"] is not None):
        raise BadInput(
            "no_default",
            N_("A person's custody or a retired location cannot be the default. Choose another."),
            field="default",
        )
    if full["kind"] == "person" and full["person"] is None:
        raise BadInput("missing", N_("Please fill this in."), field="person")
    if full["person"] is not None and not truth.read["person_is_there"]:
        raise BadInput("no_such_user", N_("There is no such user."), field="person")
    if full["returns_location"] is not None and full["returns_location"] not in known:
        raise BadInput("no_such_location", N_("There is no such location."), field="returns_location")


def _no_other_default(plan: Plan, known: Mapping[int, Any], but: int | None) -> None:
    for one in known.values():
        if one.default and one.pk != but:
            plan.change(one, default=False)


def _columns(values: Values) -> dict[str, Any]:
    return {COLUMNS.get(name, name): value for name, value in values.items()}


def plan_bin(truth: Truth, *, location: int, values: Values) -> Plan:
    """Add a bin to a location."""
    row = truth.documents["stock.Location"].get(location)
    if row is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=location)
    bins = truth.read["bins"]
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    _name_is_free(bins, values["name"], None)
    plan = Plan()
    _bin(plan, row.pk, row.place_id, values, len(bins), default=not bins)
    plan.mention(row)
    return plan


def plan_bin_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Rename a bin, give it another turn in the walk, make it the default, or retire it once it is empty."""
    row = truth.documents["stock.Bin"].get(pk)
    if row is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    if "name" in values:
        _name_is_free(truth.read["bins"], values["name"], pk)
    retired_on = values.get("retired_on", row.retired_on)
    if row.default and values.get("default") is False:
        raise Refusal(
            "default_needed",
            N_("One must be the default. Make another the default instead."),
            field="default",
        )
    if values.get("default") and retired_on is not None:
        raise BadInput(
            "no_default",
            N_("A retired bin cannot be the default. Choose another."),
            field="default",
        )
    if values.get("retired_on") is not None:
        if row.default:
            raise Refusal(
                "default_needed",
                N_("The default bin of a location stays. Make another bin the default first."),
                field="retired_on",
            )
        if truth.read["standing"]:
            raise Refusal(
                "not_empty", N_("Goods still stand here. Move them elsewhere first."), field="retired_on"
            )
    plan = Plan()
    if values.get("default") and not row.default:
        for one in truth.read["bins"]:
            if one.default:
                plan.change(one, default=False)
                plan.mention(one)
    place = truth.documents["ledger.Place"][row.place_id]
    plan.change(row, **{name: value for name, value in values.items() if name != "sequence"})
    if "sequence" in values:
        plan.change(place, sequence=values["sequence"])
    plan.mention(row, ("location", row.location_id))
    return plan


def _name_is_free(bins: Sequence[Any], name: str, but: int | None) -> None:
    if any(one.name == name and one.pk != but for one in bins):
        raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")
