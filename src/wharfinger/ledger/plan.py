"""A plan is what an act would write, as values: decided first, under the locks, then written by ``post``.

Nothing here touches the database, so the rules of every module can be read and tested alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from wharfinger.base.own import Own
from wharfinger.ledger.chart import FIXED, KINDS


class Ref(NamedTuple):
    """A row that the plan creates, known by its place in the plan until it has an id."""

    label: str
    n: int


Id = int | Ref
THIS = Ref("ledger.Entry", 0)  # The entry that the plan becomes, as the new value of a field.


class Number(NamedTuple):
    """The next number of a series, taken last, when the act is written."""

    series: str
    pattern: str


class Copied(NamedTuple):
    """What another column got when it was written: of the same row, or of a row that the plan makes before it."""

    column: str
    of: Ref | None = None
    folded: bool = False
    """In the form under which codes are compared."""


class PlaceRef(NamedTuple):
    """A place with what the holdings at it copy."""

    id: Id
    kind: str
    unbounded: bool = False


class LotRef(NamedTuple):
    """A lot with what the holdings of it copy."""

    id: Id
    product: int
    serial: bool = False
    owned: bool = True


@cache
def fixed(kind: str) -> PlaceRef:
    """The only place of a kind that has just one."""
    return PlaceRef(FIXED[kind], kind, KINDS[kind].unbounded)


class Spot(NamedTuple):
    """A holding by what makes it one: which lot, at which place, for which claim."""

    lot: Id
    product: int
    serial: bool
    owned: bool
    place: Id
    kind: str
    unbounded: bool
    claim: Id

    def at(self, place: PlaceRef) -> Spot:
        """The same goods for the same claim at another place."""
        # Spelled out, since ``_replace`` takes three times as long and every line of an act needs several.
        return Spot(
            self.lot,
            self.product,
            self.serial,
            self.owned,
            place.id,
            place.kind,
            place.unbounded,
            self.claim,
        )

    def for_claim(self, claim: Id) -> Spot:
        """The same goods at the same place for another claim."""
        return self._replace(claim=claim)

    def as_lot(self, lot: LotRef) -> Spot:
        """Another lot of the product at the same place for the same claim."""
        return self._replace(lot=lot.id, serial=lot.serial, owned=lot.owned)


def spot(lot: LotRef, place: PlaceRef, claim: Id) -> Spot:
    """The holding of a lot at a place for a claim."""
    return Spot(lot.id, lot.product, lot.serial, lot.owned, place.id, place.kind, place.unbounded, claim)


def spot_of(holding: Any) -> Spot:
    """Where a row of the holdings is."""
    h = holding
    return Spot(h.lot_id, h.product_id, h.serial, h.owned, h.place_id, h.kind, h.unbounded, h.claim_id)


@dataclass(slots=True)
class Held:
    """A holding as it was read under the locks."""

    id: int
    spot: Spot
    quantity: int
    location: int | None = None
    """The place of the location it lies in, where it lies in one."""
    sequence: int = 0
    code: str = ""
    expires_on: date | None = None

    @property
    def claim(self) -> int:
        """Whose claim holds it; 0 is free."""
        assert isinstance(self.spot.claim, int)
        return self.spot.claim

    @property
    def kind(self) -> str:
        """The kind of place it stands at."""
        return self.spot.kind

    @property
    def product(self) -> int:
        """The product it is of."""
        return self.spot.product

    @property
    def lot(self) -> int:
        """The lot it is of."""
        assert isinstance(self.spot.lot, int)
        return self.spot.lot

    @property
    def place(self) -> int:
        """The place it stands at."""
        assert isinstance(self.spot.place, int)
        return self.spot.place


@dataclass(slots=True)
class Incoming:
    """A move that brought goods to a holding, and how much of it has not been taken back."""

    id: int
    entry: int
    holding: int
    source: Spot
    quantity: int
    left: int


@dataclass(slots=True)
class OpenLayer:
    """Goods that came in together and what is left of their value, read under the product's lock."""

    id: Id
    """A reference where the act itself opens it."""
    product: int
    lot: Id | None
    effective_on: date
    quantity: int
    value_minor: int


class Step(NamedTuple):
    """A quantity that goes from one holding to another."""

    source: Spot
    target: Spot
    quantity: int
    reverses: int | None = None
    verb: str | None = None
    """The verb of the chart where it is not the entry's own (an expired hold released on the way)."""


class DrawStep(NamedTuple):
    """What is taken from a layer, or put into it when negative."""

    step: int | None
    layer: Id
    quantity: int
    value_minor: int
    reverses: int | None = None


class AccountRef(NamedTuple):
    """An account by what makes it one; it comes into being with its first posting."""

    kind: str
    currency: str
    party: int | None = None
    document: str | tuple[str, Id] = ""


EXCHANGE = "exchange"
"""The kind of account that takes what money was worth more or less at home when it was settled or went back."""


