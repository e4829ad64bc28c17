"""The verbs of the words on documents: write them, change them, and see them on a document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, NotThere
from wharfinger.documents.kinds import KINDS
from wharfinger.documents.models import Wording
from wharfinger.documents.queries.wording import trying, wordings
from wharfinger.documents.render import render
from wharfinger.documents.rules import wording as rules
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization


def add_wording(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Write what a kind of document says to an organization, to a country, or to everybody."""
    require(actor, "site.settings")
    values = checked(rules.WORDING, values)
    return post("add", _wish(values), partial(rules.plan_wording, values=values), actor=actor, key=key)


def change_wording(
    *, actor: Actor, wording: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Write something else, or retire it by a date in ``retired_on``; what was issued stays as it was."""
    require(actor, "site.settings")
    values = checked(rules.WORDING, values)
    plan = partial(rules.plan_wording_change, pk=wording, values=values)
    return post("change", _wish(values), plan, actor=actor, key=key)


def preview(*, actor: Actor, wording: int) -> bytes:
    """The newest document that these words may stand on, with them, as PDF; nothing is kept."""
    require(actor, "site.settings")
    found = wordings().filter(pk=wording).first()
    if found is None:
        raise NotThere("no_such_wording", N_("There are no such words. Look at the list of them."))
    return _newest_with(actor, found)


def preview_shipped(*, actor: Actor, kind: str) -> bytes:
    """The newest document of a kind as we ship it, whatever the company has written; nothing is kept."""
    require(actor, "site.settings")
    if kind not in rules.KINDS:
        raise NotThere("no_such_document", N_("There is no such document."))
    return _newest_with(actor, Wording(kind=kind))


def _newest_with(actor: Actor, found: Wording) -> bytes:
    level = rules.REMINDERS.get(found.kind)
    of = KINDS["reminder" if level else found.kind]
    of.require(actor)
    rows = of.model.objects.filter(**{of.made.removesuffix("made_id") + "void__isnull": True})
    if level:
        rows = rows.filter(level=level)
    if found.organization_id is not None:
        rows = rows.filter(**{of.reader: found.organization_id})
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise NotThere(
            "nothing_to_show",
            N_("There is no such document yet. Write one, and these words are shown on it."),
        )
    language = found.language or of.language(newest)
    with trying(found):
        return render(of.of(newest, language), language=language, draft=True)


def _wish(values: Mapping[str, Any]) -> Wish:
    """All that are written, since no two are for the same; and whether the organization is there."""

    def read(truth: Truth) -> None:
        named = {values["organization"]} if values.get("organization") is not None else set()
        named |= {row.organization_id for row in truth.documents[rules.LABEL].values()} - {None}
        found = Organization.objects.filter(pk__in=named).values_list("pk", flat=True)
        truth.read["organizations"] = set(found) if named else set()

    return Wish(documents=[(Wording, sql.Found("id > %s", (0,)))], reads=(read,))
