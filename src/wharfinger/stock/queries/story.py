"""The life of a unit as a story: each step with where, for whom and the numbers of its documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from wharfinger.ledger.models import Claim, Lot
from wharfinger.ledger.reverse import model_of
from wharfinger.ledger.telling import place_words
from wharfinger.stock.queries.stands import Stand, stands_of
from wharfinger.stock.queries.units import Chapter, life
from wharfinger.stock.rules.story import SHOWN_TO_CUSTOMERS, STAGE_OF, STAGES, customers_part


class Paper(NamedTuple):
    """A document with its number, whose it is, and how it travelled."""

    subject: str
    number: str
    organization: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story."""

    chapter: Chapter
    source: Stand | None
    target: Stand | None
    papers: tuple[Paper, ...]
    whose: frozenset[int]
    """The customers that it concerns."""


class Station(NamedTuple):
    """A stage of the life and the first act that reached it."""

    name: str
    step: Step | None


def story(lot: Lot) -> list[Step]:
    """The life of a unit, newest first, in a constant number of statements."""
    chapters = life(lot)
    stands = stands_of({place for c in chapters for place in c.places})
    claims = {line for c in chapters for line in c.lines if line}
    owners = dict(
        Claim.objects.filter(pk__in=claims, line__isnull=False).values_list("pk", "line__organization_id")
    )
    papers = papers_named({subject for c in chapters for subject in c.subjects})
    return [_step(c, stands, owners, papers) for c in chapters]


def for_customer(steps: list[Step], customer: int) -> list[Step]:
    """What a customer may be told: their own part of the story, without what was undone and whatever is ours."""
    found: list[Step] = []
    for step in steps if customer in customers_of(steps) else ():
        c = step.chapter
        if c.undone or c.undoes is not None or not customers_part(c.act, step.whose, customer):
            continue
        shown = tuple(
            one
            for one in step.papers
            if one.subject.partition(":")[0] in SHOWN_TO_CUSTOMERS and one.organization == customer
        )
        found.append(replace(step, papers=shown))
    return found


def customers_of(steps: list[Step]) -> list[int]:
    """The customers that the unit was ever for, the latest first."""
    return list(dict.fromkeys(one for step in steps for one in sorted(step.whose)))


def stations(steps: list[Step]) -> list[Station]:
    """When each stage of a life was first reached, by acts that still hold."""
    first: dict[str, Step] = {}
    for step in steps:
        c = step.chapter
        if c.act in STAGE_OF and not c.undone and c.undoes is None:
            first[STAGE_OF[c.act]] = step
    return [Station(name, first.get(name)) for name in STAGES]


def said(stand: Stand) -> str:
    """What people call where a unit came from or went to."""
    if stand.bin:
        name = f"{stand.location} / {stand.bin}"
        return _("{bin}, reserved").format(bin=name) if stand.line else name
    if stand.location:
        return f"{stand.location}: {place_words(stand.kind)}"
    if stand.kind in ("customer", "rented") and stand.organization:
        return f"{stand.organization}, {stand.number}" if stand.number else stand.organization
    return place_words(stand.kind)


def _step(c: Chapter, stands: dict[int, Stand], owners: dict[int, int], papers: dict[str, Paper]) -> Step:
    source, target = (stands.get(place) for place in c.places) if c.places else (None, None)
    named = [papers[one] for one in c.subjects if one in papers]
    for stand in (source, target):
        # What a vendor or a shipment held is told by its document, whatever the entry mentions.
        if stand and stand.number and stand.subject and not stand.subject.startswith("site:"):
            whose = None if stand.subject.startswith(_OF_VENDORS) else stand.organization_id
            if all(one.subject != stand.subject for one in named):
                named.append(Paper(stand.subject, stand.number, whose))
    whose_all = {owners[line] for line in c.lines if line in owners}
    whose_all |= {
        s.organization_id
        for s in (source, target)
        if s and not s.subject.startswith(_OF_VENDORS) and s.organization_id
    } - {None}
    if not c.places:
        whose_all |= {one.organization for one in named if one.organization}
    return Step(c, source, target, tuple(named), frozenset(one for one in whose_all if one))


_OF_VENDORS = ("purchase_order:", "vendor_claim:")
_INTERNAL = frozenset(("purchase_order", "receipt"))
"""Documents whose organization is a vendor, which is no customer of the unit."""


def papers_named(subjects: Iterable[str]) -> dict[str, Paper]:
    """The numbered documents among these subjects, by one statement for each kind."""
    by_noun: dict[str, list[int]] = defaultdict(list)
    for noun, __, pk in (one.partition(":") for one in subjects):
        if pk.isdecimal():
            by_noun[noun].append(int(pk))
    found: dict[str, Paper] = {}
    for noun, ids in sorted(by_noun.items()):
        model: Any = model_of(f"{noun}:")
        if model is None:
            continue
        names = {field.name for field in model._meta.get_fields()}
        way = "sheet__" if "sheet" in names and "number" not in names else ""
        if not way and "number" not in names:
            continue
        whose = f"{way}organization_id" if way or "organization" in names else "pk"
        travels = ("carrier", "tracking") if {"carrier", "tracking"} <= names else ("pk", "pk")
        for pk, number, of, carrier, tracking in model.objects.filter(pk__in=ids).values_list(
            "pk", f"{way}number", whose, *travels
        ):
            customer = of if whose != "pk" and noun not in _INTERNAL else None
            about = f"{carrier} {tracking}".strip() if travels[0] == "carrier" else ""
            found[f"{noun}:{pk}"] = Paper(f"{noun}:{pk}", number or str(pk), customer, about)
    return found
