"""Pure decisions about kits: sold and billed as one line, served by the lines of their components.

This is the one place where a kit's line is taken for its components, and a component for its kit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeVar

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.plan import Truth

WISHED = ("quoted", "demand", "to_approve", "to_order", "drafted")
BEHIND = {
    "draft": ("quoted", "demand", "to_approve", "to_order"),
    "reserve": WISHED,
    "pick": (*WISHED, "on_order", "bin", "quarantine", "transfer"),
    "pack": (*WISHED, "on_order", "bin", "quarantine", "transfer", "picked"),
    "ship": (*WISHED, "on_order", "bin", "quarantine", "transfer", "picked", "container", "ready"),
    "deliver": (
        *(*WISHED, "on_order", "bin", "quarantine", "transfer", "picked", "container", "ready"),
        "in_transit",
    ),
}
"""By verb, where units stand that it has not reached yet."""

FIGURES = (
    *("cancelled", "wanted", "to_approve", "to_order", "drafted", "on_order", "reserved"),
    *("picked", "packed", "ready", "shipped", "delivered", "returned", "restocked"),
)
"""The figures of goods in the order in which units pass them; a service is ready, and never picked or packed."""


INTO = " · "
"""Between the name of a component and that of its kit, where its line is described."""


class Named(Protocol):
    """What a verb is asked for: so many units of a line."""

    @property
    def line(self) -> int: ...
    @property
    def quantity(self) -> int: ...


Asked = TypeVar("Asked", bound=Named)


def opened(truth: Truth, wishes: Sequence[LineWish], at: str = "") -> tuple[LineWish, ...]:
    """These wishes, behind each kit its components; raises Refusal for a kit that has none.

    at: where the document stands in what was sent.
    """
    found: list[LineWish] = []
    places: list[int] = []
    for n, wish in enumerate(wishes):
        places.append(len(found))
        found.append(wish if wish.instead is None else replace(wish, instead=places[wish.instead]))
        product = truth.read["products"].get(wish.product)
        if product is None or product.kind != "kit":
            continue
        parts = truth.read["components"].get(wish.product, ())
        if not parts:
            raise Refusal(
                "kit_is_empty",
                N_("{sku} is a kit without components. Say first what goes into it."),
                field=f"{at}lines.{n}.product",
                sku=product.sku,
            )
        kit = len(found) - 1
        found += [
            LineWish(
                part,
                wish.quantity * ratio,
                unit_price_micro=0,
                tax_code=wish.tax_code,
                site=wish.site,
                description=f"{truth.read['products'][part].name}{INTO}{wish.description or product.name}"[
                    :500
                ],
                billable=False,
                promised_on=wish.promised_on,
                group=wish.group,
                kit=kit,
                ratio=ratio,
            )
            for part, ratio in parts
        ]
    return tuple(found)


def components(truth: Truth, line: int) -> list[Any]:
    """The lines of a kit's components, none where it is no kit's line."""
    known = truth.read.get("kits")
    if known is None or known[0] is not truth.read["lines"]:
        found: dict[int, list[Any]] = {}
        for one in truth.read["lines"].values():
            if one.parent_id is not None:
                found.setdefault(one.parent_id, []).append(one)
        known = truth.read["kits"] = (truth.read["lines"], found)
    parts: list[Any] = known[1].get(line, [])
    return parts


def waiting(truth: Truth, lines: Iterable[int], *kinds: str) -> Iterator[tuple[int, int]]:
    """Each line that is named, with its place among them; for a kit's those components that wait there."""
    for n, line in enumerate(lines):
        parts = [part.pk for part in components(truth, line) if truth.quantity_of(part.pk, kinds)]
        yield from ((n, part) for part in parts or [line])


