"""Refusals are values: a code, a sentence and the figures behind it; the door puts them into words.

The sentence is an English message id with named fields, marked by ``N_``; it is translated and
filled in only when somebody reads it, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from babel.dates import format_date
from django.utils.translation import get_language, gettext

from wharfinger.base.locales import locale_of


def N_(sentence: str) -> str:  # noqa: N802 - the name gettext gives it
    """Mark a sentence for translation and return it unchanged."""
    return sentence


_AGAIN = N_("Look at the document again; it may have changed.")
_CHOOSE = N_("Choose one from the list.")
_THERE = N_("Look under {page}; what is missing is added there.")
_NUMBER = N_("Search for its number, or look under {page}.")
_LOOK = N_("Look under {page}.")
_OF_THEIRS = N_("Look at the page of the organization; what is missing is added there.")
_PRODUCT = N_("Search for its SKU, GTIN or name, or add it under Products.")
_SERIAL = N_("Check the number, or look under {page}.")
_LESS = N_("Give a smaller quantity.")
_API = N_("The description of the API lists what there is.")

HELP: Mapping[str, tuple[str, str]] = {
    "amount_too_large": (N_("Give a smaller one."), ""),
    "bad_json": (N_("Check its quotes, commas and braces."), ""),
    "bad_key": (N_("Send another one."), ""),
    "more_than_billable": (_LESS, ""),
    "more_than_delivered": (_LESS, ""),
    "more_than_invoiced": (_LESS, ""),
    "more_than_wanted": (_LESS, ""),
    "no_such_account": (_AGAIN, ""),
    "no_such_answer": (_CHOOSE, ""),
    "no_such_attachment": (_AGAIN, ""),
    "no_such_attribute": (_CHOOSE, ""),
    "no_such_batch": (_SERIAL, N_("What expires")),
    "no_such_bill": (_NUMBER, N_("Vendors' bills")),
    "no_such_bin": (N_("Look at the page of the location; what is missing is added there."), ""),
    "no_such_category": (_THERE, N_("Categories")),
    "no_such_column": (_CHOOSE, ""),
    "no_such_component": (_PRODUCT, ""),
    "no_such_contact": (_OF_THEIRS, ""),
    "no_such_contact_named": (_OF_THEIRS, ""),
    "no_such_container": (_NUMBER, N_("Containers")),
    "no_such_container_named": (_NUMBER, N_("Containers")),
    "no_such_contract": (_NUMBER, N_("Contracts")),
    "no_such_cost": (_AGAIN, ""),
    "no_such_count": (_LOOK, N_("Counts")),
    "no_such_credit_note": (_NUMBER, N_("Credit notes")),
    "no_such_device": (_NUMBER, N_("Devices")),
    "no_such_document": (N_("Search for its number."), ""),
    "no_such_entry": (_LOOK, N_("Journal")),
    "no_such_event": (_CHOOSE, ""),
    "no_such_family": (_THERE, N_("Families")),
    "no_such_group": (_THERE, N_("Customer groups")),
    "no_such_invoice": (_NUMBER, N_("Invoices")),
    "no_such_invoice_line": (_AGAIN, ""),
    "no_such_letter": (_LOOK, N_("Messages")),
    "no_such_line": (_AGAIN, ""),
    "no_such_line_group": (_AGAIN, ""),
    "no_such_list": (_LOOK, N_("Export")),
    "no_such_loan": (_NUMBER, N_("On loan")),
    "no_such_location": (_THERE, N_("Locations")),
    "no_such_mapping": (_LOOK, N_("Import")),
    "no_such_mapping_named": (_LOOK, N_("Import")),
    "no_such_message": (_LOOK, N_("Messages")),
    "no_such_module": (_LOOK, N_("Modules")),
    "no_such_notice": (_AGAIN, ""),
    "no_such_opportunity": (_NUMBER, N_("Opportunities")),
    "no_such_order": (_NUMBER, N_("Sales orders")),
    "no_such_organization": (_THERE, N_("Organizations")),
    "no_such_outcome": (_CHOOSE, ""),
    "no_such_payment": (_NUMBER, N_("Payments")),
    "no_such_permission": (N_("The page of a role lists all permissions."), ""),
    "no_such_picture": (_AGAIN, ""),
    "no_such_policy": (_THERE, N_("Warranty policies")),
    "no_such_price_list": (_THERE, N_("Price lists")),
    "no_such_product": (_PRODUCT, ""),
    "no_such_purchase_line": (_AGAIN, ""),
    "no_such_purchase_order": (_NUMBER, N_("Purchase orders")),
    "no_such_quote": (_NUMBER, N_("Quotes")),
    "no_such_receipt": (_NUMBER, N_("Receipts")),
    "no_such_reminder_pause": (_LOOK, N_("Reminders")),
    "no_such_report": (N_("The list of reports names them all."), ""),
    "no_such_request": (_AGAIN, ""),
    "no_such_rfq": (_NUMBER, N_("Requests for quotation")),
    "no_such_rma": (_NUMBER, N_("RMAs")),
    "no_such_rma_line": (_AGAIN, ""),
    "no_such_role": (_THERE, N_("Roles")),
    "no_such_run": (_LOOK, N_("Import")),
    "no_such_scope": (_CHOOSE, ""),
    "no_such_serial": (_SERIAL, N_("Serial numbers")),
    "no_such_serial_lot": (_SERIAL, N_("Serial numbers")),
    "no_such_series": (_LOOK, N_("Numbers")),
    "no_such_setting": (_LOOK, N_("Settings")),
    "no_such_shipment": (_NUMBER, N_("Shipments")),
    "no_such_site": (_OF_THEIRS, ""),
    "no_such_sku": (_PRODUCT, ""),
    "no_such_subject": (N_("Search for its number."), ""),
    "no_such_subscription": (_LOOK, N_("Devices")),
    "no_such_substitute": (_PRODUCT, ""),
    "no_such_tax_code": (_THERE, N_("Tax codes")),
    "no_such_template": (_LOOK, N_("Quote templates")),
    "no_such_terms": (_THERE, N_("Agreed terms of payment")),
    "no_such_ticket": (_NUMBER, N_("Tickets")),
    "no_such_todo": (_LOOK, N_("To-dos")),
    "no_such_user": (_THERE, N_("Users")),
    "no_such_vendor": (_THERE, N_("Organizations")),
    "no_such_vendor_payment": (_NUMBER, N_("Payments to vendors")),
    "no_such_claim_line": (_AGAIN, ""),
    "no_such_recall": (_NUMBER, N_("Recalls")),
    "no_such_vendor_claim": (_NUMBER, N_("Claims on vendors")),
    "no_such_vendor_return": (_NUMBER, N_("Returns to vendors")),
    "no_such_view": (N_("Save it again under a name of your own."), ""),
    "no_such_webhook": (_THERE, N_("Webhooks")),
    "no_such_work_order": (N_("Search for its number."), ""),
    "no_such_worklist": (N_("Look at your roles, or ask an administrator."), ""),
    "not_an_address": (N_("Write it like name@example.com."), ""),
    "not_billed": (_LESS, ""),
    "not_delivered": (_LESS, ""),
    "not_packed": (_LESS, ""),
    "not_picked": (_LESS, ""),
    "not_provided": (_LESS, ""),
    "not_received": (_LESS, ""),
    "not_refused": (_LESS, ""),
    "not_reserved": (_LESS, ""),
    "not_there": (N_("Check the number or the address, or search for it."), ""),
    "not_whole": (N_("Choose another product."), ""),
    "nothing_to_order": (_LESS, ""),
    "over_for_line": (_LESS, ""),
    "settled_already": (_LESS, ""),
    "specific_needs_serials": (N_("Choose another valuation."), ""),
    "too_big": (N_("Send it in parts."), ""),
    "too_large": (N_("Give a smaller one."), ""),
    "unknown_field": (_API, ""),
    "unknown_filter": (_API, ""),
    "unknown_include": (_API, ""),
    "unknown_sort": (_API, ""),
    "wrong_method": (_API, ""),
}
"""What helps after a refusal of this code whose sentence names no remedy: the words, and the page they name."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds goods that somebody else wants, how many, and until when."""

    subject: str
    quantity: int
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods under way that would serve a refused wish."""

    subject: str
    quantity: int
    on: str | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Who did before what somebody wanted to do, by which entry, and when, as the company's clock says."""

    name: str
    at: datetime
    entry: int
    today: bool
    own: bool
    """Whether the reader did it."""

    def words(self) -> str:
        """Who did it and when, as a sentence in the language of the reader."""
        when = f"{self.at:%H:%M}"
        if not self.today:
            day = format_date(self.at.date(), "medium", locale=locale_of(get_language() or "en"))
            when = f"{day} {when}"
        if self.own:
            return gettext("You did it yourself ({when}).").format(when=when)
        return gettext("It was {name} ({when}).").format(name=self.name, when=when)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the person may do instead: a verb of the house and its arguments."""

    verb: str
    values: Mapping[str, Any]


class Words(tuple[str, ...]):
    """Words marked for translation, listed in the reader's language."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return ", ".join(gettext(word) for word in self)


