"""What the journal calls ``order:17`` as a title and a link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.demand.models import SUBJECTS as SHEET_KINDS
from wharfinger.demand.models import Sheet
from wharfinger.ledger.numbering import SERIES
from wharfinger.ledger.reverse import model_of
from wharfinger.site.nav import address

SHEETS = frozenset(SHEET_KINDS.values())

SUBJECTS: dict[str, tuple[str, str]] = {
    "opportunity": (N_("Opportunity"), "sales:opportunity"),
    "quote": (N_("Quote"), "sales:quote"),
    "quote_template": (N_("Quote template"), "sales:quote_template"),
    "order": (N_("Sales order"), "sales:order"),
    "hold_request": (N_("Request to give way"), "sales:hold_request"),
    "job_type": (N_("Job type"), "work:job_type"),
    "work_order": (N_("Work order"), "work:work_order"),
    "line": (N_("Line"), "demand:line"),
    "line_group": (N_("Group of lines"), ""),
    "purchase_order": (N_("Purchase order"), "purchasing:order"),
    "purchase_line": (N_("Line of a purchase order"), ""),
    "receipt": (N_("Receipt"), "purchasing:receipt"),
    "receipt_cost": (N_("Cost of a receipt"), ""),
    "rejection": (N_("Rejected"), ""),
    "billed_price": (N_("Price on a vendor's bill"), ""),
    "billed_freight": (N_("Freight on a vendor's bill"), ""),
    "approval": (N_("Decision about a purchase"), ""),
    "rfq": (N_("Request for quotation"), "purchasing:rfq"),
    "rfq_line": (N_("Line of a request for quotation"), ""),
    "rfq_want": (N_("Wish of a request for quotation"), ""),
    "rfq_vendor": (N_("Asked of a vendor"), ""),
    "rfq_answer": (N_("Answer of a vendor"), ""),
    "vendor_bill": (N_("Vendor's bill"), "purchasing:bill"),
    "vendor_payment": (N_("Payment to a vendor"), "purchasing:vendor_payment"),
    "vendor_return": (N_("Return to a vendor"), "purchasing:vendor_return"),
    "vendor_bill_line": (N_("Line of a vendor's bill"), ""),
    "shipment": (N_("Shipment"), "fulfilment:shipment"),
    "container": (N_("Container"), "fulfilment:container"),
    "carrier": (N_("Carrier"), "fulfilment:carrier"),
    "pick_run": (N_("Pick run"), "fulfilment:run"),
    "pick_task": (N_("Line of a pick run"), ""),
    "invoice": (N_("Invoice"), "billing:invoice"),
    "credit_note": (N_("Credit note"), "billing:credit_note"),
    "invoice_line": (N_("Line of an invoice"), ""),
    "credit_fee": (N_("Fee of a credit note"), ""),
    "credit_line": (N_("Line of a credit note"), ""),
    "invoice_due": (N_("Instalment"), ""),
    "payment": (N_("Payment"), "billing:payment"),
    "reminder": (N_("Reminder"), "billing:reminder"),
    "reminder_line": (N_("Line of a reminder"), ""),
    "reminder_pause": (N_("Left out of reminders"), ""),
    "limit_release": (N_("Release"), ""),
    "relief": (N_("Write-off"), ""),
    "vendor_discount": (N_("Cash discount of a vendor"), ""),
    "return": (N_("Return"), "returns:return"),
    "rma": (N_("RMA"), "returns:rma"),
    "rma_line": (N_("Line of an RMA"), ""),
    "replacement": (N_("Replacement"), ""),
    "grade": (N_("Grade"), "returns:grade"),
    "finding": (N_("Finding"), ""),
    "repair": (N_("Repair of goods"), ""),
    "rma_reminder": (N_("Reminder of an RMA"), ""),
    "repair_part": (N_("Part of a repair"), ""),
    "recall": (N_("Recall"), "returns:recall"),
    "recall_unit": (N_("Unit of a recall"), ""),
    "recall_notice": (N_("Owner told of a recall"), ""),
    "vendor_claim": (N_("Claim on a vendor"), "returns:claim"),
    "vendor_claim_line": (N_("Line of a claim on a vendor"), ""),
    "vendor_answer": (N_("What a vendor answered"), ""),
    "device": (N_("Device"), "devices:device"),
    "work_device": (N_("Device that work is about"), ""),
    "relation": (N_("Relation of devices"), ""),
    "device_user": (N_("Person who uses a device"), ""),
    "subscription": (N_("Subscription"), "devices:subscription"),
    "product": (N_("Product"), "catalog:product"),
    "account": (N_("Balance"), ""),
    "lot": (N_("Serial number"), "stock:unit"),
    "location": (N_("Location"), "stock:location"),
    "count": (N_("Count"), "stock:count"),
    "count_line": (N_("Line of a count"), ""),
    "level": (N_("Stock level"), ""),
    "loan": (N_("Loan"), "stock:loan"),
    "transfer": (N_("Transfer order"), "stock:transfer_order"),
    "transfer_line": (N_("Line of a transfer order"), ""),
    "organization": (N_("Organization"), "parties:organization"),
    "contact": (N_("Contact"), "parties:change_contact"),
    "site": (N_("Site"), "parties:change_site"),
    "terms": (N_("Terms of payment"), "parties:terms"),
    "customer_group": (N_("Customer group"), "parties:customer_group"),
    "own_field": (N_("Own field"), "parties:own_field"),
    "price_list": (N_("Price list"), "pricing:price_list"),
    "price_item": (N_("Price"), ""),
    "rate": (N_("Rate of exchange"), ""),
    "product_unit": (N_("Unit"), ""),
    "approval_tier": (N_("Approval tier"), "purchasing:tier"),
    "delegation": (N_("Delegation"), ""),
    "reason": (N_("Reason"), "stock:reason"),
    "bin": (N_("Bin"), "stock:bin"),
    "attachment": (N_("File"), "notices:attachment"),
    "letter": (N_("Mail that came in"), "notices:letter"),
    "todo": (N_("To-do"), "notices:todo"),
    "barcode": (N_("Barcode"), ""),
    "component": (N_("Component"), ""),
    "substitute": (N_("Substitute"), ""),
    "category": (N_("Category"), "catalog:category"),
    "family": (N_("Family"), "catalog:family"),
    "vendor_price": (N_("Vendor's price"), ""),
    "price_break": (N_("Price break"), ""),
    "vendor_terms": (N_("What is agreed with a vendor"), ""),
    "user": (N_("User"), "parties:user"),
    "role": (N_("Role"), "parties:role"),
    "grant": (N_("Role of a user"), ""),
    "token": (N_("Access token"), ""),
    "notification_rule": (N_("Rule of notices"), ""),
    "import": (N_("Import"), ""),
    "accounting_export": (N_("Accounting export"), ""),
    "claim": (N_("Reservation"), ""),
    "place": (N_("Place"), ""),
    "saved_view": (N_("View"), ""),
    "mapping": (N_("Mapping"), ""),
    "setting": (N_("Setting"), ""),
    "counter": (N_("Numbers of"), "parties:number"),
    "tax_code": (N_("Tax code"), "catalog:tax_code"),
    "warranty_policy": (N_("Warranty policy"), "catalog:warranty_policy"),
    "webhook": (N_("Webhook"), "notices:webhook"),
    "wording": (N_("Words on documents"), "documents:wording"),
}
"""Word and page of each noun, by the name its subjects begin with."""


def subject(text: str) -> tuple[str, str]:
    """Title and address of a subject; the address is empty where it has no page."""
    noun, _, key = text.partition(":")
    # The figures of a year are counted apart; their page is that of the series.
    key, _, year = key.partition(":") if noun == "counter" else (key, "", "")
    word, page = SUBJECTS.get(noun, (noun.replace("_", " ").capitalize(), ""))
    title = f"{gettext(word)} {_called(text, noun, key)} {year}"
    return title.strip(), address(page, key) if page else ""


def several(texts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Title and address of these subjects, in a statement for each kind."""
    kinds: dict[str, dict[int, str]] = defaultdict(dict)
    for text in texts:
        noun, _, key = text.partition(":")
        if key.isdecimal():
            kinds[noun][int(key)] = text
    found = {}
    for noun, wanted in kinds.items():
        word, page = SUBJECTS.get(noun, (noun.replace("_", " ").capitalize(), ""))
        named = _all_called(noun, wanted)
        for pk, text in wanted.items():
            found[text] = f"{gettext(word)} {named.get(pk) or pk}", address(page, pk) if page else ""
    return found


