"""The stages that goods pass, as a stage bar shows them and a file says them."""

from __future__ import annotations

from wharfinger.base.refusal import N_

STAGES: dict[str, str] = {
    "wanted": N_("Wanted"),
    "to_approve": N_("To approve"),
    "to_order": N_("To order"),
    "on_order": N_("On order"),
    "reserved": N_("Reserved"),
    "picked": N_("Picked"),
    "packed": N_("Packed"),
    "shipped": N_("Shipped"),
    "delivered": N_("Delivered"),
    "returned": N_("Returned"),
}
"""Every stage with its word, in the order goods pass them; the style sheet gives each its one colour."""
