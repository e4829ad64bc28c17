"""What acts on bought goods and on goods at hand ask before they are done."""

from __future__ import annotations

from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.base.table import Asked
from wharfinger.boards.narrowing import our_locations, to_buy_of
from wharfinger.fulfilment.pages.handing import WAYS
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
PACK = (
    Asked("container", N_("Container"), of="box", empty=N_("A new one for each destination")),
    Asked(
        "kind",
        N_("New container"),
        choices=lambda ask: [("pallet", gettext("Pallet"))],
        empty=N_("Box"),
    ),
)
"""Into what goods are packed: an open container by its number or SSCC, else a new one for each destination."""
HAND_OVER = (
    Asked(
        "way",
        N_("Way"),
        choices=lambda ask: [("pick_up", gettext(WAYS["pick_up"]))],
        empty=WAYS["hand_over"],
    ),
    Asked("proof", N_("Who signed, or how it is known")),
    Asked("delivered_on", N_("Delivered on"), kind="date"),
)
"""How goods reach the customer without a carrier."""
CARRY = (
    Asked("to", N_("To"), choices=our_locations, required=True),
    Asked("reason", N_("Reason")),
)
"""To which location, van or person goods go that stay for whom they are."""
CANCEL = (
    Asked("reason", N_("Reason")),
    Asked("credit", N_("Credit what is invoiced of them"), kind="yes"),
)
"""Why a delivery is cancelled, and whether what is invoiced of it is credited."""
