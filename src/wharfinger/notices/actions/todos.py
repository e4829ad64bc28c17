"""The verbs of to-dos: write down what somebody is to do about a document, change it, finish it, remind of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.notices.models import Todo
from wharfinger.notices.queries import attachments, todos
from wharfinger.notices.rules import talking as rules
from wharfinger.notices.rules.attachments import SEEN_BY, about
from wharfinger.parties.models import User

TO_WIN = N_("Win {number}: the customer has accepted")


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
    """Let the owner of a quote have it to do what follows when the customer accepts."""
    for sheet in truth.documents["demand.Sheet"].values():
        owner = User.objects.filter(pk=sheet.owner_id, is_active=True).first()
        if owner is None:
            continue
        with translation.override(owner.language):
            text = gettext(TO_WIN).format(number=sheet.number)
        subject = f"quote:{sheet.pk}"
        values = {"text": text, "due_on": None, "person_id": owner.pk}
        made = plan.create(
            rules.LABEL, about=subject, done_at=None, done_by_id=None, reminded_on=None, **values
        )
        plan.mention(("todo", made))


def _read_people(truth: Truth) -> None:
    truth.read["people"] = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
