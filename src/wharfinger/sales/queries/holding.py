"""Reads of what can be held and of what is held: on shelves, on order for stock, on its way between locations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Case, Model, Q, When

from wharfinger.base import clock
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.holding import BOUGHT, PROVISIONAL, TOLD, told
from wharfinger.ledger import sql
from wharfinger.ledger.look import AHEAD
from wharfinger.ledger.models import Fact, Holding, Move, Place
from wharfinger.ledger.plan import Held, Truth, spot_of
from wharfinger.stock.models import Location, TransferOrder
from wharfinger.stock.queries.figures import Past, available


class Arriving(NamedTuple):
    """Goods of one product that have yet to arrive, on one line of a purchase order or in one transfer."""

    product: int
    place: int
    subject: str
    number: str
    location: str
    """Where they will lie."""
    on: date | None
    free: int
    """For stock; a hold that has ended counts no more."""
    held: dict[int, int]
    """By claim."""


def arriving(products: Iterable[int]) -> list[Arriving]:
    """What of these products has yet to arrive and is not sent past us, the earliest first; one statement."""
    rows = (
        Holding.objects.filter(product__in=sorted(set(products)), kind__in=AHEAD, quantity__gt=0, owned=True)
        .exclude(**{f"{BOUGHT}__purchase_order__ship_to": "organization"})
        .exclude(kind="transfer", place__transfer_order__isnull=True)
    )
    ended = Case(When(PROVISIONAL, claim__hold_until__lte=clock.now(), then=True), default=False)
    found: dict[tuple[int, int], Arriving] = {}
    for row in rows.values("product_id", "place_id", "claim_id", "quantity", ended=ended, **TOLD):
        key = row["product_id"], row["place_id"]
        subject, number, location, on = told(row)
        one = found.get(key) or Arriving(*key, subject, number, location, on, 0, {})
        if row["claim_id"] and not row["ended"]:
            one.held[row["claim_id"]] = one.held.get(row["claim_id"], 0) + row["quantity"]
        else:
            one = one._replace(free=one.free + row["quantity"])
        found[key] = one
    return sorted(found.values(), key=lambda a: (a.on or date.max, a.place))


class Holder(NamedTuple):
    """A document that holds goods which somebody else might want."""

    sheet: int
    kind: str
    number: str
    units: int
    until: datetime | None
    line: int
    """Whom one asks to give way."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a location, or goods that have yet to arrive, have for a line: free, and reserved for it already."""

    line: int
    product: int
    place: int
    sku: str
    location: str
    wanted: int
    free: int
    reserved: int
    decimals: int
    arrival: str = ""
    """Of what has yet to arrive: ``purchase_order:12`` or ``transfer:3``, its number, and when."""
    number: str = ""
    on: date | None = None
    numbered: bool = False
    """Whether units have numbers here, so that somebody may choose which."""
    held_by: Sequence[Holder] = ()
    """Who has the rest, those with most first."""
    taken: bool = True
    """Whether the line counts; for what is only offered nothing is proposed."""
    lends: bool = False
    """Whether the location lends what is there, so that somebody has to transfer it before it is sold."""


def shelves(lines: Sequence[Line], first: int | None = None) -> list[Shelf]:
    """For each line every location that sells, and what has yet to arrive; seven statements however many.

    first: the location whose goods are taken before those of others, the default one where none is named.
    """
    products = {line.product_id for line in lines}
    claims = {line.pk for line in lines}
    goods = Holding.objects.filter(kind="bin", owned=True, quantity__gt=0)
    lapsed = Q(claim__hold_until__lte=clock.now())
    free = goods.filter(Q(claim_id=0) | lapsed, product_id__in=products)
    there: dict[tuple[int, int], int] = defaultdict(int)
    past = Past()
    for product, place, units, last in free.values_list(
        "product_id", "place__parent_id", "quantity", "lot__expires_on"
    ):
        if not past(last):
            there[product, place or 0] += units
    reserved: dict[tuple[int, int], int] = defaultdict(int)
    held = goods.filter(claim_id__in=claims).exclude(lapsed)
    for claim, place, units in held.values_list("claim_id", "place__parent_id", "quantity"):
        reserved[claim, place or 0] += units
    coming: dict[int, list[Arriving]] = defaultdict(list)
    for one in arriving(products):
        coming[one.product].append(one)
    holders = _holders(products, claims)
    figures = quantities(claims)
    wanted = {
        claim: sum(figures[claim][name] for name in ("wanted", "to_approve", "to_order")) for claim in claims
    }
    every = Location.objects.order_by("-default", "name")
    locations = list(every.values_list("place_id", "name", "channel", "retired_on", "pk"))
    locations.sort(key=lambda one: one[-1] != first)
    found = []
    for line in lines:
        if line.product.kind in ("service", "kit"):
            continue
        of = line, wanted[line.pk]
        others = holders.get(line.product_id, {})
        for place, name, channel, retired, _pk in locations:
            here = there[line.product_id, place], reserved[line.pk, place]
            theirs = others.get(place, ())
            if any(here) or theirs or (channel != "rental" and retired is None):
                lends = channel == "rental" and line.sheet.kind != "job"
                found.append(_shelf(of, place, name, *here, held_by=theirs, lends=lends))
        for one in coming[line.product_id]:
            mine = one.held.get(line.pk, 0)
            theirs = others.get(one.place, ())
            if one.free or mine or theirs:
                told = {"arrival": one.subject, "number": one.number, "on": one.on, "held_by": theirs}
                found.append(_shelf(of, one.place, one.location, one.free, mine, **told))
    return found


