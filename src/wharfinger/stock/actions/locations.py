"""The verbs of locations and their bins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Place
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.queries.locations import anything_at
from wharfinger.stock.rules import locations as rules

Values = Mapping[str, Any]


def add_location(
    *, actor: Actor, values: Values, bins: Sequence[Values] = (), key: str | None = None
) -> Written:
    """Add a warehouse, a van, a person's custody or a place for returns, with its bins."""
    require(actor, "stock.location")
    clean = checked(rules.LOCATION, values)
    named = [_bin(one, f"bins.{n}") for n, one in enumerate(bins)]
    names = [one["name"] for one in named]
    if len(set(names)) < len(names):
        raise BadInput("name_taken", N_("This name is taken. Choose another."), field="bins")
    wish = Wish(documents=[(Location, _every())], reads=(_read_person(clean),))
    return post("add", wish, partial(rules.plan_location, values=clean, bins=named), actor=actor, key=key)


def change_location(*, actor: Actor, location: int, values: Values, key: str | None = None) -> Written:
    """Change a location; a date in ``retired_on`` retires it once it is empty."""
    require(actor, "stock.location")
    clean = checked(rules.LOCATION, values)
    place = Location.objects.filter(pk=location).values_list("place_id", flat=True).first()
    wish = Wish(
        documents=[(Location, _every())], reads=(_read_person(clean, of=location), _read_standing(place))
    )
    return post(
        "change", wish, partial(rules.plan_location_change, pk=location, values=clean), actor=actor, key=key
    )


def add_bin(*, actor: Actor, location: int, values: Values, key: str | None = None) -> Written:
    """Add a bin to a location."""
    require(actor, "stock.location")
    wish = Wish(documents=[(Location, [location])], reads=(_read_bins(location),))
    return post(
        "add",
        wish,
        partial(rules.plan_bin, location=location, values=checked(rules.BIN, values)),
        actor=actor,
        key=key,
    )


def change_bin(*, actor: Actor, bin: int, values: Values, key: str | None = None) -> Written:
    """Rename a bin, give it another turn in the walk, make it the default, or retire it once it is empty."""
    require(actor, "stock.location")
    clean = checked(rules.BIN_CHANGE, values)
    row = Bin.objects.filter(pk=bin).first()
    location, place = (row.location_id, row.place_id) if row else (0, 0)
    wish = Wish(
        documents=[(Location, [location]), (Bin, [bin]), (Place, [place])],
        reads=(_read_bins(location), _read_standing(place)),
    )
    return post("change", wish, partial(rules.plan_bin_change, pk=bin, values=clean), actor=actor, key=key)


def _bin(values: Values, at: str) -> dict[str, Any]:
    try:
        clean = checked(rules.BIN, values)
    except BadInput as refusal:
        refusal.field = f"{at}.{refusal.field}"
        raise
    if not clean.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field=f"{at}.name")
    return clean


def _every() -> list[int]:
    return list(Location.objects.values_list("pk", flat=True))


def _read_person(values: Values, of: int | None = None) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        row = truth.documents["stock.Location"].get(of) if of is not None else None
        wanted = values.get("person", row.person_id if row else None)
        truth.read["person_is_there"] = User.objects.filter(pk=wanted or 0).exists()

    return read


def _read_standing(place: int | None) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["standing"] = anything_at(place or 0)

    return read


def _read_bins(location: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["bins"] = list(Bin.objects.filter(location_id=location))

    return read
