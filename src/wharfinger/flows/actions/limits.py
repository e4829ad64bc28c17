"""What a customer may owe us, and an account on hold: asked at the end of each act that sells or sends on account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from wharfinger.base.money import extended
from wharfinger.base.tax import TaxedRow, row_of, totals
from wharfinger.billing.queries.exposure import OWED, exposures, releases_of
from wharfinger.billing.rules.limits import Asked, decide
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.queries.standing import people_who
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization

SELLING = ("order", "confirm", "win", "sell")
"""The verbs by which a customer will owe us more."""

_Rows = dict[tuple[int, str, bool], list[TaxedRow]]

ADDING = ("amend", "charge", "draft", "settle")
"""The verbs by which a customer may owe us more: they are asked where they do. Work is opened by those of ``SENDING`` too."""


def within_limit(truth: Truth, plan: Plan, written: Written) -> None:
    """Refuse what a customer's credit limit or hold stops, unless somebody released the document.

    It is asked of the books as the act leaves them, so that nothing has to be foreseen; a refusal takes all of the act
    back. The customer stays locked until then: of two acts at once the second one sees what the first one sold.
    No statement is needed where nobody is limited.
    """
    verb = written.entry.verb
    more: Mapping[int, int] = {}
    if verb in ("order", "sell"):
        found = _made(truth, plan, verb)
    elif verb in ADDING:
        found, more = _added(truth, plan)
    else:
        found = _sent(truth, plan, verb)
        for pk, sheets in _added(truth, plan)[0].items():
            found.setdefault(pk, sheets)
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
        this = (
            sold[row.pk]
            if verb == "sell"
            else more.get(row.pk) or sum(owing[row.pk].to_bill.get(one, 0) for one in about)
        )
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


def _added(truth: Truth, plan: Plan) -> tuple[dict[int, set[int]], dict[int, int]]:
    """The documents of an act by which limited customers owe us more, and how much more by what it invoices, at home.

    An act that takes as much off as it adds passes: who owes too much may order less.
    """
    standing = truth.read.get("standing", {})
    limited = {one.limited for one in standing.values()}
    limited |= {one.pk for one in _customers(truth) if one.limited}
    if not limited - {None}:
        return {}, {}
    sold = _sold(plan) if plan.creates.get("billing.Invoice") else {}
    before, after = _to_bill(truth, plan, standing)
    grown = {key[0] for key in {*before, *after} if totals(after[key]).total > totals(before[key]).total} | {
        pk for pk, minor in sold.items() if minor > 0
    }
    found: dict[int, set[int]] = {pk: set() for pk in grown if pk in limited}
    for line in plan.creates.get("demand.Line", ()):
        if line["organization_id"] in found and line["sheet_id"] in standing:
            found[line["organization_id"]].add(line["sheet_id"])
    for sheet, one in standing.items():
        if not found.get(one.limited, {sheet}):
            found[one.limited].add(sheet)
    return found, sold


def _customers(truth: Truth) -> list[Any]:
    """The customers that an act reads beside its documents."""
    one = truth.read.get("organization")
    return [*truth.read.get("customers", {}).values(), *([] if one is None else [one])]


_PRICED = ("unit_price_micro", "discount_micro", "per", "tax_code_id", "tax_included")
"""What says the price of so many of a line."""

_NAMES = ("organization_id", "sheet_id", "product_id", "currency", "quantity", *_PRICED)


def _to_bill(truth: Truth, plan: Plan, standing: Mapping[int, Any]) -> tuple[_Rows, _Rows]:
    """What lines are yet to be billed at before an act and after it, as far as it changes that.

    By customer, currency and way of saying prices. A line whose price changes counts with all of its units.
    """
    units: dict[Any, int] = defaultdict(int)
    for step in plan.steps:
        units[step.target.claim] += step.quantity if step.target.kind == "to_bill" else 0
        units[step.source.claim] -= step.quantity if step.source.kind == "to_bill" else 0
    made = [(units[one["claim_id"]], one) for one in plan.creates.get("demand.Line", ())]
    before: list[tuple[int, Mapping[str, Any]]] = []
    after = [(more, one) for more, one in made if more > 0]
    for pk, (was, now) in _changed(truth, plan).items():
        at = standing.get(was["sheet_id"])
        if at is not None and at.firm and any(was[name] != now[name] for name in _PRICED):
            before.append((was["quantity"], was))
            after.append((now["quantity"], now))
        elif units[pk]:
            (after if units[pk] > 0 else before).append((abs(units[pk]), was))
    codes = sql.by_ids(TaxCode, {one["tax_code_id"] for _, one in (*before, *after)})
    return _summed(truth, before, codes), _summed(truth, after, codes)


def _changed(truth: Truth, plan: Plan) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """The lines that an act reads, as they were and as it leaves them."""
    old: dict[int, dict[str, Any]] = defaultdict(dict)
    new: dict[int, dict[str, Any]] = defaultdict(dict)
    for change in plan.changes:
        if change.label == "demand.Line":
            old[change.pk].setdefault(change.field, change.old)
            new[change.pk][change.field] = change.new
    found = {}
    for pk, line in truth.read.get("lines", {}).items():
        was = {name: old[pk].get(name, getattr(line, name)) for name in _NAMES}
        found[pk] = was, {name: new[pk].get(name, was[name]) for name in _NAMES}
    return found


def _summed(truth: Truth, lines: Sequence[tuple[int, Mapping[str, Any]]], codes: Mapping[int, Any]) -> _Rows:
    """So many units of lines as the totals of invoices would take them."""
    known = {**truth.products, **truth.read.get("products", {})}
    found: _Rows = defaultdict(list)
    for units, one in lines:
        decimals = known[one["product_id"]].quantity_decimals
        minor = extended(
            one["unit_price_micro"], units, decimals, one["currency"], one["discount_micro"], one["per"]
        )
        row = row_of(minor, codes[one["tax_code_id"]], one["tax_included"])
        found[one["organization_id"], one["currency"], one["tax_included"]].append(row)
    return found


def _sold(plan: Plan) -> dict[int, int]:
    """How much more each customer owes by what a plan posts, at home."""
    more: dict[int, int] = defaultdict(int)
    for posting in plan.postings:
        for account, sign in ((posting.source, -1), (posting.target, 1)):
            if account.kind in OWED and account.party is not None:
                more[account.party] += sign * posting.home_minor
    return more
