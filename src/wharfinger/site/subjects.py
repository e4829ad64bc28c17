"""What the journal calls ``order:17`` as a title and a link."""

from __future__ import annotations

from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.site.nav import address

SUBJECTS: dict[str, tuple[str, str]] = {
    "opportunity": (N_("Opportunity"), "sales:opportunity"),
    "quote": (N_("Quote"), "sales:quote"),
    "order": (N_("Sales order"), "sales:order"),
    "work_order": (N_("Work order"), "work:work_order"),
    "line": (N_("Line"), "demand:line"),
    "purchase_order": (N_("Purchase order"), "purchasing:order"),
    "receipt": (N_("Receipt"), "purchasing:receipt"),
    "shipment": (N_("Shipment"), "fulfilment:shipment"),
    "container": (N_("Container"), "fulfilment:container"),
    "invoice": (N_("Invoice"), "billing:invoice"),
    "credit_note": (N_("Credit note"), "billing:credit_note"),
    "payment": (N_("Payment"), "billing:payment"),
    "return": (N_("Return"), "returns:return"),
    "rma": (N_("RMA"), "returns:rma"),
    "device": (N_("Device"), "devices:device"),
    "product": (N_("Product"), "catalog:product"),
    "lot": (N_("Serial number"), "stock:unit"),
    "location": (N_("Location"), "stock:location"),
    "count": (N_("Count"), "stock:count"),
    "organization": (N_("Organization"), "parties:organization"),
}
"""Word and page of each noun, by the name its subjects begin with."""


def subject(text: str) -> tuple[str, str]:
    """Title and address of a subject; the address is empty where it has no page."""
    noun, _, key = text.partition(":")
    word, page = SUBJECTS.get(noun, (noun.replace("_", " ").capitalize(), ""))
    return f"{gettext(word)} {key}".strip(), address(page, key) if page else ""


def noun(text: str) -> str:
    """The word for what a subject is."""
    kind = text.partition(":")[0]
    return gettext(SUBJECTS[kind][0]) if kind in SUBJECTS else kind.replace("_", " ").capitalize()
