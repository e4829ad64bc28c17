"""What stands on a customer's statement of account."""

from __future__ import annotations

from datetime import date

from wharfinger.base.refusal import N_, NotThere
from wharfinger.billing.queries.statements import statements
from wharfinger.documents.queries.parties import billing_site, company, party
from wharfinger.documents.shapes import Amount, Statement, StatementRow
from wharfinger.parties.models import Organization


def statement(pk: int, currency: str, first: date, last: date) -> Statement:
    """A customer's statement of a period in one currency; raises NotThere where the customer has nothing in it."""
    customer = Organization.objects.filter(pk=pk).first()
    found = [one for one in statements(pk, first, last) if one.currency == currency] if customer else []
    if customer is None or not found:
        raise NotThere("no_such_document", N_("There is no such document."))
    (one,) = found

    def amount(minor: int) -> Amount:
        return Amount(minor, currency)

    return Statement(
        company=company(),
        to=party(customer, billing_site(customer)),
        number="",
        dated=last,
        since=first,
        opening=amount(one.opening),
        rows=tuple(
            StatementRow(row.on, row.words, row.number, row.due_on, amount(row.minor), amount(row.balance))
            for row in one.movements
        ),
        closing=amount(one.closing),
        ageing=tuple(
            amount(minor)
            for minor in (
                *(one.ageing.current, one.ageing.to_30, one.ageing.to_60, one.ageing.older),
                -one.ageing.credit,
            )
        ),
    )
