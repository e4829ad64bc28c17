"""The mails by which documents leave: to whom, and what they say where nobody says otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from wharfinger.base.refusal import N_, NotThere
from wharfinger.billing.models import Reminder
from wharfinger.documents.figures import LOCALES
from wharfinger.documents.kinds import KINDS, Kind
from wharfinger.documents.queries.parties import company, language_of
from wharfinger.documents.render import TEMPLATES
from wharfinger.documents.words import words
from wharfinger.ledger.models import Fact
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.purchasing.queries import vendor_terms
from wharfinger.sales import links
from wharfinger.sales.models import Quote

SENT = {
    "quote": KINDS["quote"],
    "order": KINDS["order-confirmation"],
    "invoice": KINDS["invoice"],
    "credit_note": KINDS["credit-note"],
    "reminder": KINDS["reminder"],
    "rma": KINDS["rma-slip"],
    "purchase_order": KINDS["purchase-order"],
    "rfq_vendor": KINDS["rfq"],
}
"""Whose column `sent_at` says that it goes to the other side, by the noun of its subject."""

ON = {"rfq_vendor": "rfq"}
"""On whose page its mails stand, and to what belongs what is answered, where it has no page of its own."""

WAYS = {
    "quote": ("sheet__contact__email", "sheet__organization__email"),
    "order-confirmation": ("sheet__contact__email", "sheet__organization__email"),
    "invoice": ("organization__email", "sheet__contact__email"),
    "credit-note": ("organization__email", "invoice__sheet__contact__email"),
    "reminder": ("organization__email",),
    "rma-slip": ("ticket__contact__email", "organization__email"),
    "purchase-order": ("vendor__email",),  # unless another is agreed for orders
    "rfq": ("vendor__email",),  # likewise
}
"""Where the address is found, the better one first: offers go to people, bills to the organization."""

LETTERS = {
    "quote": "sheet__number",
    "order-confirmation": "sheet__number",
    "invoice": "number",
    "credit-note": "number",
    "rma-slip": "number",
}
"""What people write a letter of their own with, each with the way to its number."""


def addresses(of: Kind, pk: int) -> list[str]:
    """Whom to write to: one address, or nobody."""
    if of.model in (PurchaseOrder, RfqVendor):
        vendors = of.model.objects.filter(pk=pk).values_list("vendor", flat=True)
        if agreed := list(vendor_terms.orders_emails(list(vendors)).values()):
            return agreed
    found = of.model.objects.filter(pk=pk).values_list(*WAYS[of.name])
    return [next(address for address in row if address) for row in found if any(row)]


def about(of: Kind, pk: int) -> str:
    """The document on whose page a mail stands: of what one vendor is asked, the whole request."""
    noun = ON.get(of.subject)
    found = of.model.objects.values_list(f"{noun}_id", flat=True).get(pk=pk) if noun else pk
    return f"{noun or of.subject}:{found}"


def draft(of: Kind, pk: int) -> dict[str, Any]:
    """The letter that a document would leave with, for somebody to change; raises NotThere where there is none."""
    language = of.language(pk)
    if of.name not in LETTERS:
        raise NotThere("no_such_document", N_("There is no such document."))
    number = of.model.objects.values_list(LETTERS[of.name], flat=True).get(pk=pk)
    us = company().address.name
    return {
        "number": number,
        "to": addresses(of, pk),
        "subject": _subject(of, pk, number, language, us),
        "text": _text(of, pk, number, language),
    }


def composed(
    of: Kind, pk: int, given: Mapping[str, Any], to: list[str], number: str, language: str, us: str
) -> dict[str, Any]:
    """The mail itself: what was written, the house's words where nothing was, the link, and our name beneath."""
    said, again = words(language), of.model is PurchaseOrder and _changed_since(pk)
    asks = _asks_for_goods(of, pk, given, number, language)
    body = [given.get("text") or asks.get("text") or _text(of, pk, number, language, again=again), ""]
    if of.model is Quote and given.get("link", True):
        body += [said["mail_link"], links.address(Quote.objects.get(pk=pk)), ""]
    body += [said["mail_regards"], us]
    mail = {
        "to": to,
        "subject": given.get("subject")
        or asks.get("subject")
        or _subject(of, pk, number, language, us, again=again),
        "body": "\n".join(body),
    }
    return mail | {"cc": given["cc"]} if given.get("cc") else mail


def draft_statement(organization: int, currency: str, last: date) -> dict[str, Any]:
    """The letter that a customer's statement would leave with, for somebody to change."""
    found = Organization.objects.filter(pk=organization).values_list("language", "email").first()
    if found is None:
        raise NotThere("no_such_organization", N_("There is no such organization."))
    return statement_mail({}, [found[1]] if found[1] else [], currency, last, language_of(found[0]))


def statement_mail(
    given: Mapping[str, Any], to: list[str], currency: str, last: date, language: str
) -> dict[str, Any]:
    """The mail of a statement without our name beneath: what was written, the house's words where nothing was."""
    said = words(language)
    title = said["mail_statement_title"].format(
        currency=currency, date=format_date(last, "medium", locale=LOCALES[language])
    )
    subject = " – ".join(part for part in (title, company().address.name) if part)
    text = "\n".join([said["mail_hello"], "", said["mail_attached"].format(document=title)])
    return {
        "number": title,
        "to": to,
        "subject": given.get("subject") or subject,
        "text": given.get("text") or text,
    }


def _changed_since(order: int) -> bool:
    """Whether a purchase order that goes out is another than what its vendor was sent before."""
    sent = Fact.objects.filter(subject=f"purchase_order:{order}", field="sent_at").order_by("-pk")
    before = sent.values_list("old", flat=True).first()
    last = json.loads(before) if before else None
    amended = (
        PurchaseOrder.objects.filter(pk=order, amended_at__gt=datetime.fromisoformat(last)) if last else None
    )
    return amended is not None and amended.exists()


def _subject(of: Kind, pk: int, number: str, language: str, us: str, *, again: bool = False) -> str:
    title = _title(of, pk, number, language)
    if again:
        title = words(language)["mail_subject_changed"].format(document=title)
    return " – ".join(part for part in (title, us) if part)


SENTENCES = {RfqVendor: "mail_rfq", Reminder: "mail_reminder"}
"""What the mail of some says instead of that a document is attached."""


def _text(of: Kind, pk: int, number: str, language: str, *, again: bool = False) -> str:
    said = words(language)
    sentence = said["mail_changed" if again else SENTENCES.get(of.model, "mail_attached")]
    return "\n".join([said["mail_hello"], "", sentence.format(document=_title(of, pk, number, language))])


def _asks_for_goods(
    of: Kind, pk: int, given: Mapping[str, Any], number: str, language: str
) -> dict[str, str]:
    """What a reminder of an RMA says; nothing where it is none."""
    if "reminder" not in given:
        return {}
    said, title = words(language), _title(of, pk, number, language)
    due = format_date(date.fromisoformat(given["due_on"]), "medium", locale=LOCALES[language])
    sentence = said[f"mail_goods_due_{given['reminder']}"].format(document=title, date=due)
    return {
        "subject": said["mail_subject_goods"].format(document=title),
        "text": "\n".join([said["mail_hello"], "", sentence]),
    }


def _title(of: Kind, pk: int, number: str, language: str) -> str:
    return f"{words(language)[of.called(pk) if of.called else TEMPLATES[of.shape]]} {number}"
