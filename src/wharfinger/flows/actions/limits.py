"""What a customer may owe us, and an account on hold: asked at the end of each act that sells or sends on account."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

from wharfinger.billing.queries.exposure import OWED, exposures, releases_of
from wharfinger.billing.rules.limits import Asked, decide
from wharfinger.demand.queries.standing import people_who
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization

SELLING = ("order", "confirm", "win", "sell")
"""The verbs by which a customer will owe us more."""


def within_limit(truth: Truth, plan: Plan, written: Written) -> None:
    """Refuse what a customer's credit limit or hold stops, unless somebody released the document.

    It is asked of the books as the act leaves them, so that nothing has to be foreseen; a refusal takes all of the act
    back. The customer stays locked until then: of two acts at once the second one sees what the first one sold.
    No statement is needed where nobody is limited.
    """
    verb = written.entry.verb
    found = _made(truth, plan, verb) if verb in ("order", "sell") else _sent(truth, plan, verb)
    if not found:
        return
    rows = sql.by_ids(Organization, sorted(found), locked=True)
    owing = exposures(rows, truth.home_currency, truth.today)
    stopped = [
        row
        for row in rows.values()
        if row.held_at is not None
        or (row.credit_limit_minor is not None and owing[row.pk].minor > row.credit_limit_minor)
    ]
    if not stopped:
        return
    released = {sheet: one.up_to_minor for sheet, one in releases_of(chain(*found.values())).items()}
    sold = _sold(plan)
    about = {*truth.documents.get("demand.Sheet", ()), *written.made.get("demand.Sheet", ())}
    for row in stopped:
        this = sold[row.pk] if verb == "sell" else sum(owing[row.pk].to_bill.get(one, 0) for one in about)
        asked = Asked(
            row.name, row.credit_limit_minor, row.held_at is not None, row.hold_reason, found[row.pk], this
        )
        decide(asked, owing[row.pk], released, truth.home_currency, _Who())


class _Who(dict[str, str]):
    """Names of those who hold a permission, read when a refusal names them."""

    def __missing__(self, permission: str) -> str:
        return ", ".join(people_who(permission).values())


def _made(truth: Truth, plan: Plan, verb: str) -> dict[int, set[int]]:
    """The limited customers of orders that are made firm at once; what is paid at once needs no account."""
    customers = truth.read.get("organizations") or {truth.read["organization"].pk: truth.read["organization"]}
    limited = {pk for pk, one in customers.items() if one.limited}
    if not limited or (verb == "order" and plan.creates["sales.Order"][0]["confirmed_at"] is None):
        return {}
    sold = _sold(plan) if verb == "sell" else {}
    # What is only being made has nobody's release yet.
    return {pk: set() for pk in limited if verb == "order" or sold[pk] > 0}


def _sent(truth: Truth, plan: Plan, verb: str) -> dict[int, set[int]]:
    """The documents of an act by their customer, where that is limited."""
    if verb == "deliver" and all(step.source.kind == "in_transit" for step in plan.steps):
        return {}  # What is on its way already only arrives.
    found: dict[int, set[int]] = {}
    for sheet, one in truth.read.get("standing", {}).items():
        if one.limited is not None and (one.kind != "quote" or verb == "win"):
            found.setdefault(one.limited, set()).add(sheet)
    return found


def _sold(plan: Plan) -> dict[int, int]:
    """How much more each customer owes by what a plan posts, at home."""
    more: dict[int, int] = defaultdict(int)
    for posting in plan.postings:
        for account, sign in ((posting.source, -1), (posting.target, 1)):
            if account.kind in OWED and account.party is not None:
                more[account.party] += sign * posting.home_minor
    return more
