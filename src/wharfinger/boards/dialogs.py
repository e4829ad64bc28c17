"""What acts of Purchasing & Fulfillment ask before they are done."""

from __future__ import annotations

from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.base.table import Asked
from wharfinger.boards.narrowing import to_buy_of
from wharfinger.fulfilment.queries.carriers import offered

ORDER = (
    Asked("vendor", N_("Vendor"), choices=to_buy_of, empty=N_("The default vendor")),
    Asked(
        "add_vendor",
        N_("If it is not known to sell them"),
        choices=lambda ask: [("yes", gettext("Make it one of their vendors"))],
        empty=N_("Order nothing"),
    ),
    Asked(
        "ship_to",
        N_("Ship to"),
        choices=lambda ask: [("organization", gettext("The customer, by drop shipment"))],
        empty=N_("Our location"),
    ),
    Asked("expected_on", N_("Expected"), kind="date"),
)
"""Terms of the purchase order that is drafted."""
SHIP = (
    Asked("carrier", N_("Carrier"), suggest=lambda: offered().carriers),
    Asked("service", N_("Carrier service")),
    Asked("tracking", N_("Tracking number"), kind="each", of="box"),
    Asked("tracking", N_("Tracking number")),
)
"""How goods travel: each box under a number of its own, or all under one."""
