"""Pure decisions about carriers: the company's list of them, and where a parcel is followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from wharfinger.base.fields import Check, day, or_nothing, text
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth

NUMBER = "{number}"
MOST_SERVICES = 20
_ADDRESS = re.compile(r"https?://[^\s/]+/\S*", re.IGNORECASE)


def _link(value: Any, field: str) -> str:
    found = text(200)(value, field)
    if found and (not _ADDRESS.fullmatch(found) or found.count(NUMBER) != 1):
        raise BadInput(
            "no_link",
            N_(
                "Write an address that begins with https:// and has {{number}} where the tracking number goes."
            ),
            field=field,
        )
    return str(found)


def _services(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_SERVICES:
        raise BadInput(
            "too_many_services", N_("Name {most} services at most."), field=field, most=MOST_SERVICES
        )
    found = [text(60)(one, field) for one in value]
    return list({same(one): one for one in reversed(found) if one}.values())[::-1]


CARRIER: dict[str, Check] = {
    "name": text(60, needed=True),
    "services": _services,
    "link": _link,
    "retired_on": or_nothing(day),
}


def plan_carrier(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Add a carrier to the list."""
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    _not_known(truth, values["name"], None)
    plan = Plan()
    full = {"services": [], "link": "", "retired_on": None} | dict(values)
    plan.mention(("carrier", plan.create("fulfilment.Carrier", **full)))
    return plan


def plan_carrier_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Change a carrier, or take it off the list by a date; shipments keep what was written on them."""
    row = truth.documents["fulfilment.Carrier"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_carrier", N_("There is no such carrier. Look at the list of carriers."))
    if "name" in values:
        _not_known(truth, values["name"], pk)
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row)
    return plan


def _not_known(truth: Truth, name: str, but: int | None) -> None:
    for row in truth.documents["fulfilment.Carrier"].values():
        if row.pk != but and same(row.name) == same(name):
            raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")


def link(pattern: str, number: str) -> str:
    """Where a parcel is followed; nothing where nobody knows."""
    return pattern.replace(NUMBER, quote(number, safe="")) if pattern and number else ""


class Links:
    """Where parcels are followed, by what was written as their carrier."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._by_name = {same(name): pattern for name, pattern in rows}

    def of(self, carrier: str, number: str) -> str:
        """The address of one; nothing where the carrier is not known or has no link."""
        return link(self._by_name.get(same(carrier), ""), number)