def _shelf(of: tuple[Line, int], place: int, location: str, free: int, reserved: int, **more: Any) -> Shelf:
    line, wanted = of
    product = line.product
    numbered = product.traced == "serial" and product.traced_from == "receipt" and not more.get("number")
    decimals = product.quantity_decimals
    return Shelf(
        line.pk,
        line.product_id,
        place,
        product.sku,
        location,
        wanted,
        free,
        reserved,
        decimals,
        numbered=numbered,
        taken=line.taken,
        **more,
    )


def _holders(products: Iterable[int], ours: Collection[int]) -> dict[int, dict[int, list[Holder]]]:
    """Who else holds goods of these products, by product and by location or what they arrive with."""
    rows = (
        Holding.objects.filter(
            product__in=sorted(products),
            kind__in=("bin", *AHEAD),
            claim__line__isnull=False,
            quantity__gt=0,
            owned=True,
        )
        .exclude(Q(claim__hold_until__lte=clock.now()) & (Q(kind="bin") | PROVISIONAL))
        .values_list(
            *("product_id", "kind", "place_id", "place__parent_id", "claim_id", "claim__hold_until"),
            *("claim__line__sheet_id", "claim__line__sheet__kind", "claim__line__sheet__number", "quantity"),
        )
    )
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for product, kind, place, parent, claim, until, sheet, of, number, units in rows:
        if claim not in ours:
            sums[product, parent if kind == "bin" else place, sheet, of, number, until, claim] += units
    found: dict[int, dict[int, list[Holder]]] = defaultdict(lambda: defaultdict(list))
    for (product, place, sheet, of, number, until, claim), units in sorted(
        sums.items(), key=lambda one: -one[1]
    ):
        found[product][place].append(Holder(sheet, of, number, units, until, claim))
    return found


def ahead_places(purchase_lines: Sequence[int | None], transfers: Sequence[int | None]) -> list[int | None]:
    """The place of what arrives with each of these lines of purchase orders, or each of these transfers."""
    bought = dict(
        Place.objects.filter(purchase_line__in=[pk for pk in purchase_lines if pk]).values_list(
            "purchase_line", "pk"
        )
        if any(purchase_lines)
        else ()
    )
    sent = dict(
        TransferOrder.objects.filter(pk__in=[pk for pk in transfers if pk]).values_list("pk", "place_id")
        if any(transfers)
        else ()
    )
    return [
        bought.get(line, 0) if line else sent.get(transfer, 0) if transfer else None
        for line, transfer in zip(purchase_lines, transfers, strict=True)
    ]


def ahead_of(quote: int) -> list[int]:
    """Where a quote holds, or held, what has yet to arrive; rows at nought stay, so one statement tells."""
    found = Holding.objects.filter(claim__line__sheet=quote, kind__in=AHEAD)
    return sorted(set(found.values_list("place_id", flat=True)))


def ahead_documents(places: Sequence[int]) -> list[tuple[type[Model], sql.Found]]:
    """The purchase orders and transfers at these places, to be locked, so that nobody receives them meanwhile.

    Purchase orders by name: buying stands beside selling, and its rows refer to places that we hold goods at.
    """
    if not places:
        return []
    at = sql.array(sorted(places))
    lines = f"SELECT purchase_order_id FROM purchasing_purchaseline WHERE {sql.among('place_id')}"
    return [
        (apps.get_model("purchasing", "PurchaseOrder"), sql.Found(f"id IN ({lines})", (at,))),
        (TransferOrder, sql.Found(sql.among("place_id"), (at,))),
    ]


