"""Reads of runs and mappings, and of what is exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, ForeignObjectRel, Q
from django.utils.translation import gettext

from wharfinger.base.refusal import N_, NotThere
from wharfinger.exchange import sheets
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.models import Made, Mapping, Run
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.reverse import model_of
from wharfinger.ledger.telling import stand_words, verb_words
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.holders import documents_of

PREVIEW = 5
"""So many rows of a file are shown while its columns are mapped."""


def latest() -> list[Run]:
    """The latest runs, without their files."""
    return list(Run.objects.defer("content", "problems").order_by("-pk")[:50])


def run_of(pk: int) -> Run:
    """A run; raises NotThere when there is none."""
    found = Run.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_run", N_("There is no such import."))
    return found


def preview(run: Run) -> sheets.Sheet:
    """The headings and first rows of a run's file."""
    sheet = sheets.read(bytes(run.content or b""), run.name)
    return sheets.Sheet(sheet.headings, sheet.rows[:PREVIEW])


def problems(run: Run) -> Iterator[dict[str, Any]]:
    """The rows that were refused, in the reader's words."""
    for one in run.problems:
        sentence = one["sentence"]
        words = gettext(sentence).format(**one["values"])
        yield {"row": one["row"], "column": one["column"], "words": words}


def made(run: Run, most: int = 200) -> list[dict[str, Any]]:
    """What a run made, the newest first, each with its entry and what became of it."""
    found = Made.objects.filter(run=run).select_related("entry").order_by("-pk")[:most]
    return [
        {
            "name": one.name,
            "verb": verb_words(one.entry.verb),
            "entry": one.entry_id,
            "undone": one.undone_id,
            "why": gettext(one.refused["sentence"]).format(**one.refused["values"]) if one.refused else "",
        }
        for one in found
    ]


def rollback(run: Run) -> dict[str, int]:
    """How far a rollback is: how many entries or parts of entries the run made, and how many are undone."""
    made, undone = Made.objects.filter(run=run).aggregate(made=Count("pk"), done=Count("undone")).values()
    return {"made": made, "undone": undone}


PARTS = {
    "product": {"catalog.VendorPrice", "catalog.Barcode"},
    "organization": {"parties.Contact", "parties.Site"},
    "location": {"stock.Bin"},
    "price_list": {"pricing.PriceItem"},
}
"""What belongs to a noun and goes with it; whatever else refers to it uses it."""


LAPSED = {
    "stock.Level": Q(minimum=0, maximum=0, reorder_point=None),
    "pricing.PriceItem": Q(price_list__retired_on__isnull=False) | Q(price_micro=None),
    "catalog.Component": Q(quantity=0),
}
"""What refers to something and uses it no more."""


def used_by(noun: str, pk: int) -> str:
    """What uses something that an import made, in words; nothing where it can go."""
    model = model_of(f"{noun}:{pk}")
    assert model is not None, noun
    every = model._meta.get_fields(include_hidden=True)
    for relation in (one for one in every if isinstance(one, ForeignObjectRel)):
        other = relation.related_model
        label = other._meta.label
        if label in PARTS.get(noun, ()) or (label.startswith("ledger.") and label != "ledger.Holding"):
            continue
        rows = other._default_manager.filter(**{relation.field.name: pk})
        if label == "ledger.Holding":
            rows = rows.filter(quantity__gt=0, unbounded=False)
        rows = rows.exclude(LAPSED[label]) if label in LAPSED else rows
        names = {field.name for field in other._meta.get_fields()}
        for gone in {"void", "retired_on"} & names:
            rows = rows.filter(**{f"{gone}__isnull": True})
        if (one := rows.first()) is not None:
            return _called(one)
    return ""


def _called(row: Any) -> str:
    if isinstance(row, Holding):
        return _stand([row])
    of = getattr(row, "sheet", None) or row
    return str(getattr(of, "number", None) or getattr(of, "product", None) or of)[:60]


def stands(entry: int, moves: Sequence[int] | None) -> str:
    """Where goods are by now that an entry brought elsewhere; nothing where they are as it left them."""
    found = Move.objects.filter(entry=entry).select_related("target")
    targets = [one.target for one in (found if moves is None else found.filter(n__in=moves))]
    away = Holding.objects.filter(
        lot__in={one.lot_id for one in targets}, quantity__gt=0, unbounded=False
    ).exclude(pk__in=[one.pk for one in targets])
    return _stand(list(away.order_by("-pk")[:3]))


def _stand(rows: Sequence[Holding]) -> str:
    places = [one.place_id for one in rows]
    bins = {one.place_id: one for one in Bin.objects.filter(place__in=places).select_related("location")}
    documents = documents_of(one.claim_id for one in rows if one.claim_id)
    found = []
    for one in rows:
        bin = bins.get(one.place_id)
        at = (bin.location.name, bin.name) if bin else (None, None)
        words = stand_words(one.kind, one.claim_id, *at)
        holder = documents.get(one.claim_id, ("", "", None))[1]
        found.append(f"{words} ({holder})" if holder else words)
    return ", ".join(dict.fromkeys(found))


WHAT = {
    "new": N_("New at this vendor"),
    "unknown": N_("Not one of our products"),
    "gone": N_("Not in the list any more"),
    "breaks": N_("Price breaks"),
}


def changes(run: Run) -> Iterator[dict[str, Any]]:
    """What a vendor's list changes, in the reader's words."""
    names = {column.name: column.label for column in kind_of(run.kind).columns}
    for one in run.changes:
        word = WHAT.get(one["what"], names.get(one["what"], one["what"]))
        yield {**one, "what": gettext(word), "percent": f"{one['percent']} %" if one["percent"] else ""}


def mappings(kind: str = "") -> list[Mapping]:
    """The mappings that are kept, of one kind or of all."""
    found = Mapping.objects.order_by("name")
    return list(found.filter(kind=kind) if kind else found)
