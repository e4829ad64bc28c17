"""The verbs of organizations, their contacts and sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import models

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.write import Written
from wharfinger.parties import rules
from wharfinger.parties.models import Contact, CustomerGroup, Organization, Site, Terms
from wharfinger.parties.queries import tax_codes_in_use, usable_locations

Values = Mapping[str, Any]


def add_organization(
    *,
    actor: Actor,
    values: Values,
    contacts: Sequence[Values] = (),
    sites: Sequence[Values] = (),
    key: str | None = None,
) -> Written:
    """Add a customer, a vendor or both, with contacts and sites."""
    require(actor, "parties.organization")
    _may_limit(actor, values)
    kept = rules.columns(rules.clean(rules.ORGANIZATION, values))
    plan = partial(
        rules.plan_organization,
        values=kept,
        contacts=[rules.clean(rules.CONTACT, one, at=f"contacts.{n}") for n, one in enumerate(contacts)],
        sites=[rules.clean(rules.SITE, one, at=f"sites.{n}") for n, one in enumerate(sites)],
        home=_home(),
    )
    return post(
        "add",
        Wish(reads=_reads(kept)),
        plan,
        actor=actor,
        key=key,
    )


def change_organization(
    *, actor: Actor, organization: int, values: Values, key: str | None = None
) -> Written:
    """Change what we know of an organization; a date in ``retired_on`` retires it."""
    require(actor, "parties.organization")
    _may_limit(actor, values)
    kept = rules.columns(rules.clean(rules.ORGANIZATION, values))
    wish = Wish(documents=[(Organization, [organization])], reads=_reads(kept))
    plan = partial(rules.plan_organization_change, pk=organization, values=kept)
    return post("change", wish, plan, actor=actor, key=key)


def hold_account(*, actor: Actor, organization: int, reason: str, key: str | None = None) -> Written:
    """Sell and send an organization nothing more until somebody ends that."""
    require(actor, "parties.hold")
    why = tidy(reason, field="reason", most=200, needed=False)
    plan = partial(rules.plan_hold_account, pk=organization, reason=why)
    wish = Wish(documents=[(Organization, [organization])])
    return post("hold_account", wish, plan, actor=actor, key=key, reason=why)


def unhold_account(*, actor: Actor, organization: int, key: str | None = None) -> Written:
    """Sell and send an organization again whose account was on hold."""
    require(actor, "parties.hold")
    plan = partial(rules.plan_unhold_account, pk=organization)
    wish = Wish(documents=[(Organization, [organization])])
    return post("unhold_account", wish, plan, actor=actor, key=key)


def _may_limit(actor: Actor, values: Values) -> None:
    """Let pass who may say how much somebody may owe us, where that is said."""
    if "credit_limit_minor" in values:
        require(actor, "parties.hold")


def _reads(values: Values) -> tuple[Callable[[Truth], None], ...]:
    """Read what values name, where they name any."""
    return (*_read_group(values), *read_location(values), *_read_terms(values), *_read_tax_code(values))


def _read_group(values: Values) -> tuple[Callable[[Truth], None], ...]:
    """Read the customer group that values name, where they name one."""
    wanted = values.get("customer_group_id") or 0

    def read(truth: Truth) -> None:
        found = CustomerGroup.objects.filter(pk=wanted, retired_on__isnull=True)
        truth.read["customer_group"] = found.values_list("pk", flat=True).first()

    return (read,) if wanted else ()


def _read_terms(values: Values) -> tuple[Callable[[Truth], None], ...]:
    """Read the terms that values name, where they name any."""
    wanted = values.get("terms_id") or 0

    def read(truth: Truth) -> None:
        found = Terms.objects.filter(pk=wanted, retired_on__isnull=True)
        truth.read["terms"] = found.values_list("pk", flat=True).first()

    return (read,) if wanted else ()


def _read_tax_code(values: Values) -> tuple[Callable[[Truth], None], ...]:
    """Read the tax code that values name, where they name one."""
    wanted = values.get("tax_code_id") or 0

    def read(truth: Truth) -> None:
        found = tax_codes_in_use().filter(pk=wanted)
        truth.read["tax_code"] = found.values_list("pk", flat=True).first()

    return (read,) if wanted else ()


def read_location(values: Values) -> tuple[Callable[[Truth], None], ...]:
    """Read whether goods may be taken first from the location that values name, where they name one."""
    wanted = values.get("location_id") or 0

    def read(truth: Truth) -> None:
        truth.read["location_usable"] = usable_locations().filter(pk=wanted).exists()

    return (read,) if wanted else ()


def add_contact(*, actor: Actor, organization: int, values: Values, key: str | None = None) -> Written:
    """Add a person to an organization."""
    require(actor, "parties.organization")
    plan = partial(
        rules.plan_part, organization=organization, contact=rules.clean(rules.CONTACT, values), home=_home()
    )
    return post("add", Wish(documents=[(Organization, [organization])]), plan, actor=actor, key=key)


def add_site(*, actor: Actor, organization: int, values: Values, key: str | None = None) -> Written:
    """Add an address to an organization."""
    require(actor, "parties.organization")
    plan = partial(
        rules.plan_part, organization=organization, site=rules.clean(rules.SITE, values), home=_home()
    )
    return post("add", Wish(documents=[(Organization, [organization])]), plan, actor=actor, key=key)


def change_site(*, actor: Actor, site: int, values: Values, key: str | None = None) -> Written:
    """Change an address; a date in ``retired_on`` retires it."""
    require(actor, "parties.organization")
    of = Site.objects.filter(pk=site).values_list("organization_id", flat=True).first()
    plan = partial(
        rules.plan_change,
        label="parties.Site",
        pk=site,
        values=rules.clean(rules.SITE, values),
        about=("organization", of or 0),
    )
    return post(
        "change", Wish(documents=[(Organization, [of or 0]), (Site, [site])]), plan, actor=actor, key=key
    )


def change_contact(*, actor: Actor, contact: int, values: Values, key: str | None = None) -> Written:
    """Change a person; the journal says that, not what, so that a person can be erased."""
    require(actor, "parties.organization")
    of = Contact.objects.filter(pk=contact).values_list("organization_id", flat=True).first()
    clean = rules.clean(rules.CONTACT, values)
    plan = partial(
        rules.plan_change,
        label="parties.Contact",
        pk=contact,
        values=clean,
        quiet=rules.PERSONAL,
        about=("organization", of or 0),
    )
    wish = Wish(documents=[(Organization, [of or 0]), (Contact, [contact])])
    return quietly(Contact, contact, clean, lambda: post("change", wish, plan, actor=actor, key=key))


def quietly(model: type[models.Model], pk: int, values: Values, act: Any) -> Written:
    """Do an act, and in its transaction change what of a person the journal must not keep."""

    def run() -> Written:
        done: Written = act()
        hidden = {name: value for name, value in values.items() if name in rules.PERSONAL}
        if hidden and not done.replayed:
            sql.update(model, [{"pk": pk, **hidden}])
        return done

    return attempt(run)


def _home() -> dict[str, Any]:
    """What new organizations take from the company's settings; terms that are retired are none."""
    home = configuration.read("currency", "terms_days", "terms", "company")
    named = Terms.objects.filter(pk=home["terms"] or 0, retired_on__isnull=True)
    return home | {"terms": named.values_list("pk", flat=True).first() if home["terms"] else None}
