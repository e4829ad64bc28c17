"""Make one of doubles: a product goes on as another, an organization as another."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, Refusal
from wharfinger.base.words import tidy
from wharfinger.flows.queries import doubles, naming
from wharfinger.flows.rules.merging import plan_merge
from wharfinger.flows.rules.merging_parties import plan_merge_organizations
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

VERBS = ("merge", "merge_organizations")


def merge_products(
    *, actor: Actor, product: int, into: int, reason: str = "", key: str | None = None
) -> Written:
    """Let a product go on as another: goods at their exact cost, what is open, prices and codes; the first is retired.

    What was delivered or billed keeps saying what it said. Once more for the same two, it brings along what came
    back since. Raises Refusal where they differ in what they are, or something of it has half come or gone.
    """
    require(actor, "catalog.merge")
    return post(
        "merge",
        Wish(
            documents=doubles.documents(product, into),
            products=(product, into),
            claims=doubles.lines,
            places=doubles.places,
            free=True,
            layers=True,
            loose=True,
            reads=(doubles.read_recipes, doubles.read_goods(product, into)),
        ),
        partial(plan_merge, product=product, into=into),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def merge_organizations(
    *, actor: Actor, organization: int, into: int, reason: str = "", key: str | None = None
) -> Written:
    """Let an organization go on as another, with all that names it: contacts, sites, documents, devices, money.

    What was printed keeps the name that it was printed with. The first is retired, and leads to the other.
    """
    require(actor, "parties.merge")
    return post(
        "merge_organizations",
        Wish(
            documents=naming.documents(organization, into),
            products=naming.products,
            reads=(naming.read_naming, naming.read_kept(into)),
        ),
        partial(plan_merge_organizations, organization=organization, into=into),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def nothing_grew(truth: Truth, plan: Plan) -> None:
    """Refuse to undo a merge once more is wanted or bought by the lines that went over."""
    if doubles.went_on(truth, plan):
        raise Refusal(
            "merged_went_on",
            N_("Lines that went over have been changed since. Undo those changes first."),
        )
