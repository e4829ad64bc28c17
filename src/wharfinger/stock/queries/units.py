"""One unit: where it is, for whom, and how it came there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from wharfinger.base import further
from wharfinger.base.words import same
from wharfinger.ledger import sql
from wharfinger.ledger.models import Entry, Fact, Holding, Lot, Move, Place
from wharfinger.ledger.write import MADE
from wharfinger.stock.models import Bin, CountLine, Location
from wharfinger.stock.queries.holders import documents_of
from wharfinger.stock.rules.story import act_of, is_milestone

CORRECTIONS = 20
"""No number was ever corrected more often than this; it also ends a search that would go in circles."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step in the life of a unit."""

    entry: int
    verb: str
    recorded_at: datetime
    effective_on: date
    actor: str
    reason: str
    source: str
    source_of: str
    target: str
    target_of: str
    undoes: int | None
    undone: bool
    code: str
    """The number it went by."""
    subjects: list[str] = field(default_factory=list)
    places: tuple[int, ...] = ()
    """From where to where; nothing where a document of the unit was written and the unit stayed where it was."""
    lines: tuple[int, ...] = ()
    """The lines that held it before and after."""

    @property
    def act(self) -> str:
        """What the act was to this unit."""
        return act_of(self.verb, self.source, self.target)


@dataclass(frozen=True, slots=True)
class Unit:
    """A serial number on record, and where its unit stands now."""

    lot: Lot
    kind: str
    """The kind of place where it stands; empty when it stands nowhere."""
    place_of: str
    """What that place belongs to, ``bin:3`` or ``shipment:4``."""
    location: Location | None
    bin: Bin | None
    line: int | None
    subject: str
    """The document of the line that holds it."""
    organization: str


def units() -> QuerySet[Lot]:
    """Every serial number on record."""
    return Lot.objects.filter(serial=True).select_related("product", "owner")


def of_number(text: str) -> list[Lot]:
    """The units of a serial number, upper and lower case alike: one of each product at most, the newest first.

    A unit that went over to another product with a merge is that one's alone.
    """
    found = list(units().filter(code_key=same(text)).order_by("-pk"))
    gone = _went_over([one.pk for one in found]) if len(found) > 1 else set()
    return [one for one in found if one.pk not in gone] or found


def _went_over(lots: Sequence[int]) -> set[int]:
    """Those of these units that stand nowhere since a merge, or since one was undone."""
    standing = Holding.objects.filter(lot__in=lots, quantity__gt=0, unbounded=False)
    absent = sorted(set(lots) - set(standing.values_list("lot_id", flat=True)))
    ends = " UNION ALL ".join(
        f"SELECT h.lot_id, MAX(m.id) AS last FROM ledger_holding h JOIN ledger_move m ON m.{end} = h.id "
        f"WHERE {sql.among('h.lot_id')} GROUP BY h.lot_id"
        for end in ("source_id", "target_id")
    )
    found = sql.fetch(
        f"SELECT x.lot_id FROM (SELECT lot_id, MAX(last) AS last FROM ({ends}) y GROUP BY lot_id) x "
        "JOIN ledger_move m ON m.id = x.last JOIN ledger_entry e ON e.id = m.entry_id "
        "LEFT JOIN ledger_entry o ON o.id = e.reverses_id WHERE COALESCE(o.verb, e.verb) = 'merge'",
        [sql.array(absent)] * 2,
    )
    return {lot for (lot,) in found}


def latest(lot: Lot) -> Lot:
    """The unit under the number it goes by now: where it stands, whatever number it was corrected from."""
    chain = numbers([lot.pk])
    if len(chain) == 1:
        return lot
    standing = Holding.objects.filter(lot__in=chain, quantity__gt=0, unbounded=False).values("lot")
    return units().filter(pk__in=standing).order_by("-pk").first() or lot


def whereabouts(lots: Sequence[Lot]) -> list[Unit]:
    """Where each of these units stands and for whom, in a constant number of statements."""
    found = Holding.objects.filter(lot__in=lots, quantity__gt=0, unbounded=False).select_related("place")
    standing = {h.lot_id: h for h in found}
    owners = owners_of(h.place_id for h in standing.values())
    bins = {b.place_id: b for b in Bin.objects.filter(place_id__in=owners).select_related("location")}
    at = {h.place.parent_id for h in standing.values()}
    locations = {one.place_id: one for one in Location.objects.filter(place_id__in=[p for p in at if p])}
    documents = documents_of(h.claim_id for h in standing.values() if h.claim_id)
    result = []
    for lot in lots:
        h = standing.get(lot.pk)
        if h is None:
            result.append(Unit(lot, "", "", None, None, None, "", ""))
            continue
        subject, organization, _ = documents.get(h.claim_id, ("", "", None))
        result.append(
            Unit(
                lot,
                h.kind,
                owners.get(h.place_id, ""),
                locations.get(h.place.parent_id or 0),
                bins.get(h.place_id),
                h.claim_id or None,
                subject,
                organization,
            )
        )
    return result


