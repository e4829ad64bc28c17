"""A specimen: an invoice to nobody, on which a company sees its letterhead before it has written any."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.base.money import decimals
from wharfinger.documents.queries.parties import company
from wharfinger.documents.shapes import Invoice
from wharfinger.documents.values import (
    Address,
    Amount,
    LineRow,
    Party,
    Price,
    Quantity,
    Share,
    TaxRow,
    Totals,
)

RATE = 190_000
EACH = 120
PIECES = 2


def specimen() -> Invoice:
    """The invoice, in the language that is spoken, from us as the settings stand."""
    us = company()
    currency = configuration.one("currency")
    minor = 10 ** decimals(currency)
    net = PIECES * EACH * minor
    tax = net * RATE // 10**6
    today = clock.today(configuration.one("time_zone"))
    row = LineRow(
        position="1",
        title=_("A product, as an example"),
        sku="SAMPLE",
        quantity=Quantity(PIECES),
        price=Price(EACH * 10**6, currency),
        tax=Share(RATE),
        amount=Amount(net, currency),
    )
    return Invoice(
        company=us,
        to=Party(
            Address(
                _("A customer, as an example"),
                street=us.address.street,
                postcode=us.address.postcode,
                city=us.address.city,
                country=us.address.country,
            )
        ),
        number="SAMPLE-1",
        dated=today,
        due_on=today + timedelta(configuration.one("terms_days")),
        lines=(row,),
        totals=Totals(
            net=Amount(net, currency),
            gross=Amount(net + tax, currency),
            taxes=(TaxRow("S", Share(RATE), Amount(net, currency), Amount(tax, currency)),),
        ),
    )
