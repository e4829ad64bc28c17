"""The verb of the company's settings: what is set acts at once, for everyone."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django.db.models import JSONField, Value

from wharfinger.base.access import Actor, require
from wharfinger.base.configuration import DEFAULTS, one
from wharfinger.base.fields import (
    checked,
    country,
    currency,
    day,
    email,
    one_of,
    or_nothing,
    text,
    whole,
    yes_or_no,
)
from wharfinger.base.models import Setting
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import same
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Change, Plan, Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Terms, User
from wharfinger.parties.rules import LANGUAGES

MOST_LOGO = 60_000
MOST_STEPS = 20
MOST_ACCOUNTS = 300
_ACCOUNT = re.compile(r"[a-z_]{2,20}(\.[a-z]{2,10})?(:[^:]{1,40}:[0-9]{1,9})?(:[A-Z]{3})?")
"""A kind of account, of which tax, in which currency."""
_OUTSIDE = re.compile(
    r"<!DOCTYPE|<!ENTITY|<script|<foreignObject|href\s*=\s*[\"'](?!#|data:image/)|@import", re.IGNORECASE
)
WORDS = ("device", "organization")
"""Nouns that a company may call otherwise."""


def set_setting(*, actor: Actor, name: str, value: Any, key: str | None = None) -> Written:
    """Decide a setting of the company; the modules have a permission of their own."""
    require(actor, "site.modules" if name == "modules" else "site.settings")
    if name not in DEFAULTS:
        raise NotThere("no_such_setting", N_("There is no setting “{name}”."), name=name[:60])
    clean = as_kept(name, value)

    def act() -> Written:
        # What held until now is written down first, so that the change has an old value to go back to.
        # Value says that nothing is a value, too: JSON's null, not an empty column.
        held = Value(DEFAULTS[name], JSONField())
        Setting.objects.bulk_create([Setting(key=name, value=held)], ignore_conflicts=True)
        wish = Wish(documents=[(Setting, sql.Found("key = %s", (name,)))])
        return post(
            "set",
            wish,
            partial(_plan, name=name, value=clean),
            actor=actor,
            key=key,
            about=[("setting", name)],
        )

    return attempt(act)


def as_kept(name: str, value: Any) -> Any:
    """A setting as it would be kept; raises BadInput beside its field where it is none."""
    return _CHECKS[name](value, name)


def _plan(truth: Truth, *, name: str, value: Any) -> Plan:
    plan = Plan()
    old = truth.documents["base.Setting"][name].value  # type: ignore[index]
    if old != value:
        plan.changes.append(Change("base.Setting", name, f"setting:{name}", "value", old, value))
    return plan


def _company(value: Any, field: str) -> dict[str, Any]:
    checks = {name: text(200) for name in DEFAULTS["company"]} | {
        "country": country,
        "email": email,
        "accent": _colour,
    }
    return {**one("company"), **_inside(checks, value, field)}


def _prefix(value: Any, field: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([0-9]{7,10})?", value.strip()):
        raise BadInput("no_prefix", N_("The prefix that GS1 gave you has 7 to 10 digits."), field=field)
    return value.strip()


def _colour(value: Any, field: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(#[0-9a-fA-F]{6})?", value):
        raise BadInput("no_colour", N_("Write a colour like #1d4ed8."), field=field)
    return value


def _logo(value: Any, field: str) -> str:
    """A picture as SVG, or nothing; what would reach for anything outside itself is refused."""
    if not isinstance(value, str) or len(value) > MOST_LOGO:
        raise BadInput(
            "logo_too_large",
            N_("A logo has at most {most} characters as SVG. Make it simpler, or give a PNG."),
            field=field,
            most=MOST_LOGO,
        )
    plain = value.strip()
    if plain and (not re.match(r"(<\?xml[^>]*>\s*)?<svg[\s>]", plain) or re.search(_OUTSIDE, plain)):
        raise BadInput(
            "no_logo", N_("This is no SVG picture that stands for itself. Save it as plain SVG."), field=field
        )
    return plain


def _modules(value: Any, field: str) -> dict[str, Any]:
    return {**one("modules"), **_inside(dict.fromkeys(DEFAULTS["modules"], yes_or_no), value, field)}


def _approval(value: Any, field: str) -> dict[str, Any]:
    checks = {"threshold_minor": or_nothing(whole(0, 10**15)), "self_approval": yes_or_no}
    return {**one("approval"), **_inside(checks, value, field)}


def _bill_tolerance(value: Any, field: str) -> dict[str, Any]:
    checks = {"percent": whole(0, 100), "most_minor": or_nothing(whole(0, 10**15))}
    return {**one("bill_tolerance"), **_inside(checks, value, field)}


def _fee_products(value: Any, field: str) -> dict[str, Any]:
    checks = dict.fromkeys(DEFAULTS["fee_products"], or_nothing(whole(1, 2**63 - 1)))
    return {**one("fee_products"), **_inside(checks, value, field)}


def _quote_approval(value: Any, field: str) -> dict[str, Any]:
    percent = or_nothing(whole(0, 100))
    checks = {"discount_percent": percent, "margin_percent": percent, "self_approval": yes_or_no}
    return {**one("quote_approval"), **_inside(checks, value, field)}


def _counting(value: Any, field: str) -> dict[str, Any]:
    days = dict.fromkeys(("cycle_days_a", "cycle_days_b", "cycle_days_c"), whole(1, 3650))
    checks = {
        "second_count": yes_or_no,
        "tolerance_percent": whole(0, 100),
        "tolerance_minor": or_nothing(whole(0, 10**15)),
        **days,
    }
    return {**one("counting"), **_inside(checks, value, field)}


def _accounts(value: Any, field: str) -> dict[str, str]:
    """By account, and tax or currency where they differ, the number that it has in accounting."""
    if not isinstance(value, dict) or len(value) > MOST_ACCOUNTS:
        raise BadInput("not_an_object", N_("Send names with their values."), field=field)
    for name in value:
        if not isinstance(name, str) or not _ACCOUNT.fullmatch(name):
            raise BadInput(
                "no_such_account", N_("There is no account “{name}”."), field=field, name=str(name)[:60]
            )
    found = {name: text(20)(number, f"{field}.{name}") for name, number in value.items()}
    return {name: number for name, number in sorted(found.items()) if number}


def _reminders(value: Any, field: str) -> dict[str, Any]:
    """After how many days overdue each level is due; a later one comes later, and one that is empty is left out."""
    level = or_nothing(whole(1, 3650))
    fee = or_nothing(whole(1, 10**9))
    checks = {"level_1": level, "level_2": level, "level_3": level, "pay_within": whole(0, 3650)}
    checks |= {"fee_1_minor": fee, "fee_2_minor": fee, "fee_3_minor": fee}
    known = {**one("reminders"), **_inside(checks, value, field)}
    last = 0
    for name in ("level_1", "level_2", "level_3"):
        if known[name] is None:
            continue
        if known[name] <= last:
            raise BadInput(
                "level_too_early",
                N_("A later level comes after more days than the one before it. Give more than {days}."),
                field=f"{field}.{name}",
                days=last,
            )
        last = known[name]
    return known


def _inside(checks: Any, value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput("not_an_object", N_("Send names with their values."), field=field)
    try:
        return checked(checks, value)
    except BadInput as refusal:
        refusal.field = f"{field}.{refusal.field}"
        raise


def _team(value: Any, field: str) -> list[int]:
    if not isinstance(value, list) or any(isinstance(pk, bool) or not isinstance(pk, int) for pk in value):
        raise BadInput("not_a_list", N_("Send a list."), field=field)
    known = set(User.objects.filter(pk__in=value[:1000]).values_list("pk", flat=True))
    if set(value) - known:
        raise BadInput("no_such_user", N_("There is no such user."), field=field)
    return sorted(known)


def _terms(value: Any, field: str) -> int | None:
    """The terms of payment that new customers get; nothing where they get days to pay."""
    wanted: int | None = or_nothing(whole(1, 2**63 - 1))(value, field)
    if wanted is not None and not Terms.objects.filter(pk=wanted, retired_on__isnull=True).exists():
        raise BadInput("no_such_terms", N_("There are no such terms, or they are retired."), field=field)
    return wanted


def _cash_rounding(value: Any, field: str) -> dict[str, int]:
    """By currency the smallest coin in minor units, to which what is asked for in it is rounded."""
    if not isinstance(value, dict) or len(value) > MOST_STEPS:
        raise BadInput("not_an_object", N_("Send names with their values."), field=field)
    return {currency(name, field): whole(2, 10**6)(coin, f"{field}.{name}") for name, coin in value.items()}


def _steps(value: Any, field: str) -> list[str]:
    """The steps that a deal goes, in their order; one at least."""
    if not isinstance(value, list) or not value or len(value) > MOST_STEPS:
        raise BadInput("not_a_list", N_("Name between 1 and {most} steps."), field=field, most=MOST_STEPS)
    found = [text(40, needed=True)(step, field) for step in value]
    if len({same(step) for step in found}) < len(found):
        raise BadInput("named_twice", N_("Name each step once."), field=field)
    return found


def _time_zone(value: Any, field: str) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise BadInput("no_such_zone", N_("Name a time zone like Europe/Berlin."), field=field)
    return value


def _closed(value: Any, field: str) -> str | None:
    found: date | None = or_nothing(day)(value, field)
    return found.isoformat() if found else None


def _words(value: Any, field: str) -> dict[str, Any]:
    """By language and noun, the word for one and for several: {"de": {"device": ["Gerät", "Geräte"]}}."""
    found: dict[str, Any] = {}
    by_language = _inside(dict.fromkeys(LANGUAGES, _any), value, field)
    for language, nouns in by_language.items():
        for noun, pair in _inside(dict.fromkeys(WORDS, _any), nouns, f"{field}.{language}").items():
            at = f"{field}.{language}.{noun}"
            if not isinstance(pair, list) or len(pair) != 2:
                raise BadInput("not_a_pair", N_("Send the word for one and the word for several."), field=at)
            found.setdefault(language, {})[noun] = [text(40, needed=True)(word, at) for word in pair]
    return found


def _any(value: Any, field: str) -> Any:
    return value


_DAYS = whole(0, 3650)
_CHECKS = {
    "company": _company,
    "logo": _logo,
    "currency": currency,
    "language": one_of(*LANGUAGES),
    "time_zone": _time_zone,
    "modules": _modules,
    "approval": _approval,
    "quote_approval": _quote_approval,
    "bill_tolerance": _bill_tolerance,
    "fee_products": _fee_products,
    "purchasing_team": _team,
    "quote_valid_days": _DAYS,
    "pipeline_steps": _steps,
    "terms_days": _DAYS,
    "mail_bills": yes_or_no,
    "reminders": _reminders,
    "terms": _terms,
    "accounts": _accounts,
    "cash_rounding": _cash_rounding,
    "closed_until": _closed,
    "counting": _counting,
    "listed_reasons_only": yes_or_no,
    "purchase_descriptions": one_of("product", "quote", "charge"),
    "require_vendor_invoice": yes_or_no,
    "fulfil_automatically": yes_or_no,
    "serve_back_orders": yes_or_no,
    "shipment_proof": yes_or_no,
    "simple_workflow": yes_or_no,
    "sscc_prefix": _prefix,
    "second_person": yes_or_no,
    "returnable_days": _DAYS,
    "rma_days": _DAYS,
    "rma_remind_days": _DAYS,
    "expiry_days": _DAYS,
    "warranty_days": _DAYS,
    "attachment_mb": whole(1, 200),
    "pictures_on_quotes": yes_or_no,
    "prices_include_tax": yes_or_no,
    "win_on_acceptance": yes_or_no,
    "reply_address": email,
    "webhook_private_addresses": yes_or_no,
    "words": _words,
}