def read_drop_ships(places: Sequence[int]) -> Callable[[Truth], None]:
    """Read which of these places belong to an order whose goods go past us, and its number."""

    def read(truth: Truth) -> None:
        past_us = Place.objects.filter(
            pk__in=places, purchase_line__purchase_order__ship_to="organization"
        ).values_list("pk", "purchase_line__purchase_order__number")
        truth.read["drop_ships"] = dict(past_us) if places else {}

    return read


def ended_ahead(limit: int) -> list[int]:
    """Products that have yet to arrive and stand for quotes, or orders not confirmed, whose hold has ended."""
    ended = Holding.objects.filter(
        PROVISIONAL, claim__hold_until__lte=clock.now(), kind__in=AHEAD, quantity__gt=0, owned=True
    )
    return list(ended.values_list("product_id", flat=True).distinct().order_by("product_id")[:limit])


def read_ended(truth: Truth) -> None:
    """Read what lines held until their hold ended and its release was posted, where nobody has held anew since.

    Extending or winning takes it once more, as far as it is still free.
    """
    claims = {f"claim:{pk}": pk for pk in truth.read["lines"]}
    decided = Fact.objects.filter(subject__in=claims, field="hold_until").order_by("subject", "id")
    last = {
        subject: (entry, verb)
        for subject, entry, verb in decided.values_list("subject", "entry", "entry__verb")
    }
    ended = {claims[subject]: entry for subject, (entry, verb) in last.items() if verb == "expire"}
    gone: dict[int, list[Held]] = defaultdict(list)
    if ended:
        moves = Move.objects.filter(
            entry__in=set(ended.values()), source__claim__in=set(ended), source__kind__in=("bin", *AHEAD)
        )
        for move in moves.select_related("source").order_by("pk"):
            if ended[move.source.claim_id] == move.entry_id:
                gone[move.source.claim_id].append(Held(0, spot_of(move.source), move.quantity))
    truth.read["ended"] = dict(gone)


class Origin(NamedTuple):
    """So many units of a line at one place, or as one kind of wish."""

    claim: int
    product: int
    kind: str
    units: int
    where: str
    on: date | None


def come_from(lines: Sequence[int]) -> list[Origin]:
    """Where the units of lines stand that were won just now, what is still wanted last; one statement."""
    kinds = ("bin", *AHEAD, "ready", "to_order", "to_approve", "demand")
    rows = Holding.objects.filter(claim__in=lines, kind__in=kinds, quantity__gt=0)
    named = rows.values(
        "claim_id",
        "product_id",
        "kind",
        "quantity",
        "place__bin__name",
        "place__parent__location__name",
        **TOLD,
    )
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in named:
        _, number, _, on = told(row)
        here = " · ".join(
            name for name in (row["place__bin__name"], row["place__parent__location__name"]) if name
        )
        where = here if row["kind"] == "bin" else number
        sums[row["claim_id"], row["product_id"], row["kind"], where, on] += row["quantity"]
    found = [
        Origin(claim, product, kind, units, where, on)
        for (claim, product, kind, where, on), units in sums.items()
    ]
    return sorted(found, key=lambda one: (one.claim, kinds.index(one.kind), one.on or date.max, one.where))


@dataclass(slots=True)
class FreeAt:
    """So many free units of a product at a location."""

    location: str
    units: int


def free_at(products: Collection[int], first: int | None) -> dict[int, list[FreeAt]]:
    """What is free of each of these products where goods are sold, in two statements.

    first: the location that comes before the others, the default one where none is named.
    """
    there = available(sorted(products)) if products else {}
    selling = Location.objects.exclude(channel="rental").order_by("-default", "name")
    locations = list(selling.values_list("place_id", "name", "pk")) if there else []
    found: dict[int, list[FreeAt]] = defaultdict(list)
    for place, name, _pk in sorted(locations, key=lambda one: one[-1] != first):
        for product in products:
            if (units := there.get((product, place), 0)) > 0:
                found[product].append(FreeAt(name, units))
    return found


def default_vendors(products: Iterable[int]) -> dict[int, str]:
    """From whom each of these products is ordered where nobody says otherwise, by name."""
    found = VendorPrice.objects.filter(product__in=sorted(set(products)), default=True)
    return dict(found.values_list("product_id", "organization__name"))
