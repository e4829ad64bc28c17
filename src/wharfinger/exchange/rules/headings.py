"""Pure decisions about headings: which column of a file is which of ours, and what the file holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange.rules import systems
from wharfinger.exchange.rules.kinds import Kind
from wharfinger.exchange.rules.systems import bare


def guess(kind: Kind, headings: Sequence[str]) -> dict[str, str]:
    """Which heading is which of our columns: as the system says that writes such files, else by its name."""
    known = {bare(heading): heading for heading in reversed(headings) if bare(heading)}
    system = systems.recognised(headings, kind.name)
    found = {}
    if system is not None:
        for name, takes in system.columns.items():
            there = next((known[bare(one.heading)] for one in takes if bare(one.heading) in known), None)
            if there is not None:
                found[name] = there
        found |= {name: f"={text}" for name, text in system.always.items()}
        return {column.name: found[column.name] for column in kind.columns if column.name in found}
    for column in kind.columns:
        for name in (column.name, column.label, *column.also):
            if bare(name) in known:
                found[column.name] = known[bare(name)]
                break
    return found


def kind_of(kinds: Iterable[Kind], headings: Sequence[str], name: str) -> str:
    """What a file holds, by its headings or else by its name; nothing where neither tells."""
    system = systems.recognised(headings)
    if system is not None:
        return system.kind
    known = list(kinds)
    stem = name.rpartition("/")[2].partition(".")[0].casefold()
    best, most = "", 0
    for kind in known:
        found = guess(kind, headings)
        if any(column.needed and column.name not in found for column in kind.columns):
            continue
        # Our own headings weigh more than ones that merely mean the same.
        own = sum(bare(heading) in {bare(name) for name in kind.names()} for heading in found.values())
        weight = 3 * len(set(found.values())) + own + 2 * (kind.name == stem)
        if weight > most:
            best, most = kind.name, weight
    return best if len(headings) == 1 or most > 3 else ""


def left(headings: Sequence[str], columns: Mapping[str, str], kind: str) -> list[str]:
    """The headings of a file of which nothing is taken over."""
    taken = {bare(heading) for heading in columns.values()}
    system = systems.recognised(headings, kind)
    if system is not None:
        for name, takes in system.columns.items():
            if name in columns:
                taken |= {bare(one.heading) for one in takes}
    return [heading for heading in headings if heading and bare(heading) not in taken]


def check(kind: Kind, columns: Mapping[str, str], headings: Sequence[str]) -> None:
    """Let a mapping pass that fits the file; raises BadInput, naming our column, otherwise."""
    for name, heading in columns.items():
        if name not in kind.names():
            raise BadInput(
                "no_such_column", N_("There is no column “{name}” to map to."), field=name, name=name[:60]
            )
        if not heading.startswith("=") and heading not in headings:
            raise BadInput(
                "no_such_heading",
                N_("The file has no column “{heading}”. Choose another column."),
                field=name,
                heading=heading[:60],
            )
    for column in kind.columns:
        if column.needed and not columns.get(column.name):
            raise BadInput("column_needed", N_("Say which column of the file holds this."), field=column.name)
