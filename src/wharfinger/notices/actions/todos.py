"""The verbs of to-dos: write down what somebody is to do about a document, change it, finish it, remind of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from django.utils import translation
from django.utils.translation import gettext

from wharfinger.base import clock, configuration
from wharfinger.base.access import HOUSE, Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand.models import Sheet
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Entry, Fact, Outbox
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.notices.models import Todo
from wharfinger.notices.queries import attachments, todos
from wharfinger.notices.rules import talking as rules
from wharfinger.notices.rules.attachments import SEEN_BY, about
from wharfinger.parties.models import User
from wharfinger.sales.actions import winning

QUOTE = "sales.Quote"
MOOT = {"won_at": True, "lost_at": True, "declined_at": True, "accepted_at": False}
"""By the field of a quote, whether it is said or taken back when nobody has to win it any more."""
TO_WIN = N_("Win {number}: the customer has accepted")
LOAN = "stock.Loan"
LOAN_DUE = N_("{number}: the goods are to be back soon. Ask for them")
LOAN_OVERDUE = N_("{number}: the goods are not back in time. Ask for them")
NOT_BACK = N_("{number}: the old goods are not back in time. Invoice what left for them, or ask again")


def add_todo(
    *, actor: Actor, subject: str, text: str, person: int, due_on: Any = None, key: str | None = None
) -> Written:
    """Write down what somebody is to do about a document (``order:17``), who is told at once and on its day."""
    require(actor, "notices.todo")
    require(actor, SEEN_BY[about(subject)[0]])
    if not attachments.is_there(subject):
        raise NotThere("no_such_subject", N_("There is no such document."), field="subject")
    values = checked(rules.CHANGES, {"text": text, "due_on": due_on}) | {"person_id": person}
    plan = partial(rules.plan_todo, subject=subject, values=values)
    return post("todo", Wish(reads=(_read_people,)), plan, actor=actor, key=key)


def change_todo(*, actor: Actor, todo: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Change what is to be done, by whom (``person``) or until when."""
    require(actor, "notices.todo")
    todos.seen(actor, todo)
    given = dict(values)
    person = {"person_id": given.pop("person")} if "person" in given else {}
    plan = partial(rules.plan_change, pk=todo, values=checked(rules.CHANGES, given) | person)
    wish = Wish(documents=[(Todo, [todo])], reads=(_read_people,))
    return post("change_todo", wish, plan, actor=actor, key=key)


def finish_todo(*, actor: Actor, todo: int, key: str | None = None) -> Written:
    """Say that something is done."""
    require(actor, "notices.todo")
    todos.seen(actor, todo)
    plan = partial(rules.plan_finish, pk=todo)
    return post("finish_todo", Wish(documents=[(Todo, [todo])]), plan, actor=actor, key=key)


def remind(*, actor: Actor, key: str | None = None) -> Written | None:
    """Tell of what is due today or was before, once; nothing where nothing is."""
    require(actor, "notices.todo")
    today = clock.today(configuration.one("time_zone"))
    due = todos.standing().filter(due_on__lte=today, reminded_on__isnull=True).order_by("pk")
    rows = list(due.values_list("pk", flat=True)[:500])
    if not rows:
        return None
    return post("remind", Wish(documents=[(Todo, rows)]), rules.plan_remind, actor=actor, key=key)


def to_win(truth: Truth, plan: Plan) -> None:
    """Let the owner of a quote have it to do what follows when the customer accepts, unless that is won by itself."""
    if configuration.one("win_on_acceptance"):
        return
    for sheet in truth.documents["demand.Sheet"].values():
        owner = User.objects.filter(pk=sheet.owner_id, is_active=True).first()
        if owner is None:
            continue
        values = {"text": _to_win(owner, sheet.number), "due_on": None, "person_id": owner.pk}
        made = plan.create(
            rules.LABEL,
            about=f"quote:{sheet.pk}",
            done_at=None,
            done_by_id=None,
            reminded_on=None,
            **values,
        )
        plan.mention(("todo", made))


def to_ask_back(truth: Truth, plan: Plan) -> None:
    """Let whoever approved a return have it to do what follows when what left first is charged by the clock."""
    if truth.actor is not None:
        return
    for rma in truth.documents["returns.Rma"].values():
        person = User.objects.filter(pk=rma.approved_by_id, is_active=True).first()
        if person is None:
            continue
        with translation.override(person.language):
            text = gettext(NOT_BACK).format(number=rma.number)
        made = plan.create(
            rules.LABEL,
            about=f"rma:{rma.pk}",
            done_at=None,
            done_by_id=None,
            reminded_on=None,
            text=text,
            due_on=None,
            person_id=person.pk,
        )
        plan.mention(("todo", made))


