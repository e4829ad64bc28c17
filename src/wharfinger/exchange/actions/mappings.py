"""Keep and drop mappings: which column of somebody's files is which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.models import Mapping as SavedMapping
from wharfinger.exchange.rules import mappings as rules
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.write import Written


def save_mapping(
    *,
    actor: Actor,
    name: str,
    kind: str,
    columns: Mapping[str, str],
    decimal: str = ".",
    dates: str = "dmy",
) -> Written:
    """Keep a mapping under a name; the same name again replaces it."""
    require(actor, "exchange.import")
    if kind not in KINDS:
        raise BadInput("no_such_kind", N_("Choose what the file holds."), field="kind")
    chosen = rules.kept(kind_of(kind).names(), columns, decimal, dates)
    name = tidy(name, field="name", most=60)
    known = list(SavedMapping.objects.filter(name=name).values_list("pk", flat=True))

    def read(truth: Truth) -> None:
        truth.read["mappings"] = list(SavedMapping.objects.filter(name=name))

    wish = Wish(documents=[(SavedMapping, known)], reads=(read,))
    plan = partial(rules.plan_save, name=name, kind=kind, columns=chosen, decimal=decimal, dates=dates)
    return post("change" if known else "add", wish, plan, actor=actor)


def drop_mapping(*, actor: Actor, mapping: int) -> Written:
    """Forget a mapping; what was brought in by it stays, and the journal keeps that it was there."""
    require(actor, "exchange.import")
    row = SavedMapping.objects.filter(pk=mapping).first()
    if row is None:
        raise NotThere("no_such_mapping", N_("There is no such mapping."))

    def plan(truth: Truth) -> Plan:
        made = Plan()
        made.mention(row)
        return made

    def drop() -> Written:
        wish = Wish(documents=[(SavedMapping, [mapping])])
        done = post("retire", wish, plan, actor=actor, reason=row.name)
        SavedMapping.objects.filter(pk=mapping).delete()
        return done

    return attempt(drop)
