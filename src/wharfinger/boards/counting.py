"""How much waits on each worklist, which every page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from wharfinger.base import clock
from wharfinger.base.asking import MANY
from wharfinger.boards.worklists import WORKLISTS, workable
from wharfinger.ledger import sql
from wharfinger.ledger.prepared import Slot, instant


def counts(besides: Mapping[str, tuple[str, Sequence[Any]]] | None = None) -> dict[str, int]:
    """How much waits on each worklist, counted no further than one past a thousand, in one statement.

    besides: what else is counted in it, by name, each a statement that finds ids, and its values.
    """
    text, params = _counting()
    now = clock.now()
    given = [p.given(now) if isinstance(p, Slot) else p for p in params]
    for name, (found_by, values) in (besides or {}).items():
        text += f" UNION ALL SELECT '{name}', 0, COUNT(*) FROM ({found_by}) AS part_{name}"
        given += values
    rows = sql.fetch(text, given)
    found = {(kind, bool(free)): int(count) for kind, free, count in rows}
    return {name: found[name, False] for name in besides or ()} | {
        one.name: min(
            sum(found[kind, one.stock_too] for kind in one.kinds) + found.get((one.name, False), 0), MANY + 1
        )
        for one in WORKLISTS
    }


@cache
def _counting() -> tuple[str, list[Any]]:
    """The statement that counts, made once since every page asks it; each kind of place is counted in its index's order."""
    parts: dict[tuple[str, bool], str] = {}
    params: list[Any] = []
    for one in WORKLISTS:
        if one.also is not None:
            text, given = one.also().order_by("id").values("id")[: MANY + 1].query.sql_with_params()
            parts[one.name, False] = f"SELECT '{one.name}', 0, COUNT(*) FROM ({text}) AS part_{len(parts)}"
            params += given
        for kind in one.kinds:
            if (part := (kind, one.stock_too)) not in parts:
                of_kind = workable(one, [kind], instant("now")).filter(kind__gte=kind, kind__lte=kind)
                few = of_kind.order_by("kind", "id").values("id")[: MANY + 1]
                text, given = few.query.sql_with_params()
                free = int(one.stock_too)
                parts[part] = f"SELECT '{kind}', {free}, COUNT(*) FROM ({text}) AS part_{len(parts)}"
                params += given
    return " UNION ALL ".join(parts.values()), params