class Refusal(Exception):
    """The rules of the house refuse the act; nothing was written."""

    http_code: ClassVar[int] = 409

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        field: str | None = None,
        wanted: int | None = None,
        free: int | None = None,
        product: int | None = None,
        held_by: Sequence[Holder] = (),
        arriving: Sequence[Arrival] = (),
        remedies: Sequence[Remedy] = (),
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.wanted = wanted
        self.free = free
        self.product = product
        self.decimals = 0
        """Of the product that the figures count, set by whoever explains the refusal."""
        self.held_by = tuple(held_by)
        self.arriving = tuple(arriving)
        self.remedies = tuple(remedies)
        self.by: By | None = None
        """Who did it before, where that is known: set by whoever explains the refusal."""
        self.values = values

    def words(self) -> str:
        """The sentence in the language of the reader, figures filled in, and what helps."""
        said = gettext(self.sentence).format(
            wanted=self.figure(self.wanted), free=self.figure(self.free), **self.values
        )
        if self.code in HELP and ". " not in self.sentence:
            words, page = HELP[self.code]
            said = f"{said} {gettext(words).format(page=gettext(page) if page else '')}"
        return f"{said} {self.by.words()}" if self.by else said

    def figure(self, units: int | None) -> str:
        """A quantity of the refused product as a decimal string."""
        if units is None or not self.decimals:
            return str(units)
        whole, rest = divmod(abs(units), 10**self.decimals)
        places = f"{rest:0{self.decimals}d}".rstrip("0")
        return f"{'-' if units < 0 else ''}{whole}{'.' + places if places else ''}"

    def __str__(self) -> str:
        return self.words()


class BadInput(Refusal):
    """What was typed cannot be read as what it should be."""

    http_code = 422


class NotAllowed(Refusal):
    """The person lacks the permission for the verb."""

    http_code = 403


class NotThere(Refusal):
    """No such document, or none that this person may see."""

    http_code = 404


class Stale(Refusal):
    """The document has changed since it was read."""

    http_code = 412
