"""Cause and effect between modules, as one table: what a verb may be refused for, does besides, and tells whom.

Lower modules never know upper ones; a new automatic effect is one row here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from wharfinger.base.access import Right, Whoever
from wharfinger.billing.actions.asking_again import credits_are_asked_again
from wharfinger.billing.actions.keeping import (
    added_goes,
    changed_drafts_stay,
    relief_stays,
    stays_where_billed,
)
from wharfinger.billing.queries import proofs as billing
from wharfinger.billing.queries.keeping import posted_by
from wharfinger.billing.rules.keeping import posted_papers_stay
from wharfinger.catalog import actions as catalog
from wharfinger.catalog.actions.categories import stays_filed
from wharfinger.catalog.actions.families import keeps_variants
from wharfinger.demand import actions as lines
from wharfinger.demand import queries as demand
from wharfinger.demand.queries import proofs
from wharfinger.demand.queries.done import owes
from wharfinger.devices.actions import following as devices
from wharfinger.devices.actions.installing import install_provided
from wharfinger.devices.queries.proofs import (
    devices_are_used_by_their_owners,
    parts_are_with_their_whole,
    used_devices_are_their_customers,
)
from wharfinger.documents.actions import sending
from wharfinger.flows.actions import limits, merging
from wharfinger.flows.queries import proofs as doubles
from wharfinger.fulfilment.actions import pinned, second, stacked
from wharfinger.fulfilment.queries import proofs as picking
from wharfinger.ledger import audit, door, numbering
from wharfinger.ledger.models import Entry
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import automation
from wharfinger.ledger.write import Written
from wharfinger.notices import mails
from wharfinger.notices.actions import attachments, todos
from wharfinger.notices.queries.proofs import files_are_there
from wharfinger.parties import rights
from wharfinger.parties.queries import called_who_may
from wharfinger.purchasing.actions import closing as purchasing
from wharfinger.purchasing.queries import proofs as buying
from wharfinger.purchasing.queries.billed import submitted_and_billed
from wharfinger.returns.actions.keeping import (
    claims_go_back_in_turn,
    paid_back_stays_here,
    recalls_go_back_in_turn,
)
from wharfinger.returns.actions.replacing import follow_replaced
from wharfinger.returns.queries import proofs as returns
from wharfinger.sales.actions import approving, giving, versions
from wharfinger.sales.actions import closing as sales
from wharfinger.sales.actions.serving import BRINGING
from wharfinger.site import explaining, undoing
from wharfinger.site.answered import answered
from wharfinger.stock.actions import building
from wharfinger.stock.queries import built

CONSUMERS = ("notices", "webhooks")
"""Who reads the journal afterwards, each by a row of the outbox of its own."""

QUIET = frozenset(
    {
        *("set", "add", "attach", "change", "detach", "join_family", "leave_family", "make_variants"),
        *("erase", "retire", "send_again", "open_link", "revoke_link"),
    }
)
"""Verbs about nouns, of which webhooks are told but nobody gets a mail."""


SUBMITTING = ("submit", "send_purchase")
"""The verbs by which an order goes to its vendor, who may bill it from then on."""


MAILS = (("notices", mails.about), ("documents", sending.about))
"""What mails each consumer would write about an entry: a dry run shows them."""

INVOICES = "billing_invoice"
"""Where invoices are, by which a document owes money."""
INVOICE_ROWS = "billing_invoiceline"

LAWS = (
    proofs.lines_are_their_holdings,
    proofs.options_stand,
    proofs.discounts_are_worked_in,
    proofs.done(owes(INVOICES)),
    billing.credited_stays_within_invoiced,
    billing.deposits_are_what_is_left_of_them,
    billing.notes_are_their_lines_less_fees,
    billing.notes_are_taken_back_whole,
    billing.numbers_have_no_hole,
    billing.invoices_are_their_bills,
    billing.instalments_come_to_the_whole,
    billing.reliefs_are_posted,
    billing.reminders_say_what_was_open,
    billing.invoices_are_the_sum_of_their_lines,
    buying.bills_reach_stock_or_variance,
    buying.costs_reach_stock_or_variance,
    buying.credits_say_the_difference,
    buying.no_more_is_booked_as_billed_than_came,
    buying.payables_are_what_is_open,
    buying.vendor_discounts_are_posted,
    buying.what_is_rejected_says_why,
    built.inside_once,
    doubles.categories_have_those_above,
    doubles.merges_lead_to_what_stays,
    doubles.merging_keeps_goods_and_value,
    files_are_there,
    picking.open_tasks_are_firm,
    devices_are_used_by_their_owners,
    used_devices_are_their_customers,
    returns.paid_back_has_come,
    returns.replaced_goods_stay,
    picking.pallets_go_with_their_boxes,
    parts_are_with_their_whole,
)
"""What the audit proves beside the kernel's own laws."""


def consumers(verb: str) -> list[str]:
    """Who is told of an entry of this verb."""
    told = ["webhooks"] if verb in QUIET else list(CONSUMERS)
    told += ["documents"] if verb in sending.VERBS else []
    told += ["serving"] if verb in BRINGING else []
    told += ["winning"] if verb == "accept_quote" else []
    return [*told, "attachments"] if verb == "erase" else told


def foreseen(entry: Entry) -> list[dict[str, Any]]:
    """The mails that an entry would send."""
    told = consumers(entry.verb)
    return [mail for consumer, about in MAILS if consumer in told for mail in about(entry)]


def _among(
    stay: Callable[[Collection[int]], set[int]], entries: Mapping[int, str], verbs: Collection[str]
) -> set[int]:
    """Those that stay of entries of these verbs; nothing is asked where there are none."""
    of = [pk for pk, verb in entries.items() if verb in verbs]
    return stay(of) if of else set()