def _all_called(noun: str, wanted: Iterable[int]) -> dict[int, str]:
    model = Sheet if noun in SHEETS else model_of(noun)
    known_by = _known_by(model)
    if model is None or known_by is None:
        return {}
    return dict(model._default_manager.filter(pk__in=list(wanted)).values_list("pk", known_by))


def _known_by(model: type[Model] | None) -> str | None:
    """The field that holds the number or name by which people know such a thing."""
    fields = {field.name for field in model._meta.concrete_fields} if model is not None else set()
    return next((name for name in ("number", "sku", "code", "name", "path") if name in fields), None)


def page_of(text: str) -> str:
    """The address of a subject whose title is known already; empty where it has no page."""
    noun, _, key = text.partition(":")
    key = key.partition(":")[0] if noun == "counter" else key
    page = SUBJECTS[noun][1] if noun in SUBJECTS else ""
    return address(page, key) if page else ""


def _called(text: str, noun: str, key: str) -> str:
    """The number or name that people know a subject by; its id where it has none."""
    if noun == "counter" and key in SERIES:
        return gettext(SERIES[key].word)
    model = Sheet if noun in SHEETS else model_of(text)
    if model is None or not key.isdecimal():
        return key
    known_by = _known_by(model)
    if known_by is None:
        return key
    return model._default_manager.filter(pk=int(key)).values_list(known_by, flat=True).first() or key


def noun(text: str) -> str:
    """The word for what a subject is."""
    kind = text.partition(":")[0]
    return gettext(SUBJECTS[kind][0]) if kind in SUBJECTS else kind.replace("_", " ").capitalize()
