"""Add and change webhooks and notification rules; send something again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.telling import VERBS
from wharfinger.ledger.write import Written
from wharfinger.notices import outbox, queries, rules
from wharfinger.notices.models import Rule, Webhook
from wharfinger.notices.rules import talking
from wharfinger.parties.models import User


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def add_webhook(
    *, actor: Actor, name: str, url: str, verbs: Sequence[str] = (), key: str | None = None
) -> Written:
    """Tell an address of entries from now on; its secret is made here and shown to whoever added it."""
    require(actor, "notices.webhook")
    values = {
        "name": tidy(name, field="name", most=100),
        "url": _url(url),
        "verbs": _verbs(verbs),
        "secret": new_secret(),
        "active": True,
    }

    def plan(truth: Truth) -> Plan:
        made = Plan()
        made.mention(("webhook", made.create("notices.Webhook", **values)))
        return made

    return post("add", Wish(), plan, actor=actor, key=key)


def change_webhook(*, actor: Actor, webhook: int, values: dict[str, Any], key: str | None = None) -> Written:
    """Change a webhook's name, address, verbs, or whether it is told at all."""
    require(actor, "notices.webhook")
    new = dict(values)
    if "name" in new:
        new["name"] = tidy(new["name"], field="name", most=100)
    if "url" in new:
        new["url"] = _url(new["url"])
    if "verbs" in new:
        new["verbs"] = _verbs(new["verbs"])

    def plan(truth: Truth) -> Plan:
        made = Plan()
        row = truth.documents["notices.Webhook"].get(webhook)
        if row is None:
            raise NotThere("no_such_webhook", N_("There is no such webhook."))
        made.change(row, **new)
        made.mention(row)
        return made

    return post("change", Wish(documents=[(Webhook, [webhook])]), plan, actor=actor, key=key)


def set_rule(
    *,
    actor: Actor,
    event: str,
    roles: Sequence[str],
    users: Sequence[int] = (),
    active: bool = True,
    key: str | None = None,
) -> Written:
    """Say who is told when units reach a stage; it acts at once.

    A role that nobody can hold for the event is refused. Rules that were saved with one before keep telling their others;
    it is not shown any more, and is dropped when the rule is saved next.
    """
    require(actor, "notices.rule")
    if event not in rules.EVENTS:
        raise BadInput("no_such_event", N_("There is no such event."), field="event")
    if unknown := [role for role in roles if role not in rules.ROLES]:
        raise BadInput(
            "no_such_role",
            N_("“{role}” is no role on a document. Choose one from the list."),
            field="roles",
            role=unknown[0],
        )
    _check_reached(event, roles)
    if User.objects.filter(pk__in=users).count() != len(set(users)):
        raise BadInput("no_such_user", N_("There is no such user."), field="users")
    values = {"roles": list(roles), "people": sorted(set(users)), "active": active}

    def plan(truth: Truth) -> Plan:
        made = Plan()
        known = truth.read["rule"]
        if known is None:
            made.mention(("notification_rule", made.create("notices.Rule", event=event, **values)))
        else:
            made.change(known, **values)
            made.mention(known)
        return made

    def read(truth: Truth) -> None:
        truth.read["rule"] = Rule.objects.filter(event=event).first()

    return post("set", Wish(reads=(read,)), plan, actor=actor, key=key)


def _check_reached(event: str, roles: Sequence[str]) -> None:
    """Refuse a rule for what tells those whom it names, and a role that nobody can hold for an event."""
    reached = rules.REACHES[event]
    if not reached:
        raise BadInput(
            "event_takes_no_rule",
            N_("This tells those whom it names, and they mute it for themselves. There is no rule for it."),
            field="event",
        )
    idle = [role for role in roles if role not in reached]
    if idle:
        raise BadInput(
            "role_reaches_nobody",
            N_("Nobody can be “{role}” for this event. Choose among {roles}, or tick people by name."),
            field="roles",
            role=idle[0],
            roles=", ".join(reached),
        )


def send_again(*, actor: Actor, row: int, key: str | None = None) -> Written:
    """Send a message of the outbox once more, at once; raises NotThere when there is none."""
    require(actor, "notices.outbox")

    def plan(truth: Truth) -> Plan:
        made = Plan()
        made.mention(("message", row))
        return made

    def act() -> Written:
        if not outbox.again(row):
            raise NotThere("no_such_message", N_("There is no such message."))
        return post("send_again", Wish(), plan, actor=actor, key=key)

    return attempt(act)


def note(*, actor: Actor, subject: str, text: str, key: str | None = None) -> Written:
    """Write a note about a document (``order:17``) into its timeline; it stays, as all history does.

    Whoever is mentioned in it (``@mara``) is told by mail.
    """
    require(actor, "notices.note")
    text = tidy(text, field="text", most=1000)
    noun, _, number = subject.partition(":")
    if not queries.is_there(noun, number):
        raise NotThere("no_such_subject", N_("There is no such document."), field="subject")

    plan = partial(
        talking.plan_note, subject=(noun, int(number)), people=queries.people_named(talking.mentioned(text))
    )
    return post("note", Wish(), plan, actor=actor, key=key, reason=text)


def _url(url: str) -> str:
    url = tidy(url, field="url", most=500)
    parts = urlsplit(url)
    inside = configuration.one("webhook_private_addresses")
    if parts.scheme not in rules.schemes(private=inside) or not parts.hostname:
        raise BadInput(
            "bad_url",
            N_(
                "An address begins with https:// and names a host; http:// is for your own network, "
                "once the settings allow private addresses."
            ),
            field="url",
        )
    return url


def _verbs(verbs: Sequence[str]) -> list[str]:
    if unknown := [verb for verb in verbs if verb not in VERBS]:
        raise BadInput(
            "no_such_verb",
            N_("“{verb}” is nothing that happens here. Write it as the journal's API does, like ship."),
            field="verbs",
            verb=unknown[0],
        )
    return sorted(set(verbs))
