"""Bring a file in: upload it, say which column is which, and let it go on until it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import PurePath
from time import monotonic
from typing import Any

from django.db.models import F, Q

from wharfinger.base import clock, configuration, owned
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.exchange import rules, sheets
from wharfinger.exchange.actions import (
    counts,
    devices,
    levels,
    locations,
    named,
    offers,
    orders,
    organizations,
    parts,
    prices,
    products,
    purchases,
    quotes,
    rates,
    stock,
    variants,
)
from wharfinger.exchange.actions.made import keep
from wharfinger.exchange.columns import kind_of, spoken
from wharfinger.exchange.folder import packed
from wharfinger.exchange.lists import HISTORY
from wharfinger.exchange.models import Run
from wharfinger.exchange.rules import Group, Problem, Told, cells, headings
from wharfinger.exchange.rules.kinds import KINDS, Kind
from wharfinger.ledger.post import attempt, dry

BRING: dict[str, Callable[..., str]] = {
    "organizations": organizations.bring,
    "products": products.bring,
    "variants": variants.bring,
    "locations": locations.bring,
    "orders": orders.bring,
    "counts": counts.bring,
    "vendor_prices": offers.bring,
    "contacts": organizations.bring_contact,
    "sites": organizations.bring_site,
    "price_lists": prices.bring,
    "rates": rates.bring,
    "levels": levels.bring,
    "devices": devices.bring,
    "quotes": quotes.bring,
    "purchase_orders": purchases.bring,
} | {
    name: partial(act, kind=name)
    for act, names in ((named.bring, named.NOUNS), (parts.bring, parts.PARTS))
    for name in names
}
MOVING = ("position", "added", "changed", "unchanged", "problems", "changes", "finished_at")
"""What changes of a run while it goes on: its file need not be read again."""
MANY: Mapping[str, Callable[..., dict[int, str]]] = {
    "products": products.bring_many,
    "stock": stock.bring_many,
    "orders": orders.bring_many,
    "counts": counts.bring_many,
}
"""What is brought in together, as far as nothing of it is refused."""
SLICE = 100
"""How many things are brought in between two looks at the clock."""
MOST_PROBLEMS = 1000
"""So many rows that were refused are kept; whoever has more mends the mapping first."""


MOST_CHANGES = 5000
"""So many lines the list of changes has at most."""


def upload(*, actor: Actor, content: bytes, name: str, kind: str = "") -> Run:
    """Take a file in, guess what it holds and which column is which; nothing of it is in the books yet."""
    require(actor, "exchange.import")
    if kind and kind not in KINDS:
        raise BadInput("no_such_kind", N_("Choose what the file holds."), field="kind")
    sheet = sheets.read(content, name)
    kind = kind or headings.kind_of(map(spoken, KINDS), sheet.headings, name)
    if not kind:
        raise BadInput(
            "kind_unknown", N_("The headings do not tell what this file holds. Choose it."), field="kind"
        )
    columns = headings.guess(spoken(kind), sheet.headings)
    decimal, dates = _written(kind_of(kind), columns, sheet)
    return Run.objects.create(
        kind=kind,
        name=name[:200],
        content=content,
        columns=columns,
        decimal=decimal,
        dates=dates,
        by_id=actor.pk,
        uploaded_at=clock.now(),
    )


def upload_all(*, actor: Actor, content: bytes) -> list[Run]:
    """Take the files of an archive in, the last to be brought in first; lists without rows and history are left out."""
    require(actor, "exchange.import")
    order = list(KINDS)
    tables = {name: table for name, table in packed(content) if PurePath(name).stem not in HISTORY}
    known = {name: kind for name, table in tables.items() if (kind := _kind(table, name))}
    if not known:
        raise BadInput("nothing_in_archive", N_("No file in this archive can be read here."), field="file")
    turn = sorted(known, key=lambda name: order.index(known[name]), reverse=True)
    return [upload(actor=actor, content=tables[name], name=name, kind=known[name]) for name in turn]


def _kind(content: bytes, name: str) -> str:
    """What a table of an archive holds; nothing where nobody knows, or where it has no rows."""
    try:
        return headings.kind_of(map(spoken, KINDS), sheets.read(content, name).headings, name)
    except BadInput:
        return ""


def start(
    *,
    actor: Actor,
    run: Run,
    columns: Mapping[str, str],
    decimal: str = ".",
    dates: str = "dmy",
    dry: bool = False,
) -> Run:
    """Begin to bring a file in by this mapping, or only to see what would happen."""
    require(actor, "exchange.import")
    if run.content is None:
        raise Refusal(
            "brought_in", N_("This file is in the books already. Upload it again to run it once more.")
        )
    if decimal not in cells.DECIMALS:
        raise BadInput("bad_decimal", N_("Numbers have a point or a comma."), field="decimal")
    if dates not in cells.DATES:
        raise BadInput("bad_dates", N_("Days come before months, or months before days."), field="dates")
    chosen = {name: heading for name, heading in columns.items() if heading}
    found = _groups(run, chosen, decimal, dates)
    run.columns, run.decimal, run.dates, run.dry, run.total = chosen, decimal, dates, dry, len(found)
    run.position = run.added = run.changed = run.unchanged = 0
    run.problems, run.started_at, run.finished_at = [], clock.now(), None
    run.changes = []
    run.save()
    return run


def proceed(*, actor: Actor, run: Run, seconds: int = 2) -> Run:
    """Go on with a run for about so long; several may, each thing is brought in once."""
    require(actor, "exchange.import")
    if run.started_at is None or run.finished_at is not None:
        return run
    until = monotonic() + seconds
    found = _groups(run, run.columns, run.decimal, run.dates)
    while run.position < len(found):
        start_at = run.position
        end = min(start_at + SLICE, len(found))
        # Whoever moves the position has the slice; somebody else who proceeds takes the next one.
        if Run.objects.filter(pk=run.pk, position=start_at, finished_at=None).update(position=end):
            part = found[start_at:end]
            with owned.at_hand():
                became = _bring(actor, run, part)
            _keep(run, became, [one for group in part for one in group.told])
        run.refresh_from_db(fields=MOVING)
        if monotonic() >= until:
            break
    if run.position >= len(found) and run.finished_at is None:
        _finish(run, offers.gone(found) if run.kind == "vendor_prices" else ())
    return run


def under_way() -> Run | None:
    """A file that somebody began to bring in, or to roll back, and that is not through; nothing where there is none."""
    open_ones = Run.objects.filter(
        Q(started_at__isnull=False, finished_at=None) | Q(back_to__isnull=False)
    ).select_related("by")
    found = open_ones.defer("problems", "changes").order_by("pk")
    return next((run for run in found if may_go_on(run)), None)


def may_go_on(run: Run) -> bool:
    """Whether the one who began it may still bring files in."""
    return run.by is None or (run.by.is_active and run.by.may("exchange.import"))


def _groups(run: Run, columns: Mapping[str, str], decimal: str, dates: str) -> list[Group]:
    kind = kind_of(run.kind)
    sheet = sheets.read(bytes(run.content or b""), run.name)
    headings.check(kind, columns, sheet.headings)
    return rules.groups(kind, sheet.headings, sheet.rows, columns, decimal, dates)


def _written(kind: Kind, columns: Mapping[str, str], sheet: sheets.Sheet) -> tuple[str, str]:
    """How numbers and days are written in a file, by those it has; as at home where they do not tell."""

    def texts(form: str) -> Iterator[str]:
        place = {heading: n for n, heading in reversed(list(enumerate(sheet.headings)))}
        at = [place[h] for name, h in columns.items() if h in place and kind.column(name).form == form]
        return (cells_of[n] for _, cells_of in sheet.rows for n in at if n < len(cells_of))

    american = configuration.one("company")["country"] == "US"
    decimal = cells.decimal_of(texts("figure")) or "."
    return decimal, cells.dates_of(texts("day")) or ("mdy" if american else "dmy")


def _bring(actor: Actor, run: Run, groups: Sequence[Group]) -> list[str | Problem]:
    """What became of each: a word, or why not."""
    many = MANY.get(run.kind)
    if many is None:
        return [_one(actor, run, group) for group in groups]
    if len(groups) == 1:
        return [_one(actor, run, groups[0])]
    try:
        act = partial(many, actor=actor, groups=groups, run=run)
        became = dry(act) if run.dry else act()
    except Refusal:
        became = {}
    if became:
        return [became.get(n) or _one(actor, run, group) for n, group in enumerate(groups)]
    # One of them is refused: the halves find out which.
    middle = len(groups) // 2
    return _bring(actor, run, groups[:middle]) + _bring(actor, run, groups[middle:])


def _one(actor: Actor, run: Run, group: Group) -> str | Problem:
    bring = _act(actor, run, group)

    def act() -> str:
        group.made.clear()
        word = bring()
        keep(run, [group])
        return word

    try:
        return dry(lambda: attempt(act)) if run.dry else attempt(act)
    except Refusal as refusal:
        group.told.clear()
        return rules.problem(kind_of(run.kind), group, refusal)


def _act(actor: Actor, run: Run, group: Group) -> Callable[[], str]:
    if run.kind == "stock":
        return partial(stock.bring, actor=actor, group=group, run=run)
    return partial(BRING[run.kind], actor=actor, group=group)


def _keep(run: Run, done: Sequence[str | Problem], told: Sequence[Told] = ()) -> None:
    words = [one for one in done if isinstance(one, str)]
    problems: list[dict[str, Any]] = [asdict(one) for one in done if isinstance(one, Problem)]

    def act() -> None:
        row = Run.objects.only("problems", "changes").select_for_update().get(pk=run.pk)
        Run.objects.filter(pk=run.pk).update(
            **{word: F(word) + words.count(word) for word in ("added", "changed", "unchanged")},
            problems=[*row.problems, *problems][:MOST_PROBLEMS],
            changes=_changes(row, told),
        )

    attempt(act)


def _finish(run: Run, told: Sequence[Told]) -> None:
    """End a run once, with what only the whole file tells, however many went on with it until here."""

    def act() -> None:
        row = Run.objects.only("changes", "finished_at").select_for_update().get(pk=run.pk)
        if row.finished_at is None:
            emptied: dict[str, Any] = {} if run.dry else {"content": None}
            Run.objects.filter(pk=run.pk).update(
                finished_at=clock.now(), changes=_changes(row, told), **emptied
            )

    attempt(act)
    run.refresh_from_db(fields=[*MOVING, "content"])


def _changes(row: Run, told: Sequence[Told]) -> list[dict[str, Any]]:
    return [*row.changes, *({**asdict(one), "percent": one.percent} for one in told)][:MOST_CHANGES]