def owners_of(places: Iterable[int]) -> dict[int, str]:
    """What each place belongs to, as the journal names it: the bin, site, container or document's line."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    parts = []
    for relation in Place._meta.related_objects:
        model = relation.related_model
        subject = getattr(model, "subject", None)
        if relation.one_to_one and subject and isinstance(model, type):
            column = str(relation.field.column)
            parts.append(
                f"SELECT {column} AS place, '{subject}' AS subject, {model._meta.pk.column} AS id "
                f"FROM {model._meta.db_table} WHERE {sql.among(column)}"
            )
    found = sql.fetch(" UNION ALL ".join(parts), [sql.array(wanted)] * len(parts))
    return {place: f"{subject}:{pk}" for place, subject, pk in found}


def life(lot: Lot) -> list[Chapter]:
    """Everything that happened to a unit, newest first, under whatever number it went by, with its documents."""
    chain = numbers([lot.pk])
    moves = list(
        _moves_of(chain)
        .select_related("entry__actor", "source__lot", "target__lot")
        .order_by("-entry_id", "-n")
    )
    places = {p for move in moves for p in (move.source.place_id, move.target.place_id)}
    claims = {c for move in moves for c in (move.source.claim_id, move.target.claim_id) if c}
    entries = {move.entry_id for move in moves}
    papers = further.papers_of(sorted(chain), sorted(claims), sorted(places))
    counted = CountLine.objects.filter(product=lot.product_id, code__in=_codes(moves), void__isnull=True)
    papers |= {f"count:{pk}" for pk in counted.values_list("count_id", flat=True)}
    papers |= {f"{Lot.subject}:{pk}" for pk in chain}
    told_of = Fact.objects.filter(subject__in=papers).exclude(entry__in=entries)
    acts = {
        entry
        for entry, subject, verb in told_of.values_list("entry_id", "subject", "entry__verb")
        if is_milestone(subject, verb)
    }
    written = list(Entry.objects.filter(pk__in=acts).select_related("actor").order_by("-pk"))
    subjects: dict[int, dict[str, None]] = {}
    for entry, subject in (
        Fact.objects.filter(entry_id__in=entries | {one.pk for one in written})
        .exclude(field=MADE)
        .order_by("id")
        .values_list("entry_id", "subject")
    ):
        if entry in entries or subject in papers:
            subjects.setdefault(entry, {}).setdefault(subject)
    owners = owners_of(places)
    undone = set(
        Move.objects.filter(reverses__in=[move.pk for move in moves]).values_list("reverses_id", flat=True)
    )
    gone = set(Entry.objects.filter(reverses__in=written).values_list("reverses_id", flat=True))
    told = [_chapter(move, subjects, owners, undone) for move in moves]
    told += [_written(one, subjects, gone, lot.code) for one in written]
    return sorted(told, key=lambda c: -c.entry)


def _codes(moves: Sequence[Move]) -> set[str]:
    return {code for move in moves for code in (move.source.lot.code, move.target.lot.code) if code}


def _written(entry: Entry, subjects: dict[int, dict[str, None]], gone: set[Any], code: str) -> Chapter:
    """An act of a document that left the unit where it was."""
    return Chapter(
        entry.pk,
        entry.verb,
        entry.recorded_at,
        entry.effective_on,
        str(entry.actor or ""),
        entry.reason,
        "",
        "",
        "",
        "",
        entry.reverses_id,
        entry.pk in gone,
        code,
        list(subjects.get(entry.pk, ())),
    )


def _chapter(
    move: Move, subjects: dict[int, dict[str, None]], owners: dict[int, str], undone: set[Any]
) -> Chapter:
    entry = move.entry
    return Chapter(
        entry.pk,
        entry.verb,
        entry.recorded_at,
        entry.effective_on,
        str(entry.actor or ""),
        entry.reason,
        move.source.kind,
        owners.get(move.source.place_id, ""),
        move.target.kind,
        owners.get(move.target.place_id, ""),
        entry.reverses_id,
        move.pk in undone,
        move.target.lot.code or move.source.lot.code,
        list(subjects.get(entry.pk, ())),
        (move.source.place_id, move.target.place_id),
        (move.source.claim_id, move.target.claim_id),
    )


def numbers(lots: Iterable[int]) -> set[int]:
    """These units and all that they were corrected from and to, or merged from and into."""
    chain = set(lots)
    for _ in range(CORRECTIONS):
        linked = (
            _moves_of(chain)
            .filter(source__serial=True, target__serial=True)
            .exclude(source__lot=F("target__lot"))
            .values_list("source__lot_id", "target__lot_id")
        )
        more = {one for pair in linked for one in pair} | _merged_with(chain)
        more -= chain
        if not more:
            break
        chain |= more
    return chain


def _moves_of(lots: Iterable[int]) -> QuerySet[Move]:
    """The moves of these lots, found from where they ever stood: among all moves nobody looks for them."""
    held = list(Holding.objects.filter(lot_id__in=lots).values_list("pk", flat=True))
    return Move.objects.filter(Q(source_id__in=held) | Q(target_id__in=held))


def _merged_with(lots: Iterable[int]) -> set[int]:
    """The units that these were merged from or into: the same number, out as one product and in as the other."""
    found = sql.fetch(
        "SELECT DISTINCT t.lot_id FROM ledger_holding h JOIN ledger_lot l ON l.id = h.lot_id "
        "JOIN ledger_move m ON m.source_id = h.id OR m.target_id = h.id "
        "JOIN ledger_entry e ON e.id = m.entry_id AND e.verb = 'merge' "
        "JOIN ledger_move n ON n.entry_id = e.id JOIN ledger_holding t ON t.id = n.target_id "
        "JOIN ledger_lot k ON k.id = t.lot_id AND k.code_key = l.code_key "
        f"WHERE h.kind = 'assembly' AND {sql.among('h.lot_id')}",
        [sql.array(sorted(lots))],
    )
    return {lot for (lot,) in found}