class PostingStep(NamedTuple):
    """Money that goes from one account to another."""

    source: AccountRef
    target: AccountRef
    amount_minor: int
    home_minor: int
    reverses: int | None = None


class Change(NamedTuple):
    """A field of a row that takes another value; it becomes a fact about its subject."""

    label: str
    pk: Any
    subject: str
    field: str
    old: Any
    new: Any
    within: Mapping[str, Any] | None = None
    """All that the column held, where the field is one key in it (``own.colour``)."""


@dataclass(slots=True)
class Plan:
    """Everything that one entry writes."""

    steps: list[Step] = field(default_factory=list)
    draws: list[DrawStep] = field(default_factory=list)
    postings: list[PostingStep] = field(default_factory=list)
    creates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    mentions: dict[tuple[str, Id], None] = field(default_factory=dict)
    voids: list[tuple[str, int]] = field(default_factory=list)
    """Rows by model that become void, since the entry that made them is undone."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the plan tells those who act because of it; nothing of it is written."""
    verb: str = ""
    """What the act is, where that is another than was wanted: asked for instead of done."""

    def move(self, source: Spot, target: Spot, quantity: int, *, reverses: int | None = None) -> int:
        """Move a quantity above zero; which step it is."""
        assert quantity > 0, f"a move of {quantity}"
        assert source != target, "a move that goes nowhere"
        self.steps.append(Step(source, target, quantity, reverses))
        return len(self.steps) - 1

    def draw(
        self, step: int | None, layer: Id, quantity: int, value_minor: int, *, reverses: int | None = None
    ) -> None:
        """Take a quantity and its value from a layer; below zero puts them in."""
        self.draws.append(DrawStep(step, layer, quantity, value_minor, reverses))

    def pay(
        self,
        source: AccountRef,
        target: AccountRef,
        amount_minor: int,
        home_minor: int,
        *,
        reverses: int | None = None,
    ) -> None:
        """Let money go from one account to another, if any; without an amount only its worth at home, to or from exchange."""
        assert amount_minor >= 0, f"a posting of {amount_minor}"
        assert home_minor >= 0, f"a posting worth {home_minor}"
        assert amount_minor or not home_minor or EXCHANGE in (source.kind, target.kind), "worth alone"
        if amount_minor or home_minor:
            self.postings.append(PostingStep(source, target, amount_minor, home_minor, reverses))

    def create(self, label: str, **values: Any) -> Ref:
        """Make a row of a model, written with its like, in this order; a noun and an id becomes ``order:17``."""
        rows = self.creates.setdefault(label, [])
        assert not rows or rows[0].keys() == values.keys(), f"{label} rows of different shape"
        rows.append(values)
        return Ref(label, len(rows) - 1)

    def place(self, kind: str, *, parent: Id | None = None, sequence: int = 0) -> PlaceRef:
        """Make a place of a kind that a document or noun owns."""
        made = self.create(
            "ledger.Place", kind=kind, unbounded=KINDS[kind].unbounded, parent_id=parent, sequence=sequence
        )
        return PlaceRef(made, kind, KINDS[kind].unbounded)

    def change(self, row: Any, **values: Any) -> None:
        """Give fields of a row that was read under the locks other values; the same value is no change."""
        for name, new in values.items():
            old = getattr(row, name)
            if old != new:
                self.changes.append(Change(row._meta.label, row.pk, subject_of(row), name, old, new))

    def change_within(self, row: Any, column: str, values: Mapping[str, Any]) -> None:
        """Give keys in a column of a row that was read under the locks other values; None takes a key out."""
        held = getattr(row, column)
        for key, new in values.items():
            old = held.get(key)
            if old != new:
                name = f"{column}.{key}"
                self.changes.append(Change(row._meta.label, row.pk, subject_of(row), name, old, new, held))

    def mention(self, *about: Any) -> None:
        """Let the journal of each of these documents show this entry; ``(subject, id)`` or the row itself."""
        for one in about:
            key = one if isinstance(one, tuple) else tuple_of(one)
            self.mentions.setdefault(key)

    def then(self, other: Plan) -> None:
        """Add another plan to this one, which makes rows of other models: plans compose, actions never call actions."""
        assert not self.creates.keys() & other.creates.keys(), "both plans create rows of the same model"
        self.creates.update(other.creates)
        offset = len(self.steps)
        self.steps.extend(other.steps)
        self.draws.extend(d._replace(step=None if d.step is None else d.step + offset) for d in other.draws)
        self.postings.extend(other.postings)
        self.changes.extend(other.changes)
        self.mentions.update(other.mentions)


