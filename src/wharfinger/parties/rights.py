"""What each permission lets a person do, in words for the page where roles are made."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.parties.models import covers
from wharfinger.parties.permissions import PERMISSIONS, ROLES

MODULES: dict[str, str] = {
    "ledger": N_("Journal"),
    "parties": N_("Organizations and people"),
    "catalog": N_("Products"),
    "pricing": N_("Price lists"),
    "stock": N_("Stock"),
    "work": N_("Tickets, projects, contracts, jobs"),
    "sales": N_("Selling"),
    "purchasing": N_("Buying"),
    "fulfilment": N_("Picking and shipping"),
    "billing": N_("Invoices and payments"),
    "devices": N_("Devices"),
    "returns": N_("Returns"),
    "documents": N_("Documents"),
    "notices": N_("Mails, webhooks, notes, files"),
    "exchange": N_("Import and export"),
    "boards": N_("Lists"),
    "site": N_("Company"),
}
"""What people call a module."""

WORDS: dict[str, str] = {
    "*": N_("Everything"),
    "*.read": N_("Read everything but costs"),
    "ledger.read": N_("Read the journal"),
    "ledger.reverse": N_("Undo acts"),
    "ledger.post_closed": N_("Post into closed periods"),
    "ledger.audit": N_("Audit the books"),
    "parties.read": N_("Read"),
    "parties.organization": N_("Keep organizations, contacts and sites"),
    "parties.terms": N_("Keep terms of payment"),
    "parties.hold": N_("Put accounts on hold, set credit limits"),
    "parties.merge": N_("Merge doubles"),
    "parties.user": N_("Keep users"),
    "parties.role": N_("Keep roles"),
    "parties.token": N_("Make API tokens for others"),
    "catalog.read": N_("Read"),
    "catalog.product": N_("Keep products"),
    "catalog.merge": N_("Merge doubles"),
    "catalog.price": N_("Set prices"),
    "catalog.see_cost": N_("See costs"),
    "catalog.tax_code": N_("Keep tax codes"),
    "catalog.warranty_policy": N_("Keep warranty policies"),
    "pricing.read": N_("Read"),
    "pricing.price_list": N_("Keep price lists"),
    "pricing.rate": N_("Enter rates of exchange"),
    "stock.lend": N_("Lend goods"),
    "stock.read": N_("Read"),
    "stock.location": N_("Keep locations and bins"),
    "stock.level": N_("Set minimum and maximum"),
    "stock.adjust": N_("Adjust stock"),
    "stock.transfer": N_("Transfer"),
    "stock.count": N_("Count stock"),
    "stock.review_count": N_("Review counts"),
    "stock.complete_count": N_("Post counts"),
    "stock.revalue": N_("Value anew"),
    "stock.put_away": N_("Put goods away"),
    "stock.hold": N_("Set aside and bring back"),
    "stock.scrap": N_("Scrap"),
    "stock.correct_serial": N_("Correct serial numbers"),
    "work.read": N_("Read"),
    "work.create": N_("Open work orders"),
    "work.charge": N_("Add charges"),
    "work.provide": N_("Provide goods"),
    "work.remove": N_("Take goods off"),
    "work.complete": N_("Complete"),
    "work.job_type": N_("Keep the list of job types"),
    "work.cancel": N_("Cancel documents"),
    "work.amend": N_("Change charges and take them off"),
    "sales.read": N_("Read"),
    "sales.opportunity": N_("Keep opportunities"),
    "sales.quote": N_("Write quotes"),
    "sales.order": N_("Write orders"),
    "sales.sell": N_("Sell at once"),
    "sales.amend": N_("Change lines of confirmed orders"),
    "sales.confirm": N_("Confirm"),
    "sales.unconfirm": N_("Take back a confirmation"),
    "sales.reserve": N_("Reserve stock"),
    "sales.give_way": N_("Give reserved goods to whoever asks for them"),
    "sales.send": N_("Send"),
    "sales.win": N_("Win quotes"),
    "sales.lose": N_("Lose quotes and opportunities"),
    "sales.fulfil": N_("Mark as fulfilled"),
    "sales.cancel": N_("Cancel documents"),
    "sales.reopen": N_("Re-open"),
    "sales.approve_quote": N_("Approve quotes"),
    "sales.template": N_("Keep quotes as templates"),
    "purchasing.read": N_("Read"),
    "purchasing.approve": N_("Approve purchases"),
    "purchasing.approval_tier": N_("Say who approves purchases up to which amount"),
    "purchasing.order": N_("Write purchase orders"),
    "purchasing.submit": N_("Submit"),
    "purchasing.send": N_("Send to the vendor"),
    "purchasing.receive": N_("Receive goods"),
    "purchasing.close": N_("Close what is short"),
    "purchasing.cancel": N_("Cancel documents"),
    "purchasing.request": N_("Ask to buy"),
    "purchasing.cancel_receipt": N_("Take receipts back"),
    "purchasing.send_back": N_("Send back to the vendor"),
    "purchasing.land_cost": N_("Add freight and other costs to receipts"),
    "purchasing.reprice": N_("Take over billed prices"),
    "purchasing.vendor_terms": N_("Say what is agreed with vendors"),
    "purchasing.rfq": N_("Ask vendors for quotations and note what they answer"),
    "purchasing.bill": N_("Enter vendors' bills and take them back"),
    "purchasing.accept_bill": N_("Accept vendors' bills that differ"),
    "purchasing.pay": N_("Pay vendors"),
    "fulfilment.read": N_("Read"),
    "fulfilment.pick": N_("Pick"),
    "fulfilment.unpick": N_("Put goods back"),
    "fulfilment.pack": N_("Pack"),
    "fulfilment.unpack": N_("Unpack"),
    "fulfilment.ship": N_("Ship"),
    "fulfilment.deliver": N_("Deliver"),
    "fulfilment.cancel_delivery": N_("Cancel deliveries"),
    "fulfilment.pick_pack_ship": N_("Pick, pack and ship in one step"),
    "fulfilment.check": N_("Check what others packed"),
    "fulfilment.carrier": N_("Keep the list of carriers"),
    "billing.read": N_("Read"),
    "billing.invoice": N_("Write invoices"),
    "billing.post": N_("Post"),
    "billing.send": N_("Send"),
    "billing.pay": N_("Take payments"),
    "billing.refund": N_("Refund money"),
    "billing.credit": N_("Write credit notes"),
    "billing.cancel_payment": N_("Cancel payments"),
    "billing.write_off": N_("Write off what will not be paid"),
    "billing.remind": N_("Remind customers of what is overdue"),
    "billing.limit": N_("Release what a credit limit or a hold stops"),
    "devices.read": N_("Read"),
    "devices.install": N_("Install"),
    "devices.swap": N_("Swap devices"),
    "devices.relate": N_("Relate devices"),
    "devices.move": N_("Move"),
    "devices.change": N_("Change"),
    "devices.warranty": N_("Decide about warranty"),
    "devices.subscription": N_("Keep subscriptions"),
    "returns.read": N_("Read"),
    "returns.request": N_("Ask for a return"),
    "returns.approve": N_("Approve returns"),
    "returns.receive": N_("Receive returns"),
    "returns.inspect": N_("Inspect"),
    "returns.settle": N_("Settle"),
    "returns.close": N_("Close"),
    "returns.restock": N_("Restock"),
    "returns.scrap": N_("Scrap"),
    "returns.recall": N_("Recall units and tell their owners"),
    "returns.vendor_claim": N_("Claim faulty units from vendors"),
    "returns.overrule": N_("Overrule what returns are refused for"),
    "documents.read": N_("Read"),
    "documents.issue": N_("Issue"),
    "documents.send": N_("Send"),
    "notices.read": N_("Read"),
    "notices.rule": N_("Keep notification rules"),
    "notices.webhook": N_("Keep webhooks"),
    "notices.outbox": N_("See and send messages again"),
    "notices.letter": N_("Hand in mails that came in"),
    "notices.note": N_("Write notes"),
    "notices.todo": N_("Write and finish to-dos"),
    "notices.attach": N_("Attach files"),
    "notices.erase": N_("Erase files for good"),
    "exchange.read": N_("Read"),
    "exchange.import": N_("Import"),
    "exchange.export": N_("Export"),
    "exchange.accounts": N_("Export to accounting"),
    "boards.read": N_("Read"),
    "boards.share": N_("Share views"),
    "site.settings": N_("Keep settings"),
    "site.modules": N_("Switch modules"),
    "site.own_fields": N_("Keep own fields"),
}
"""What holding a permission lets a person do."""


def module_words(module: str) -> str:
    """What a module is called."""
    return gettext(MODULES.get(module, module)) if module else gettext("Everywhere")


def permission_words(name: str) -> str:
    """What a permission lets a person do; its own name where nobody has put it into words."""
    if name.endswith(".*"):
        return gettext("Everything here")
    return gettext(WORDS.get(name, name))


def lacking(role: str, held: Iterable[str]) -> list[str]:
    """What a new company's role of this name may, and this one may not: rights that came since, or were taken from it."""
    granted = frozenset(held)
    return [one for one in ROLES.get(role, ()) if not covers(granted, one)]


def named(permission: str) -> str:
    """A permission in words, with its module."""
    module = permission.partition(".")[0]
    words = gettext(WORDS[permission]) if permission in WORDS else permission
    return f"{gettext(MODULES[module])}: {words}" if module in MODULES else words


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every permission with its words, by module, those for everything first."""
    groups = [(module_words(""), [(name, permission_words(name)) for name in ("*", "*.read")])]
    for module, verbs in PERMISSIONS.items():
        names = [f"{module}.*", *(f"{module}.{verb}" for verb in verbs.split())]
        groups.append((module_words(module), [(name, permission_words(name)) for name in names]))
    return groups
