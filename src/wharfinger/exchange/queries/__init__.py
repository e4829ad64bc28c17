"""Reads of runs and mappings, and of what is exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from django.db.models import Count, ForeignObjectRel, Q, QuerySet
from django.utils.translation import get_language, gettext

from wharfinger.base import configuration
from wharfinger.base.access import Actor
from wharfinger.base.locales import locale_of
from wharfinger.base.money import micro
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.typed import unit_price
from wharfinger.exchange import files, lists, sheets
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.models import Made, Mapping, Run
from wharfinger.exchange.rules import headings, systems
from wharfinger.exchange.rules.kinds import Kind
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.reverse import model_of
from wharfinger.ledger.telling import stand_words, verb_words
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.holders import documents_of

PREVIEW = 5
"""So many rows of a file are shown while its columns are mapped."""


STANDINGS = ("uploaded", "under_way", "tried", "brought_in", "rolled_back")


def standing(rows: QuerySet[Run, Run], values: Sequence[str]) -> QuerySet[Run, Run]:
    """Runs that stand at any of these words."""
    begun, done = Q(started_at__isnull=False), Q(finished_at__isnull=False)
    tried, back = Q(dry=True), Q(back_at__isnull=False)
    words = {
        "uploaded": ~begun,
        "under_way": begun & ~done,
        "tried": done & tried,
        "brought_in": done & ~tried & ~back,
        "rolled_back": done & ~tried & back,
    }
    wanted = Q(pk__in=[])
    for value in values:
        wanted |= words[value]
    return rows.filter(wanted)


def standing_of(run: Run) -> str:
    """The word at which a run stands."""
    if run.started_at is None:
        return "uploaded"
    if run.finished_at is None:
        return "under_way"
    return "tried" if run.dry else "brought_in" if run.back_at is None else "rolled_back"


def runs() -> QuerySet[Run, Run]:
    """Every run, without its file."""
    return Run.objects.defer("content", "changes")


def show_runs(found: Iterable[Run]) -> list[dict[str, Any]]:
    """Runs as callers read them."""
    return [
        {
            "id": run.pk,
            "kind": run.kind,
            "name": run.name,
            "status": standing_of(run),
            "uploaded_at": run.uploaded_at.isoformat(),
            "by": run.by_id,
            **{name: getattr(run, name) for name in ("total", "position", "added", "changed", "unchanged")},
            "refused": len(run.problems),
        }
        for run in found
    ]


def show_run(run: Run, *, costs: bool) -> dict[str, Any]:
    """A run with how it is read and what was refused; what vendors ask only for who may see costs."""
    sheet = preview(run) if run.content is not None else sheets.Sheet([], [])
    system = systems.recognised(sheet.headings, run.kind)
    back = rollback(run)
    return {
        **show_runs([run])[0],
        **{name: getattr(run, name) for name in ("columns", "decimal", "dates")},
        "headings": sheet.headings,
        "left": headings.left(sheet.headings, run.columns, run.kind),
        "system": system.name if system else None,
        "rows": [cells for _, cells in sheet.rows],
        "problems": [
            {"row": one["row"], "column": one["column"], "message": one["words"]} for one in problems(run)
        ],
        "changes": list(changes(run)) if costs else [],
        "made": back["made"],
        "undone": back["undone"],
    }


def show_kind(kind: Kind) -> dict[str, Any]:
    """A kind of file with its columns, in the caller's language."""
    return {
        "name": kind.name,
        "label": gettext(kind.label),
        "key": list(kind.key),
        "columns": [
            {
                **{name: getattr(column, name) for name in ("name", "needed", "form", "example")},
                "label": gettext(column.label),
                "words": column.choices(),
                "help": files.holds(column),
            }
            for column in kind.columns
        ],
    }


def show_lists(actor: Actor) -> list[dict[str, Any]]:
    """The lists that somebody may take out."""
    return [
        {
            "name": kind.name,
            "label": gettext(kind.label),
            "columns": [column.name for column in kind.leaving()],
            "comes_back": kind.name not in lists.HISTORY,
        }
        for kind in lists.leaving(actor)
    ]


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


def changes_shown(run: Run) -> Iterator[dict[str, Any]]:
    """The same with figures and days as the reader's language writes them."""
    for kept, one in zip(run.changes, changes(run), strict=True):
        yield {**one, **{side: _written(kept["what"], one[side]) for side in ("old", "new")}}


def _written(what: str, text: str) -> str:
    if not text or what in ("breaks", "part_number", "currency", "default"):
        return text
    if what in ("stock_on", "valid_from"):
        return format_date(date.fromisoformat(text), "medium", locale=locale_of(get_language() or "en"))
    if what in ("cost", "new", "unknown", "gone"):
        return unit_price(micro(text), configuration.one("currency"))
    return text


def mappings(kind: str = "") -> list[Mapping]:
    """The mappings that are kept, of one kind or of all."""
    found = Mapping.objects.order_by("name")
    return list(found.filter(kind=kind) if kind else found)