def joined(plans: Iterable[Plan], *, alike: Mapping[str, str]) -> Plan:
    """Plans that only make, change and void rows, as one of a constant number of statements.

    alike: by model the column in which rows are one row, where several plans make the same.
    """
    whole = Plan()
    known: dict[tuple[str, Any], Ref] = {}
    for plan in plans:
        assert not plan.steps, "a plan that moves goods"
        assert not plan.postings, "a plan that moves money"
        stands: dict[Ref, Ref] = {}
        for label, rows in plan.creates.items():
            # Where each will stand is known before any of them is written, as they may refer to one another.
            there = len(whole.creates.get(label, ()))
            for n, row in enumerate(rows):
                same = known.get((label, row[alike[label]])) if label in alike else None
                stands[Ref(label, n)] = same or Ref(label, there)
                there += same is None
                if label in alike:
                    known.setdefault((label, row[alike[label]]), stands[Ref(label, n)])
        for label, rows in plan.creates.items():
            for n, row in enumerate(rows):
                if stands[Ref(label, n)].n >= len(whole.creates.get(label, ())):
                    whole.create(label, **{name: _standing(value, stands) for name, value in row.items()})
        whole.changes.extend(plan.changes)
        whole.voids.extend(plan.voids)
        whole.mention(*((subject, _standing(pk, stands)) for subject, pk in plan.mentions))
    return whole


def _standing(value: Any, stands: Mapping[Ref, Ref]) -> Any:
    """A value that refers to a row of one plan, referring to it where it stands among all."""
    if isinstance(value, Ref):
        return stands[value]
    return value._replace(of=stands[value.of]) if isinstance(value, Copied) and value.of else value


def tuple_of(row: Any) -> tuple[str, int]:
    """How the journal names a row, as subject and id."""
    subject, _, pk = subject_of(row).partition(":")
    return subject, int(pk)


def subject_of(row: Any) -> str:
    """How the journal names a row: ``order:17``."""
    return getattr(row, "subject_name", None) or f"{row.subject}:{row.pk}"


@dataclass(slots=True)
class Truth:
    """What is true under the locks, and all that a plan may rely on."""

    now: datetime
    today: date
    effective_on: date
    actor: int | None
    home_currency: str = "EUR"
    documents: dict[str, dict[int, Any]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    """Holdings of the claims and at the places that the wish names."""
    free: list[Held] = field(default_factory=list)
    """Free goods of ours in bins, of the products that the wish names, expired holds among them."""
    products: dict[int, Any] = field(default_factory=dict)
    """The products, locked, where the wish prices goods."""
    layers: dict[int, list[OpenLayer]] = field(default_factory=dict)
    incoming: dict[int, list[Incoming]] = field(default_factory=dict)
    """By holding, newest first."""
    loose: dict[int, int] = field(default_factory=dict)
    """The loose lot of each product that the wish names."""
    own: Mapping[str, Sequence[Own]] = field(default_factory=dict)
    """The own fields of each noun that has any."""
    read: dict[str, Any] = field(default_factory=dict)
    """What the wish's own reads found."""
    prelude: list[Step] = field(default_factory=list)
    """Releases of holds that have expired, posted before whatever the act itself does."""
    _grouped: dict[str, tuple[int, list[Held] | None, dict[Id, list[Held]]]] = field(default_factory=dict)
    """Holdings by what they were asked for by, and of which list, when it was so long."""

    def of_claim(self, claim: int, kinds: Sequence[str] | frozenset[str]) -> list[Held]:
        """The holdings of one claim at these kinds of place, in the order of the kinds."""
        order = {kind: n for n, kind in enumerate(kinds)}
        found = [h for h in self._claimed(claim) if h.kind in order and h.quantity > 0]
        return sorted(found, key=lambda h: (order[h.kind], h.sequence, h.id))

    def quantity_of(self, claim: int, kinds: Iterable[str]) -> int:
        """How many units of a claim stand at these kinds of place."""
        wanted = frozenset(kinds)
        return sum(h.quantity for h in self._claimed(claim) if h.kind in wanted)

    def free_of(self, product: int) -> list[Held]:
        """The free goods of one product."""
        return self._by("product", self.free).get(product, [])

    def at(self, place: int) -> list[Held]:
        """What stands at one place."""
        return [h for h in self._by("spot.place", self.held).get(place, []) if h.quantity > 0]

    def _claimed(self, claim: int) -> list[Held]:
        return self._by("claim", self.held).get(claim, [])

    def _by(self, name: str, among: list[Held]) -> dict[Id, list[Held]]:
        """Holdings by their claim, product or place, found in one pass however many of them are asked about."""
        length, of, found = self._grouped.get(name, (0, None, {}))
        if of is not among or length != len(among):
            found, key = {}, attrgetter(name)
            for one in among:
                found.setdefault(key(one), []).append(one)
            self._grouped[name] = len(among), among, found
        return found

    def lot(self, product: int) -> LotRef:
        """The loose lot of a product."""
        return LotRef(self.loose[product], product)

    def document(self, label: str, pk: int) -> Any:
        """A document that the wish locked."""
        return self.documents[label][pk]
