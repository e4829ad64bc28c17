"""Roll an import back: what it led to is undone by entries of their own, the newest first, as far as that goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotAllowed, Refusal
from wharfinger.catalog import actions as catalog
from wharfinger.catalog.actions import categories
from wharfinger.exchange.models import Brought, Made, Run
from wharfinger.exchange.queries import stands, used_by
from wharfinger.ledger.post import attempt
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.actions import groups
from wharfinger.parties.actions import organizations as parties
from wharfinger.pricing import actions as pricing
from wharfinger.stock.actions import locations as stock
from wharfinger.stock.actions import reasons
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Level
from wharfinger.stock.rules.keeping import Keep

Values = dict[str, Any]
RETIRE: Mapping[str, Callable[[Actor, int, Values], Written]] = {
    "product": lambda actor, pk, values: catalog.change_product(actor=actor, product=pk, values=values),
    "organization": lambda actor, pk, values: parties.change_organization(
        actor=actor, organization=pk, values=values
    ),
    "contact": lambda actor, pk, values: parties.change_contact(actor=actor, contact=pk, values=values),
    "site": lambda actor, pk, values: parties.change_site(actor=actor, site=pk, values=values),
    "location": lambda actor, pk, values: stock.change_location(actor=actor, location=pk, values=values),
    "tax_code": lambda actor, pk, values: catalog.change_tax_code(actor=actor, tax_code=pk, values=values),
    "category": lambda actor, pk, values: categories.change_category(actor=actor, category=pk, values=values),
    "customer_group": lambda actor, pk, values: groups.change_customer_group(
        actor=actor, group=pk, values=values
    ),
    "reason": lambda actor, pk, values: reasons.change_reason(actor=actor, reason=pk, values=values),
    "price_list": lambda actor, pk, values: pricing.change_price_list(
        actor=actor, price_list=pk, values=values
    ),
    "level": lambda actor, pk, values: _no_level(actor, pk),
    "bin": lambda actor, pk, values: stock.change_bin(actor=actor, bin=pk, values=values),
}
"""How what is never void leaves: it is retired, and a file that names it again brings it back."""
FIRST = 2**62


def _no_level(actor: Actor, pk: int) -> Written:
    """Keep nothing of a product at a location any more."""
    level = Level.objects.get(pk=pk)
    return set_level(actor=actor, product=level.product_id, location=level.location_id, keep=Keep(0, 0))


def roll_back(*, actor: Actor, run: Run) -> Run:
    """Begin to roll a run back; once more tries again what stood in the way before."""
    require(actor, "exchange.import")
    if run.finished_at is None or run.dry:
        raise Refusal("not_brought_in", N_("Nothing of this file is in the books."))
    if not Made.objects.filter(run=run, undone__isnull=True).exists():
        raise Refusal("nothing_to_roll_back", N_("Nothing of this import is left to roll back."))
    run.back_at, run.back_to = clock.now(), FIRST
    run.save(update_fields=["back_at", "back_to"])
    return run


def go_back(*, actor: Actor, run: Run, seconds: int = 2) -> Run:
    """Go on with rolling back for about so long; several may, each thing is rolled back once."""
    require(actor, "exchange.import")
    until = monotonic() + seconds
    while run.back_to is not None:
        rest = Made.objects.filter(run=run, undone__isnull=True, pk__lt=run.back_to)
        one = rest.order_by("-pk").first()
        down_to = _together(one)[-1].pk if one is not None else None
        # Whoever moves the mark has these; somebody else who goes on takes the next ones.
        if Run.objects.filter(pk=run.pk, back_to=run.back_to).update(back_to=down_to) and one is not None:
            _undo(actor, run, _together(one))
        run.refresh_from_db()
        if monotonic() >= until:
            break
    return run


def _together(one: Made) -> list[Made]:
    """The parts of an entry that are not rolled back yet, the newest first."""
    return list(Made.objects.filter(run=one.run_id, entry=one.entry_id, undone__isnull=True).order_by("-pk"))


def _undo(actor: Actor, run: Run, parts: Sequence[Made]) -> None:
    """Undo an entry in one step where that goes, otherwise each of its parts that can be."""
    # What is retired goes one by one: undoing the entry would take only what belongs to it.
    if len(parts) > 1 and not any(part.subject for part in parts):
        try:
            return attempt(lambda: _whole(actor, run, parts))
        except Refusal:
            pass
    for part in parts:
        _part(actor, run, part)
    return None


def _whole(actor: Actor, run: Run, parts: Sequence[Made]) -> None:
    if Made.objects.filter(entry=parts[0].entry_id).exclude(undone__isnull=True).exists():
        raise Refusal("partly_undone", "")
    done = reverse(actor=actor, entry=parts[0].entry_id, reason=_why(run))
    _mark(parts, done)


def _part(actor: Actor, run: Run, part: Made) -> None:
    def act() -> None:
        _mark([part], _taken_back(actor, run, part))

    try:
        attempt(act)
    except NotAllowed:
        raise
    except Refusal as refusal:
        said = _said(part, refusal)
        Made.objects.filter(pk=part.pk).update(refused=said)


def _taken_back(actor: Actor, run: Run, part: Made) -> Written:
    if not part.subject:
        return reverse(actor=actor, entry=part.entry_id, moves=part.moves, reason=_why(run))
    noun, _, pk = part.subject.partition(":")
    if user := used_by(noun, int(pk)):
        raise Refusal(
            "used_already",
            N_("“{name}” is used already: {what}. See to that first."),
            name=part.name,
            what=user,
        )
    return RETIRE[noun](actor, int(pk), {"retired_on": clock.today(configuration.one("time_zone"))})


def _said(part: Made, refusal: Refusal) -> dict[str, Any]:
    """Why a part stays, and where its goods are where these have moved on."""
    if where := stands(part.entry_id, part.moves):
        sentence, values = N_("“{name}” has moved on: {where}. Bring it back first."), {"where": where}
        return {"sentence": sentence, "values": values | {"name": part.name}}
    figures = {"wanted": refusal.figure(refusal.wanted), "free": refusal.figure(refusal.free)}
    return {
        "sentence": refusal.sentence,
        "values": figures | {name: str(value) for name, value in refusal.values.items()},
    }


def _mark(parts: Sequence[Made], done: Written) -> None:
    Made.objects.filter(pk__in=[part.pk for part in parts]).update(undone=done.id, refused={})
    keys = [part.brought for part in parts if part.brought]
    Brought.objects.filter(run__in={part.run_id for part in parts}, key__in=keys).delete()


def _why(run: Run) -> str:
    return f"Rolled back: {run.name}"[:1000]
