"""What people are told that somebody said: a customer's answer to a quote, a yes or no to sending it, a mention, a to-do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from wharfinger.base import configuration, further
from wharfinger.base.refusal import N_
from wharfinger.billing.models import Invoice
from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices import bell
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.models import Letter, Rule, Todo
from wharfinger.notices.rules import EVENTS
from wharfinger.parties.queries import who_may
from wharfinger.purchasing.models import PurchaseOrder

MOST_SAID = 400
"""So much of a mail is told; the rest stands on its document."""
ANSWERS = {"accept_quote": "accepted", "decline_quote": "declined"}
"""The event of each verb by which a customer answers."""
ASKED = {
    "ask_approval": "quote_to_approve",
    "approve_quote": "quote_approved",
    "reject_quote": "quote_rejected",
}
"""The event of each verb about the yes that a quote needs before it goes out."""


def about(entry: Entry) -> list[Message]:
    """What people are told about what an entry says: one message for each whom it concerns."""
    return VERBS[entry.verb](entry)


def _answer(entry: Entry) -> list[Message]:
    """What somebody says to a quote: to whoever holds a role for it, unless a rule says otherwise."""
    event = ANSWERS.get(entry.verb) or ASKED[entry.verb]
    rule = Rule.objects.filter(event=event).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[event][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    found: list[Message] = []
    quotes = Sheet.objects.filter(pk__in=_of(entry, "quote"))
    for sheet in quotes.select_related("quote__opportunity", "organization"):
        people = {pk for role in roles for pk in _holders(entry, sheet, role) if pk is not None}
        found += bell.to(event, named | people, entry.actor_id, partial(_answered, entry, sheet))
    return found


def _holders(entry: Entry, sheet: Sheet, role: str) -> list[int | None]:
    """Who holds a role for a quote: also who asked for its approval, and who may give it."""
    if role == "owner":
        return [sheet.owner_id]
    if role == "opportunity_owner":
        return [sheet.quote.opportunity.owner_id]
    if role == "requester":
        # As it was said then: a quote that is not approved has nobody who asks any more.
        said = Fact.objects.filter(
            subject=f"quote:{sheet.pk}", field="approval_asked_by_id", entry__lte=entry
        )
        asked = said.exclude(new__in=("", "null")).order_by("-pk").values_list("new", flat=True).first()
        return [int(asked)] if asked else []
    if role == "approvers" and entry.verb in ASKED:
        mine = () if configuration.one("quote_approval")["self_approval"] else (sheet.owner_id,)
        return [pk for pk in who_may("sales.approve_quote") if pk not in mine]
    return []


def _answered(entry: Entry, sheet: Sheet, _pk: int) -> Said:
    facts = {"number": sheet.number, "customer": sheet.organization.name}
    text = _(ANSWERED[entry.verb]) % facts
    said = f"{text} {entry.reason}".strip() if entry.verb in ("decline_quote", "reject_quote") else text
    event = ANSWERS.get(entry.verb) or ASKED[entry.verb]
    return Said(said, [(event, said)], [reverse("sales:quote", args=[sheet.pk])], f"quote:{sheet.pk}")


ANSWERED = {
    "accept_quote": N_("%(customer)s has accepted %(number)s."),
    "decline_quote": N_("%(customer)s has declined %(number)s."),
    "ask_approval": N_("%(number)s for %(customer)s waits for approval."),
    "approve_quote": N_("%(number)s for %(customer)s is approved."),
    "reject_quote": N_("%(number)s for %(customer)s is rejected."),
}


def _letter(entry: Entry) -> list[Message]:
    """A mail that came in: to whoever holds a role for its document, and who sent the mail that it answers."""
    rule = Rule.objects.filter(event="replied").first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS["replied"][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    found: list[Message] = []
    for letter in Letter.objects.filter(made=entry).exclude(about="").select_related("outbox__entry"):
        holders = _concerned(letter)
        people = named | {pk for role in roles for pk in holders.get(role, ()) if pk is not None}
        found += bell.to("replied", people, entry.actor_id, partial(_came, letter))
    return found


def _concerned(letter: Letter) -> dict[str, list[int | None]]:
    """Who holds which role for the document that a mail is about."""
    noun, _, number = letter.about.partition(":")
    entry = letter.outbox.entry if letter.outbox is not None else None
    found: dict[str, list[int | None]] = {"sender": [entry.actor_id if entry is not None else None]}
    if noun == "purchase_order":
        return found | {
            "buyer": list(PurchaseOrder.objects.filter(pk=number).values_list("buyer", flat=True))
        }
    sheet = int(number)
    if noun == "invoice":
        sheet = Invoice.objects.filter(pk=number).values_list("sheet", flat=True).first() or 0
    rows = Sheet.objects.filter(pk=sheet).values_list(
        "owner", "quote__opportunity__owner", "order__quote__opportunity__owner"
    )
    for owner, by_quote, by_order in rows:
        found |= {"owner": [owner], "opportunity_owner": [by_quote, by_order]}
    return found


def _came(letter: Letter, _pk: int) -> Said:
    title, page = further.titles_of([letter.about])[letter.about]
    facts = {"who": letter.sender, "title": title, "text": " ".join(letter.text.split())[:MOST_SAID]}
    text = _("%(who)s answers on %(title)s: %(text)s") % facts
    return Said(text, [("replied", text)], [page], letter.about)


def _note(entry: Entry) -> list[Message]:
    """A note: to whoever it mentions."""
    people = _of(entry, "user")
    if not people:
        return []
    first = Fact.objects.filter(entry=entry).order_by("pk").values_list("subject", flat=True)[0]

    def said(_pk: int) -> Said:
        title, page = further.titles_of([first])[first]
        facts = {"who": who(entry), "title": title, "text": entry.reason}
        text = _("%(who)s mentions you on %(title)s: %(text)s") % facts
        return Said(text, [("mentioned", text)], [page], first)

    return bell.to("mentioned", people, entry.actor_id, said)


def _todo(entry: Entry) -> list[Message]:
    """Something to be done: to who is to do it, when it is theirs and when it is due."""
    rows = Todo.objects.filter(pk__in=_of(entry, "todo"), done_at__isnull=True)
    if entry.verb == "change_todo":
        taken = Fact.objects.filter(entry=entry, field="person_id").values_list("subject", flat=True)
        rows = rows.filter(pk__in=[int(one.partition(":")[2]) for one in taken])
    by_person: dict[int, list[Todo]] = defaultdict(list)
    for row in rows.order_by("due_on", "pk"):
        by_person[row.person_id].append(row)

    def said(pk: int) -> Said:
        mine = by_person[pk]
        titles = further.titles_of({one.about for one in mine})
        told = [_told(one, titles[one.about][0]) for one in mine]
        pages = list(dict.fromkeys(titles[one.about][1] for one in mine))
        return Said(" ".join(told), [("todo", text) for text in told], pages, mine[0].about)

    return bell.to("todo", by_person, entry.actor_id, said)


def _told(one: Todo, title: str) -> str:
    facts = {"text": one.text, "title": title}
    if one.due_on is None:
        return _("To do for %(title)s: %(text)s") % facts
    day = formats.date_format(one.due_on, "SHORT_DATE_FORMAT")
    return _("To do for %(title)s until %(day)s: %(text)s") % (facts | {"day": day})


VERBS: dict[str, Callable[[Entry], list[Message]]] = {
    **dict.fromkeys((*ANSWERS, *ASKED), _answer),
    "answer": _letter,
    "note": _note,
    **dict.fromkeys(("todo", "change_todo", "charge_kept", "remind", "remind_loans"), _todo),
}


def _of(entry: Entry, noun: str) -> list[int]:
    """Which rows of a noun an entry speaks of."""
    named = Fact.objects.filter(entry=entry, subject__startswith=f"{noun}:").values_list("subject", flat=True)
    return sorted({int(one.partition(":")[2]) for one in named})


def who(entry: Entry) -> str:
    """The name of who did it."""
    return str(entry.actor) if entry.actor is not None else "Wharfinger"