def onward(
    truth: Truth, asked: Iterable[Asked], verb: str, *, rows: str = "picks"
) -> Iterator[tuple[int, Asked]]:
    """What each of these asks of which line, with its place among them; a kit's line asks its components.

    So many more of a kit get as far as the verb brings them: of each component what lacks for that, since
    some of it may be there already.
    """
    behind = BEHIND[verb]
    before: dict[int, int] = {}
    for n, one in enumerate(asked):
        parts = components(truth, one.line)
        if not parts:
            yield n, one
            continue
        there = {part.pk: part.quantity - truth.quantity_of(part.pk, behind) for part in parts}
        if one.line not in before:
            before[one.line] = min(there[part.pk] // part.ratio for part in parts)
        target = before[one.line] + one.quantity
        lacking = [(part, target * part.ratio - there[part.pk]) for part in parts]
        before[one.line] = target
        wanted = [(part, units) for part, units in lacking if units > 0]
        for part, units, theirs in _shared(truth, one, wanted, f"{rows}.{n}"):
            yield n, replace(one, line=part.pk, quantity=units, **theirs)  # type: ignore[type-var]


def back(
    truth: Truth, asked: Iterable[Asked], kinds: Sequence[str], *, rows: str = "picks"
) -> Iterator[tuple[int, Asked]]:
    """The same for a verb that takes units back from these kinds of place: of each component what is there.

    Where no component has enough for so many kits, each is asked for all of it, and the verb says why not.
    """
    for n, one in enumerate(asked):
        parts = components(truth, one.line)
        if not parts:
            yield n, one
            continue
        at = [(part, truth.quantity_of(part.pk, kinds)) for part in parts]
        enough = any(units >= one.quantity * part.ratio for part, units in at)
        wholes = [(part, one.quantity * part.ratio, units) for part, units in at]
        wanted = [(part, min(whole, units) if enough else whole) for part, whole, units in wholes]
        for part, units, theirs in _shared(truth, one, [w for w in wanted if w[1]], f"{rows}.{n}"):
            yield n, replace(one, line=part.pk, quantity=units, **theirs)  # type: ignore[type-var]


def _shared(
    truth: Truth, one: Any, parts: Sequence[tuple[Any, int]], field: str
) -> Iterator[tuple[Any, int, dict[str, Any]]]:
    """So many units of each component, with those numbers of a kit that are its own."""
    serials, batch = tuple(getattr(one, "serials", ())), getattr(one, "batch", "")
    lots = {h.lot: h.product for h in (*truth.held, *truth.free)} if getattr(one, "lots", ()) else {}
    codes = (*serials, *([batch] if batch else []))
    owner = owners(truth, [part.product_id for part, _ in parts], codes, f"{field}.serials")
    for part, units in parts:
        theirs: dict[str, Any] = {}
        if serials:
            theirs["serials"] = tuple(code for code in serials if owner[code] == part.product_id)
        if batch:
            theirs["batch"] = batch if owner[batch] == part.product_id else ""
        if lots:
            theirs["lots"] = tuple(lot for lot in one.lots if lots.get(lot) == part.product_id)
        yield part, units, theirs


def owners(truth: Truth, parts: Sequence[int], codes: Iterable[str], field: str) -> dict[str, int]:
    """Of which component each number is that is named for a kit.

    A number that nobody knows is of the one component whose units get their numbers by this very act.
    Raises BadInput for a number of none.
    """
    known = truth.read.get("lots", {})
    numbered = {part for part in parts if _numbered_now(truth, part)}
    found: dict[str, int] = {}
    for code in codes:
        of = [part for part in parts if (part, same(code)) in known] or list(numbered)
        if not of or (len(of) > 1 and set(of) == numbered):
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for a component of this kit. Check the number."),
                field=field,
                serial=code[:100],
            )
        found[code] = of[0]
    return found


def _numbered_now(truth: Truth, part: int) -> bool:
    """Whether units of a component get their numbers when they are picked or sent: then nobody knows them before."""
    product = (truth.read.get("products") or truth.products).get(part)
    if product is None or product.traced != "serial":
        return False
    return product.traced_from == "shipping" or part in truth.read.get("built_on_pick", ())


class Billed(NamedTuple):
    """By which line goods are billed, how many of it they are, and how many of it the customer keeps."""

    line: int
    units: int
    kept: int


def billed(truth: Truth, line: int, units: int, kinds: Iterable[str]) -> Billed:
    """By which line so many units of a line are billed; kinds: where they stand that the customer keeps.

    A component is billed by its kit: the customer keeps a kit as long as they keep goods of it, so what is
    given back for it is the kit, with the last of its components.
    """
    row = truth.read["lines"].get(line)
    if row is None or row.parent_id is None:
        return Billed(line, units, truth.quantity_of(line, kinds))
    parts = [part for part in components(truth, row.parent_id) if not _is_service(truth, part)]
    kept = max((-(-truth.quantity_of(part.pk, kinds) // part.ratio) for part in parts), default=0)
    standing = truth.quantity_of(row.parent_id, ("invoiced", "to_bill", "offered"))
    return Billed(row.parent_id, max(0, min(-(-units // row.ratio), standing - kept)), kept)


def _is_service(truth: Truth, line: Any) -> bool:
    product = (truth.read.get("products") or truth.products).get(line.product_id)
    return product is not None and product.kind == "service"


def scarcest(parts: Sequence[tuple[int, Mapping[str, int]]]) -> dict[str, int]:
    """The figures of a kit: so many of it are as far as the component that is the least far.

    parts: of each component how many go into one kit, and its figures.
    """
    found = dict.fromkeys(FIGURES, 0)
    farther = [0] * len(parts)
    reached = 0
    for name in reversed(FIGURES):
        for n, (_, figures) in enumerate(parts):
            farther[n] += figures[name]
        whole = min(units // ratio for units, (ratio, _) in zip(farther, parts, strict=True))
        found[name] = whole - reached
        reached = whole
    return found


def of_a_partner(field: str, units: int, product: int) -> Refusal:
    """Why a partner's goods, which we never bill, do not go into a kit, which is billed as one."""
    return Refusal(
        "partners_in_kit",
        N_(
            "{wanted} of these are a partner's goods, which we never invoice, but a kit is invoiced as one. "
            "Take goods of another location."
        ),
        field=field,
        wanted=units,
        product=product,
    )


def is_part(line: Any) -> Refusal:
    """Why a component's line is not changed by itself."""
    return Refusal(
        "part_of_a_kit",
        N_("This line is a component of a kit. Change the line of the kit."),
        field="line",
        line=line.pk,
        kit=line.parent_id,
    )
