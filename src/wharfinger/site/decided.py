"""What the company decided, in words: which setting, and what it was before and after."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from wharfinger.base import configuration
from wharfinger.base.configuration import DEFAULTS, filled
from wharfinger.base.refusal import N_
from wharfinger.ledger.models import Fact
from wharfinger.ledger.telling import ChangeTold, Told, timeline
from wharfinger.parties.models import Terms, User
from wharfinger.site import formats
from wharfinger.site.changed import field_words, value_words
from wharfinger.site.subjects import subject as titled

CALLED: dict[str, str] = {
    "approval.self_approval": N_("One may approve what one asked for"),
    "approval.threshold_minor": N_("Purchases from this amount need an approval"),
    "bill_tolerance.most_minor": N_("And a vendor's bill at most by"),
    "bill_tolerance.percent": N_("A vendor's bill may be off by"),
    "cash_rounding": N_("Invoices are rounded to"),
    "closed_until": N_("Closed up to and with"),
    "company.accent": N_("Colour of documents"),
    "company.bank_name": N_("Bank"),
    "company.bic": N_("BIC"),
    "company.directors": N_("Directors"),
    "company.iban": N_("IBAN"),
    "company.postcode": N_("Postcode"),
    "company.registration": N_("Registration"),
    "company.street": N_("Street"),
    "company.website": N_("Website"),
    "counting.cycle_days_a": N_("Products of class A are counted every"),
    "counting.cycle_days_b": N_("Products of class B are counted every"),
    "counting.cycle_days_c": N_("Products of class C are counted every"),
    "counting.second_count": N_("What is off by more than the tolerance is counted a second time"),
    "counting.tolerance_minor": N_("And at most in value"),
    "counting.tolerance_percent": N_("Tolerance of counts"),
    "currency": N_("Home currency"),
    "win_on_acceptance": N_("A quote is won once its customer accepts it by link"),
    "fee_products.deposit": N_("Deposits are named by"),
    "fee_products.freight": N_("Freight is named by"),
    "fee_products.restocking": N_("Restocking fees are named by"),
    "fee_products.return_freight": N_("Freight of returns is named by"),
    "fee_products.repair": N_("Repairs are named by"),
    "fee_products.reminder": N_("Fees of reminders are named by"),
    "fulfil_automatically": N_("Orders are fulfilled once all is delivered"),
    "serve_back_orders": N_("Goods that come in free serve who waits for them"),
    "language": N_("Language of the company"),
    "listed_reasons_only": N_("Reasons are chosen from the list only"),
    "logo": N_("Logo on documents"),
    "mail_bills": N_("Invoices and credit notes leave by mail as soon as they are posted"),
    "modules.jobs": N_("Jobs"),
    "modules.procurement": N_("Procurement"),
    "modules.rma": N_("RMA"),
    "pipeline_steps": N_("Steps of opportunities"),
    "prices_include_tax": N_("Prices of products include tax"),
    "purchase_descriptions": N_("Lines of purchase orders are called"),
    "purchasing_team": N_("Purchasing team"),
    "quote_approval.discount_percent": N_("Quotes with a higher discount need an approval"),
    "quote_approval.margin_percent": N_("Quotes with a lower margin need an approval"),
    "quote_approval.self_approval": N_("One may approve the quotes that one wrote"),
    "quote_valid_days": N_("A quote is valid for"),
    "accounts": N_("Numbers of accounts in accounting"),
    "reminders.level_1": N_("The first reminder is due after"),
    "reminders.level_2": N_("The second reminder is due after"),
    "reminders.level_3": N_("The final reminder is due after"),
    "reminders.fee_1_minor": N_("Fee of the first reminder"),
    "reminders.fee_2_minor": N_("Fee of the second reminder"),
    "reminders.fee_3_minor": N_("Fee of the final reminder"),
    "reminders.pay_within": N_("A reminder asks to be paid within"),
    "require_vendor_invoice": N_("Goods are received with the vendor's invoice number only"),
    "returnable_days": N_("Goods can be returned within"),
    "rma_days": N_("Goods of an approved RMA are to arrive within"),
    "rma_remind_days": N_("Customers are reminded of goods of an RMA"),
    "expiry_days": N_("What expires is told before by"),
    "warranty_days": N_("The end of a warranty is told before by"),
    "shipment_proof": N_("A delivery needs a proof"),
    "second_person": N_("Who picked or packed does not ship"),
    "sscc_prefix": N_("GS1 prefix of the company"),
    "simple_workflow": N_("Orders are picked, packed and shipped in one step"),
    "terms": N_("Terms of payment of new customers"),
    "terms_days": N_("Invoices are due within"),
    "time_zone": N_("Time zone"),
    "reply_address": N_("Answers to our mails come to"),
    "webhook_private_addresses": N_("Webhooks may call private addresses"),
    "words": N_("Words"),
}
"""What a setting, or a part of one, is called on its page; a part that is not here is called as a field is."""


def settings_timeline(*keys: str) -> list[Told]:
    """What was decided of these settings lately, newest first, each with what it was before and after."""
    told = timeline(*(f"setting:{key}" for key in keys), most=12)
    found: dict[int, list[ChangeTold]] = defaultdict(list)
    facts = Fact.objects.filter(
        entry__in=[one.id for one in told], field="value", subject__startswith="setting:"
    )
    for entry, subject, old, new in facts.order_by("pk").values_list("entry", "subject", "old", "new"):
        found[entry] += decided(subject, json.loads(old or "null"), json.loads(new or "null"))
    return [replace(one, changes=found[one.id]) for one in told]


def decided(subject: str, old: Any, new: Any) -> list[ChangeTold]:
    """What changed of a setting, part by part: what it is called, before and after."""
    key = subject.partition(":")[2]
    if not isinstance(DEFAULTS.get(key), dict) or key in ("words", "cash_rounding"):
        return [(_called(key), _said(key, old), _said(key, new))]
    before, after = filled(key, old), filled(key, new)
    return [
        (
            _called(f"{key}.{part}"),
            _said(part if key != "fee_products" else key, before.get(part)),
            _said(part if key != "fee_products" else key, after.get(part)),
        )
        for part in after
        if before.get(part) != after.get(part)
    ]


def _called(path: str) -> str:
    return gettext(CALLED[path]) if path in CALLED else field_words(path.rpartition(".")[2])


def _said(name: str, value: Any) -> str:
    if name == "purchasing_team":
        return ", ".join(_people(value or ())) or "–"
    if name == "fee_products" and value is not None:
        return titled(f"product:{value}")[0]
    if name == "cash_rounding" and value:
        return "; ".join(formats.money(coin, unit) for unit, coin in sorted(value.items()))
    if name == "terms" and value:
        return Terms.objects.filter(pk=value).values_list("name", flat=True).first() or str(value)
    if name == "logo" and value:
        return gettext("A picture")
    if name == "language":
        return gettext(dict(settings.LANGUAGES).get(value, value or "–"))
    if name == "closed_until" and value:
        return formats.day(date.fromisoformat(value))
    if name.endswith("_minor") and value is not None:
        return formats.money(value, configuration.one("currency"))
    return value_words(name, value)


def _people(ids: Iterable[int]) -> list[str]:
    return [str(one) for one in User.objects.filter(pk__in=ids).order_by("name", "username")]
