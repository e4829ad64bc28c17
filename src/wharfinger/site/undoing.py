"""Who may undo what: whoever may do it. One table, verb by verb, beside the permission ``ledger.reverse``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from wharfinger.billing.models import CreditNote
from wharfinger.billing.rules.asking_again import CREDITING
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Entry, Fact
from wharfinger.ledger.telling import Told
from wharfinger.ledger.write import MADE

BY_VERB: dict[str, str] = {
    "accept_bill": "purchasing.bill",
    "accept_quote": "sales.win",
    "adjust": "stock.adjust",
    "amend_purchase": "purchasing.order",
    "answer": "notices.letter",
    "apply": "billing.pay",
    "approve": "purchasing.approve",
    "approve_return": "returns.approve",
    "approve_quote": "sales.approve_quote",
    "ask_approval": "sales.quote",
    "ask_hold": "sales.reserve",
    "ask_purchase": "purchasing.order",
    "answer_recall": "returns.recall",
    "recall_units": "returns.recall",
    "tell_owners": "returns.recall",
    "tell_owners_again": "returns.recall",
    "answer_claim": "returns.vendor_claim",
    "answer_rfq": "purchasing.rfq",
    "ask_vendors": "purchasing.rfq",
    "attach": "notices.attach",
    "award_rfq": "purchasing.order",
    "begin_count": "stock.count",
    "build": "stock.adjust",
    "cancel_count": "stock.count",
    "confirm_purchase": "purchasing.order",
    "cancel_bill": "purchasing.bill",
    "cancel_cost": "purchasing.land_cost",
    "cancel_delivery": "fulfilment.cancel_delivery",
    "cancel_payment": "billing.cancel_payment",
    "cancel_purchase": "purchasing.cancel",
    "cancel_receipt": "purchasing.cancel_receipt",
    "cancel_transfer": "stock.transfer",
    "change_draft": "billing.invoice",
    "cancel_vendor_payment": "purchasing.pay",
    "change_expiry": "stock.adjust",
    "charge_kept": "returns.settle",
    "change_todo": "notices.todo",
    "change_purchase": "purchasing.order",
    "change_transfer": "stock.transfer",
    "check_container": "fulfilment.check",
    "close_purchase": "purchasing.close",
    "close_rfq": "purchasing.rfq",
    "claim_from_vendor": "returns.vendor_claim",
    "close_return": "returns.close",
    "complete": "work.complete",
    "start_work": "work.complete",
    "confirm": "sales.confirm",
    "correct_serial": "stock.correct_serial",
    "count": "stock.complete_count",
    "credit": "billing.credit",
    "credit_vendor_return": "purchasing.bill",
    "decline_quote": "sales.lose",
    "deliver": "fulfilment.deliver",
    "deny_return": "returns.approve",
    "detach": "notices.attach",
    "discard_draft": "billing.invoice",
    "draft": "purchasing.order",
    "draft_invoice": "billing.invoice",
    "draft_transfer": "stock.transfer",
    "end_subscription": "devices.subscription",
    "enter_bill": "purchasing.bill",
    "erase": "notices.erase",
    "exchange": "billing.cancel_payment",
    "expire": "sales.reserve",
    "export_accounts": "exchange.accounts",
    "extend": "sales.reserve",
    "extend_ahead": "returns.settle",
    "extend_loan": "stock.lend",
    "give_back": "stock.lend",
    "lend": "stock.lend",
    "remind_loans": "stock.lend",
    "finish_todo": "notices.todo",
    "finish_repair": "returns.inspect",
    "give_way": "sales.give_way",
    "hand_back": "stock.adjust",
    "hold": "stock.hold",
    "hold_account": "parties.hold",
    "hold_order": "sales.order",
    "inspect": "returns.inspect",
    "install": "devices.install",
    "invoice": "billing.invoice",
    "join_family": "catalog.product",
    "keep_hold": "sales.give_way",
    "land_cost": "purchasing.land_cost",
    "leave_family": "catalog.product",
    "lose": "sales.lose",
    "lose_opportunity": "sales.lose",
    "lose_transfer": "stock.adjust",
    "make_variants": "catalog.product",
    "mark_fulfilled": "sales.fulfil",
    "merge": "catalog.merge",
    "merge_organizations": "parties.merge",
    "move_device": "devices.move",
    "name_devices": "work.create",
    "name_users": "devices.change",
    "note": "notices.note",
    "open_link": "sales.send",
    "order": "sales.order",
    "pack": "fulfilment.pack",
    "pay": "billing.pay",
    "pay_bills": "purchasing.pay",
    "pick": "fulfilment.pick",
    "pause_reminders": "billing.remind",
    "pick_pack_ship": "fulfilment.pick_pack_ship",
    "post_invoice": "billing.post",
    "promise": "sales.order",
    "promise_work": "work.amend",
    "provide": "work.provide",
    "put_away": "stock.put_away",
    "quote": "sales.quote",
    "receive": "purchasing.receive",
    "receive_return": "returns.receive",
    "receive_transfer": "stock.transfer",
    "record_count": "stock.count",
    "recount": "stock.count",
    "refund": "billing.refund",
    "reject_quote": "sales.approve_quote",
    "reject": "purchasing.approve",
    "relate": "devices.relate",
    "unrelate": "devices.relate",
    "release": "sales.reserve",
    "release_limit": "billing.limit",
    "remind": "notices.todo",
    "remind_rma": "returns.approve",
    "remove": "work.provide",
    "reopen": "sales.reopen",
    "repair": "returns.inspect",
    "replenish": "purchasing.order",
    "reprice": "purchasing.reprice",
    "request": "purchasing.request",
    "request_return": "returns.request",
    "reserve": "sales.reserve",
    "restock": "returns.restock",
    "return_transfer": "stock.transfer",
    "resume_reminders": "billing.remind",
    "revalue": "stock.revalue",
    "revoke_link": "sales.send",
    "reverse": "ledger.reverse",
    "review_count": "stock.review_count",
    "run_low": "purchasing.order",
    "scrap": "stock.scrap",
    "sell": "sales.sell",
    "send_again": "notices.outbox",
    "send_back": "purchasing.send_back",
    "send_claim": "returns.vendor_claim",
    "send_credit_note": "billing.send",
    "send_invoice": "billing.send",
    "send_statement": "billing.send",
    "send_order": "sales.send",
    "send_purchase": "purchasing.send",
    "send_reminder": "billing.remind",
    "send_rfq": "purchasing.rfq",
    "send_rma": "returns.approve",
    "send_quote": "sales.send",
    "send_transfer": "stock.transfer",
    "settle": "returns.settle",
    "ship": "fulfilment.ship",
    "short_pick": "fulfilment.pick",
    "stack": "fulfilment.pack",
    "start_run": "fulfilment.pick",
    "stop_run": "fulfilment.pick",
    "submit": "purchasing.submit",
    "subscribe": "devices.subscription",
    "swap": "devices.swap",
    "take_apart": "stock.adjust",
    "take_over": "fulfilment.pick",
    "replace_component": "stock.adjust",
    "tell_expiring": "stock.adjust",
    "tell_warranties": "devices.warranty",
    "review_contract": "devices.change",
    "todo": "notices.todo",
    "to_vendor": "returns.inspect",
    "transfer": "stock.transfer",
    "unapply": "billing.pay",
    "unconfirm": "sales.unconfirm",
    "unhold": "stock.hold",
    "unhold_account": "parties.hold",
    "write_off": "billing.write_off",
    "unhold_order": "sales.order",
    "unpack": "fulfilment.unpack",
    "unpick": "fulfilment.unpick",
    "unstack": "fulfilment.pack",
    "win": "sales.win",
}
"""What undoing an entry of this verb needs: the permission of the verb itself."""

BY_NOUN: dict[str, str] = {
    "approval_tier": "purchasing.approval_tier",
    "delegation": "purchasing.approve",
    "attachment": "notices.attach",
    "barcode": "catalog.product",
    "carrier": "fulfilment.carrier",
    "category": "catalog.product",
    "bin": "stock.location",
    "contact": "parties.organization",
    "container": "fulfilment.pack",
    "counter": "site.settings",
    "customer_group": "parties.organization",
    "terms": "parties.terms",
    "device": "devices.change",
    "family": "catalog.product",
    "grant": "parties.user",
    "hold_request": "sales.reserve",
    "level": "stock.level",
    "location": "stock.location",
    "mapping": "exchange.import",
    "note": "notices.note",
    "notification_rule": "notices.rule",
    "opportunity": "sales.opportunity",
    "order": "sales.order",
    "organization": "parties.organization",
    "own_field": "site.own_fields",
    "price_item": "pricing.price_list",
    "price_list": "pricing.price_list",
    "product": "catalog.product",
    "price_break": "catalog.price",
    "product_unit": "catalog.product",
    "quote": "sales.quote",
    "quote_template": "sales.template",
    "rate": "pricing.rate",
    "grade": "site.settings",
    "reason": "site.settings",
    "role": "parties.role",
    "saved_view": "boards.share",
    "setting": "site.settings",
    "setting:modules": "site.modules",
    "shipment": "fulfilment.ship",
    "site": "parties.organization",
    "substitute": "catalog.product",
    "subscription": "devices.subscription",
    "tax_code": "catalog.tax_code",
    "token": "parties.token",
    "user": "parties.user",
    "vendor_price": "catalog.price",
    "vendor_terms": "purchasing.vendor_terms",
    "warranty_policy": "catalog.warranty_policy",
    "webhook": "notices.webhook",
    "wording": "site.settings",
    "job_type": "work.job_type",
    "work_order": "work.charge",
}
"""What undoing a change of this noun needs, for the verbs that all nouns share; lines go with their document."""

SHARED = frozenset(
    {"add", "amend", "cancel", "change", "change_password", "charge", "close", "retire", "revoke", "set"}
)
AMENDED = {"order": "sales.amend", "work_order": "work.amend"}
SERVING = frozenset({"pick", "draft", "pick_pack_ship"})
"""The verbs that may make charges and serve them in one entry, which is undone whole."""
CANCELLED = {"order": "sales.cancel", "work_order": "work.cancel"}
OWN = frozenset({"saved_view", "token"})
OWN_FIELDS = frozenset({"language", "muted", "silenced", "digest", None})


Changed = tuple[str, str | None]
"""A subject and its field; no field where an entry only is about it."""


def needs(entry: Entry, actor: int | None) -> Collection[str]:
    """The permissions that undoing an entry needs; what somebody did to what is theirs alone needs none."""
    return _needs(entry.verb, entry.actor_id, actor, _facts([(entry.pk, entry.verb)])[entry.pk])


def may_undo(entry: Entry, user: Any) -> bool:
    """Whether this person may undo an entry."""
    return user.may("ledger.reverse") and all(user.may(name) for name in needs(entry, user.pk))


def offered(told: Iterable[Told], user: Any) -> set[int]:
    """Those of these entries whose undo this person may do, in one statement however many."""
    listed = [one for one in told if one.undo] if user.may("ledger.reverse") else []
    facts = _facts((one.id, one.verb) for one in listed)
    return {
        one.id
        for one in listed
        if all(user.may(name) for name in _needs(one.verb, one.actor, user.pk, facts[one.id]))
    }


def _facts(entries: Iterable[tuple[int, str]]) -> dict[int, list[Changed]]:
    """What entries of the verbs that all nouns share speak of, and what others made that asks for a further permission."""
    found: dict[int, list[Changed]] = defaultdict(list)
    named = list(entries)
    shared = [entry for entry, verb in named if verb in SHARED]
    serving = [entry for entry, verb in named if verb in SERVING]
    crediting = [entry for entry, verb in named if verb in CREDITING]
    if shared or serving or crediting:
        made = Q(entry__in=serving, field=MADE, subject=Line._meta.label)
        made |= Q(entry__in=crediting, field=MADE, subject=CreditNote._meta.label)
        rows = Fact.objects.filter(Q(entry__in=shared) & ~Q(field=MADE) | made)
        for entry, subject, field in rows.values_list("entry_id", "subject", "field"):
            found[entry].append((subject, field))
    return found


def _needs(verb: str, by: int | None, actor: int | None, facts: list[Changed]) -> Collection[str]:
    if verb in BY_VERB:
        further = "work.charge" if verb in SERVING else "billing.invoice"
        return {BY_VERB[verb], *([further] if facts else ())}
    assert verb in SHARED, verb
    if actor is not None and by == actor and all(_own(*fact, actor) for fact in facts):
        return ()
    known = BY_NOUN | {"cancel": CANCELLED, "amend": AMENDED}.get(verb, {})
    documents = [fact for fact in facts if not fact[0].startswith("line:")]
    changed = [fact for fact in documents if fact[1] is not None] or documents
    return {known.get(subject) or known.get(subject.partition(":")[0], "*") for subject, _ in changed} or {
        "*"
    }


def _own(subject: str, field: str | None, actor: int) -> bool:
    noun, _, key = subject.partition(":")
    return noun in OWN or (noun == "user" and key == str(actor) and field in OWN_FIELDS)