def to_ask_for_loans(truth: Truth, plan: Plan) -> None:
    """Let who lent goods have it to do to ask for them, once before the day they are to be back and once after it."""
    due = list(dict.fromkeys(change.pk for change in plan.changes if change.label == LOAN))
    loans = truth.documents.get(LOAN, {})
    entries = Entry.objects.filter(pk__in=[loans[pk].made_id for pk in due]).select_related("actor")
    lenders = {entry.pk: entry.actor for entry in entries}
    for pk in due:
        row = loans[pk]
        person = lenders.get(row.made_id)
        if person is None or not person.is_active:
            continue
        late = row.due_on < truth.today
        with translation.override(person.language):
            text = gettext(LOAN_OVERDUE if late else LOAN_DUE).format(number=row.number)
        made = plan.create(
            rules.LABEL,
            about=f"loan:{pk}",
            done_at=None,
            done_by_id=None,
            reminded_on=None,
            text=text,
            due_on=row.due_on,
            person_id=person.pk,
        )
        plan.mention(("todo", made))


def loan_is_back(truth: Truth, plan: Plan) -> None:
    """Let what was written down to ask for be done once all goods of a loan are back."""
    if (loan := plan.notes.get("all_back")) is None:
        return
    ours = f"{sql.among('about', 'text')} AND done_at IS NULL AND void_id IS NULL"
    for row in sql.read(Todo, ours, [sql.words([f"loan:{loan}"])], locked=True).values():
        plan.change(row, done_at=truth.now, done_by_id=truth.actor)
        plan.mention(("todo", row.pk))


def answered(truth: Truth, plan: Plan) -> None:
    """Let what we wrote down to do about an accepted quote be done once it is won, lost or offered anew."""
    quotes = {
        change.pk
        for change in plan.changes
        if change.label == QUOTE and MOOT.get(change.field) == (change.new is not None)
    }
    if not quotes:
        return
    about = [f"quote:{pk}" for pk in sorted(quotes)]
    ours = (
        f"{sql.among('about', 'text')} AND done_at IS NULL AND void_id IS NULL AND made_id IN ("
        "SELECT e.id FROM ledger_entry e WHERE e.verb = 'accept_quote' OR e.verb = 'todo' AND e.actor_id IS NULL)"
    )
    for row in sql.read(Todo, ours, [sql.words(about)], locked=True).values():
        plan.change(row, done_at=truth.now, done_by_id=truth.actor)
        plan.mention(("todo", row.pk))


def win_accepted(row: Outbox) -> list[dict[str, Any]]:
    """Win what a customer has accepted, where a setting says so, in its owner's name.

    What cannot be won is no trouble of the customer's: the owner has it to do, and is told why.
    """
    assert row.entry is not None, "what is accepted is accepted by an entry"
    if not configuration.one("win_on_acceptance"):
        return []
    subjects = Fact.objects.filter(entry=row.entry, field="accepted_at").values_list("subject", flat=True)
    for sheet in Sheet.objects.filter(
        pk__in=[int(one.partition(":")[2]) for one in subjects], quote__accepted_at__isnull=False
    ).select_related("owner"):
        owner = sheet.owner if sheet.owner is not None and sheet.owner.is_active else None
        try:
            winning.win(actor=cast(Actor, owner or HOUSE), quote=sheet.pk)
        except Refusal as refusal:
            if owner is not None:
                _leave_to(owner, sheet, refusal, row.entry.pk)
    return []


def _leave_to(owner: User, sheet: Sheet, refusal: Refusal, entry: int) -> None:
    with translation.override(owner.language):
        text = f"{_to_win(owner, sheet.number)}. {refusal.words()}"
    add_todo(
        actor=HOUSE,
        subject=f"quote:{sheet.pk}",
        text=text[:500],
        person=owner.pk,
        key=f"accepted by entry {entry}",
    )


def _to_win(owner: User, number: str) -> str:
    with translation.override(owner.language):
        return gettext(TO_WIN).format(number=number)


def _read_people(truth: Truth) -> None:
    truth.read["people"] = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
