"""What is told of goods that somebody asks a holder for: to who holds them, and the answer to who asked."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base.quantity import plain
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices import bell, talk
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS
from wharfinger.sales.models import HoldRequest

VERBS = {"ask_hold": "asked", "give_way": "answered", "keep_hold": "answered"}
"""The event of each verb by which somebody asks, or answers."""
_NAMED = (
    "asking__sheet",
    "holding__sheet__quote__opportunity",
    "holding__sheet__work_order",
    "holding__order",
)


def about(entry: Entry) -> list[Message]:
    """What is told of a request: the question to who answers for what holds the goods, the answer to who asked.

    Of goods that were given, who answers for what held them is told, too.
    """
    event = VERBS[entry.verb]
    rule = Rule.objects.filter(event=event).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[event][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    found: list[Message] = []
    subjects = Fact.objects.filter(entry=entry, subject__startswith="hold_request:")
    pks = {int(one.partition(":")[2]) for one in subjects.values_list("subject", flat=True)}
    for row in HoldRequest.objects.filter(pk__in=pks).select_related(*_NAMED, "holding__product"):
        people = {pk for role, pk in _people(entry.verb, row) if role in roles and pk is not None}
        found += bell.to(event, named | people, entry.actor_id, partial(_said, entry, row))
    return found


def _people(verb: str, row: HoldRequest) -> list[tuple[str, int | None]]:
    """Who holds which role: for the goods when they are asked for or given, for the request when it is answered."""
    sheet: Any = row.holding.sheet
    quote, work = getattr(sheet, "quote", None), getattr(sheet, "work_order", None)
    holders = [
        ("owner", sheet.owner_id),
        ("owner", row.holding.order.owner_id if row.holding.order is not None else None),
        ("lead", work.lead_id if work is not None else None),
        ("opportunity_owner", quote.opportunity.owner_id if quote is not None else None),
    ]
    asked = [("requester", row.asked_by_id), ("owner", row.asking.sheet.owner_id)]
    return {"ask_hold": holders, "give_way": holders + asked, "keep_hold": asked}[verb]


def _said(entry: Entry, row: HoldRequest, _pk: int) -> Said:
    product = row.holding.product
    facts = {
        "who": talk.who(entry),
        "units": plain(row.quantity, product.quantity_decimals),
        "product": product.sku,
        "holder": row.holding.sheet.number,
        "number": row.asking.sheet.number,
    }
    words = {
        "ask_hold": _("%(who)s asks for %(units)s × %(product)s of %(holder)s for %(number)s."),
        "give_way": _("%(who)s has given %(units)s × %(product)s of %(holder)s to %(number)s."),
        "keep_hold": _("%(who)s keeps the %(product)s of %(holder)s that were asked for %(number)s."),
    }
    more = row.note if entry.verb == "ask_hold" else row.answer
    text = f"{words[entry.verb] % facts} {more}".strip()
    page = reverse("sales:hold_request", args=[row.pk])
    return Said(text, [(VERBS[entry.verb], text)], [page], f"hold_request:{row.pk}")
