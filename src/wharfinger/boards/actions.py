"""Keep and drop views of lists."""

from __future__ import annotations

from functools import partial
from typing import Any

from wharfinger.base import words
from wharfinger.base.access import require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.boards import rules
from wharfinger.boards.models import SavedView
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User


def save_view(*, actor: Any, table: str, name: str, query: str, shared: bool) -> Written:
    """Keep what a list shows under a name, for oneself or, where one may, for all; the same name again replaces it."""
    if shared:
        require(actor, "boards.share")
    name, table = words.tidy(name, field="name", most=60), table[:60]

    def read(truth: Truth) -> None:
        truth.read["views"] = list(SavedView.objects.filter(owner=actor.pk, table=table, name=name))

    plan = partial(
        rules.plan_save, owner=actor.pk, table=table, name=name, query=rules.kept(query), shared=shared
    )
    verb = "change" if SavedView.objects.filter(owner=actor.pk, table=table, name=name).exists() else "add"
    return post(verb, Wish(documents=[(User, [actor.pk])], reads=(read,)), plan, actor=actor)


def drop_view(*, actor: Any, view: int) -> Written:
    """Forget one's own view; the journal keeps that it was there."""
    row = SavedView.objects.filter(owner=actor.pk, pk=view).first()
    if row is None:
        raise NotThere("no_such_view", N_("This view is not there any more, or it belongs to somebody else."))

    def plan(truth: Truth) -> Plan:
        made = Plan()
        made.mention(row, ("user", actor.pk))
        return made

    def drop() -> Written:
        done = post("retire", Wish(documents=[(User, [actor.pk])]), plan, actor=actor, reason=row.name)
        SavedView.objects.filter(pk=view).delete()
        return done

    return attempt(drop)