def _pin() -> None:
    """Keep what somebody is picking from everybody else, until it has left its bin."""
    for verb in pinned.PINNED:
        automation.guards.setdefault(verb, []).append(pinned.being_picked)
    for verb in pinned.LEAVING:
        automation.effects.setdefault(verb, []).append(pinned.leave_run)
    for verb in pinned.GIVING_UP:
        automation.effects.setdefault(verb, []).append(pinned.give_up)
    automation.effects.setdefault("reverse", []).append(pinned.give_up_undone)


def _second() -> None:
    """Let two people do it, where the settings ask for them."""
    for verb in second.LEAVING:
        automation.guards.setdefault(verb, []).append(second.by_another)
    for verb in second.AT_ONCE:
        automation.guards.setdefault(verb, []).append(second.not_at_once)


def install() -> None:
    """Hang the table into the kernel; called once, when Django is ready."""
    automation.consumers = consumers
    door.mails.append(foreseen)
    door.tellers.append(answered)
    automation.falls_to = demand.falls_to
    automation.about = demand.documents_by_line
    automation.explain = explaining.explain
    automation.undo_needs = undoing.needs
    Right.named = rights.named
    Whoever.named = called_who_may
    automation.lasting = frozenset({"erase"})
    automation.stays = lambda entries: (
        posted_by(entries)
        | _among(submitted_and_billed, entries, SUBMITTING)
        | _among(sending.left, entries, sending.LASTING)
    )
    automation.guards.setdefault("reverse", []).extend(
        [
            lines.options_stand,
            lines.lines_are_as_made,
            purchasing.bills_keep_receipts,
            purchasing.bills_keep_orders,
            purchasing.approvals_stand,
            lines.discounts_stand,
            purchasing.credits_keep_returns,
            purchasing.credits_not_taken,
            purchasing.creation_untouched,
            giving.answered_stays,
            posted_papers_stay,
            changed_drafts_stay,
            stays_where_billed,
            relief_stays,
            building.not_exchanged_since,
            catalog.method_stays,
            catalog.not_used_yet,
            stays_filed,
            keeps_variants,
            merging.nothing_grew,
            numbering.stays_above,
            pinned.picked_by_one,
            paid_back_stays_here,
            claims_go_back_in_turn,
            recalls_go_back_in_turn,
            stacked.stays_stacked,
        ]
    )
    _pin()
    _second()
    automation.guards.setdefault("cancel_receipt", []).append(stays_where_billed)
    automation.guards.setdefault("amend_purchase", []).append(purchasing.bills_keep_orders)
    for verb in purchasing.CLOSING:
        automation.after.setdefault(verb, []).append(purchasing.close_done)
    automation.effects.setdefault("accept_quote", []).append(todos.to_win)
    automation.effects.setdefault("charge_kept", []).append(todos.to_ask_back)
    automation.effects.setdefault("remind_loans", []).append(todos.to_ask_for_loans)
    automation.effects.setdefault("give_back", []).append(todos.loan_is_back)
    for verb in sending.LETTERS:
        automation.after.setdefault(verb, []).append(sending.hand_over)
    automation.after.setdefault("reverse", []).extend([sending.stop, sending.keep_papers])
    _devices()
    automation.effects.setdefault("provide", []).append(follow_replaced)
    automation.effects.setdefault("install", []).append(follow_replaced)
    automation.effects.setdefault("deliver", []).append(follow_replaced)
    automation.effects.setdefault("settle", []).append(sales.wanted_again)
    for verb in merging.VERBS:
        automation.effects.setdefault(verb, []).append(attachments.follow)
    automation.effects.setdefault("reverse", []).append(attachments.leave_erased)
    automation.effects.setdefault("reverse", []).append(added_goes)
    automation.effects.setdefault("reverse", []).append(credits_are_asked_again)
    for verb in sales.SENDING:
        automation.guards.setdefault(verb, []).append(sales.not_on_hold)
    automation.guards.setdefault("send_quote", []).append(approving.approved_where_needed)
    automation.effects.setdefault("amend", []).extend([sales.wanted_again, versions.lines_changed])
    for verb in ("win", "lose", "lose_opportunity", "decline_quote", "change", "amend"):
        automation.effects.setdefault(verb, []).append(todos.answered)
    for verb in sales.TAKING_BACK:
        automation.effects.setdefault(verb, []).append(sales.open_again)
    _last((*limits.SELLING, *limits.ADDING, *sales.SENDING), limits.within_limit)
    close_documents = sales.closing(INVOICES, INVOICE_ROWS)
    for verb in sales.CLOSING:
        automation.after.setdefault(verb, []).append(close_documents)
    for verb in sales.CHARGING:
        automation.after.setdefault(verb, []).append(sales.where_charged(close_documents))
    for verb in sales.DELIVERING:
        automation.after.setdefault(verb, []).append(sales.fulfilled_by_itself)
    for one in LAWS:
        audit.law(one)


def _devices() -> None:
    """Let devices follow their goods, stay where they are in use, and belong together only where they do."""
    for verb in devices.FOLLOWING:
        automation.guards.setdefault(verb, []).append(devices.not_in_use)
        automation.effects.setdefault(verb, []).append(devices.follow_goods)
    for verb in devices.LEAVING:
        automation.effects.setdefault(verb, []).extend([devices.relations_end, devices.users_end])
    automation.guards.setdefault("reverse", []).extend([devices.relations_stand, devices.users_stand])
    automation.effects.setdefault("provide", []).append(install_provided)


def _last(verbs: Iterable[str], act: Callable[[Truth, Plan, Written], None]) -> None:
    """Let something be the last that these verbs do."""
    for verb in verbs:
        automation.after.setdefault(verb, []).append(act)
