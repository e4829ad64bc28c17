"""What a refusal offers, as words on a button and, where it is another page, its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import resolve
from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.ledger.telling import CORRECTIONS
from wharfinger.site.nav import address
from wharfinger.site.subjects import subject

REMEDIES: dict[str, tuple[str, str]] = {
    "take_less": (N_("Take {quantity}"), ""),
    "take_elsewhere": (N_("Take from {location}"), ""),
    "substitute": (N_("Instead {sku}: {quantity} available"), ""),
    "build": (N_("Build {quantity}"), ""),
    "order_rest": (N_("Order the rest"), ""),
    "ask_holder": (N_("Ask the holder"), ""),
    "reload": (N_("Load the newest"), ""),
    "accept_over": (N_("Accept the rest"), ""),
    "release_limit": (N_("Release"), "billing:release_limit"),
    "fee_products": (N_("Name it under Settings"), "site:settings"),
    "set_rate": (N_("Enter the rate of {currency}"), "pricing:set_rate"),
    "add_vendor": (N_("Make it one of its vendors"), ""),
    "late": (N_("Order all the same"), ""),
    "per_vendor": (N_("Order from each vendor"), "boards:order_each"),
    "submit": (N_("Submit"), "purchasing:order"),
    "new_purchase": (N_("New purchase order"), "purchasing:new"),
    "approve": (N_("Approve"), "purchasing:order"),
    "discard_draft": (N_("Look at the draft"), "billing:invoice"),
    "name_accounts": (N_("Give accounts their numbers"), "exchange:accounts"),
    "see_bill": (N_("Look at the bill"), "purchasing:bill"),
    "cancel_bill": (N_("Look at the bill"), "purchasing:bill"),
    "ask_approval": (N_("Ask for approval"), "sales:quote"),
    "ask_purchase": (N_("Ask for approval"), "purchasing:order"),
    "send_by_hand": (N_("Mark as sent by hand"), ""),
    "close": (N_("Close the rest"), "purchasing:order"),
    "cancel": (N_("Decide about the goods"), "flows:cancel_order"),
    "amend": (N_("Change quantities"), "flows:amend"),
    "take_back": (N_("Cancel delivery"), "flows:cancel_delivery_of"),
    "remove": (N_("Take back goods"), "flows:remove"),
    "reopen": (N_("Re-open"), "flows:reopen"),
    "see_unit": (N_("Look at {code}"), "stock:number"),
    "swap": (N_("Swap the device"), "returns:swap"),
    "edit_work": (N_("Edit the job"), "work:edit"),
    "end_subscription": (N_("End the subscription"), "devices:end_subscription"),
    "take_over": (N_("Look at the run"), "fulfilment:run"),
}
"""Words by verb, and the page that takes the remedy; without a page the values go into the form at hand."""


def remedy_words(remedy: Any) -> tuple[str, str]:
    """The label of a remedy's button and the address of its page, empty when it fills in this form."""
    verb: str = remedy["verb"] if isinstance(remedy, Mapping) else remedy.verb
    values: Mapping[str, Any] = remedy["values"] if isinstance(remedy, Mapping) else remedy.values
    if verb == "ask_holder":
        return gettext(REMEDIES[verb][0]), _to_holder(values)
    if verb == "substitute":
        words = gettext(REMEDIES[verb][0]).format_map(_Known(values))
        return words, address("catalog:product", values["product"])
    if verb == "build":
        words = gettext(REMEDIES[verb][0]).format_map(_Known(values))
        return (
            words,
            f"{address('stock:build')}?{urlencode({'product': values['sku'], 'quantity': values['quantity']})}",
        )
    if verb == "new_purchase":
        return gettext(REMEDIES[verb][0]), f"{address(REMEDIES[verb][1])}?{urlencode(dict(values))}"
    words, page = REMEDIES.get(verb, (CORRECTIONS.get(verb, ""), f"remedy:{verb}"))
    words = words or verb.replace("_", " ").capitalize()
    return gettext(words).format_map(_Known(values)), address(page, **values) if page else ""


def opens(to: str, user: Any) -> bool:
    """Whether somebody may open a page that is offered to them; what is not theirs to do others are named for."""
    needed: str = getattr(resolve(to.partition("?")[0]).func, "permission", "")
    return not needed or bool(user.may(needed))


def _to_holder(values: Mapping[str, Any]) -> str:
    """Where a holder is asked to give way, or the document whose goods are past being given."""
    if "holding" not in values:
        return subject(str(values.get("subject", "")))[1]
    asked = {name: values[name] for name in ("holding", "asking", "place") if values.get(name)}
    return f"{address('sales:ask_hold')}?{urlencode(asked)}"


def fills(remedy: Any, field: str | None) -> dict[str, Any]:
    """What a remedy types into the form at hand: its own fields by name, a quantity into the field refused."""
    values: dict[str, Any] = dict(remedy["values"] if isinstance(remedy, Mapping) else remedy.values)
    typed: dict[str, Any] = values.get("fills", values)
    if field and set(typed) == {"quantity"}:
        return {field: typed["quantity"]}
    return typed


class _Known(dict[str, Any]):
    """Values by name; one that is missing is left out of the sentence."""

    def __missing__(self, key: str) -> str:
        return ""
