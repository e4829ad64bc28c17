"""Every permission of the house, ``module.verb``, and the roles a new company begins with."""

from __future__ import annotations

PERMISSIONS: dict[str, str] = {
    "ledger": "read reverse post_closed audit",
    "parties": "read organization hold terms merge user role token",
    "catalog": "read product merge price see_cost tax_code warranty_policy",
    "pricing": "read price_list rate",
    "stock": (
        "read location level adjust transfer count review_count complete_count revalue put_away hold scrap "
        "correct_serial lend"
    ),
    "work": "read create charge provide remove complete cancel amend job_type",
    "sales": (
        "read opportunity quote order sell amend confirm unconfirm reserve give_way send win lose fulfil cancel reopen "
        "approve_quote template"
    ),
    "purchasing": "read approve approval_tier order submit send receive close cancel request cancel_receipt send_back "
    "land_cost reprice vendor_terms bill accept_bill rfq pay",
    "fulfilment": "read pick unpick pack unpack ship deliver cancel_delivery pick_pack_ship carrier check",
    "billing": "read invoice post send pay refund credit cancel_payment limit write_off remind",
    "devices": "read install swap relate move change warranty subscription",
    "returns": "read request approve receive inspect settle close restock scrap overrule vendor_claim recall",
    "documents": "read issue send",
    "notices": "read rule webhook outbox note todo attach erase letter",
    "exchange": "read import export accounts",
    "boards": "read share",
    "site": "settings modules own_fields",
}

ALL = tuple(f"{module}.{verb}" for module, verbs in PERMISSIONS.items() for verb in verbs.split())
"""Each permission by its full name; a role or a token may also hold ``*``, ``*.read`` or ``module.*``."""

GRANTABLE = frozenset((*ALL, "*", "*.read", *(f"{module}.*" for module in PERMISSIONS)))

_BUYING = tuple(
    f"purchasing.{v}"
    for v in PERMISSIONS["purchasing"].split()
    if v not in ("approve", "approval_tier", "accept_bill", "pay")
)
_SELLING = tuple(f"sales.{v}" for v in PERMISSIONS["sales"].split() if v != "approve_quote")
_COUNTING = tuple(f"stock.{v}" for v in PERMISSIONS["stock"].split() if v not in ("revalue", "location"))

ROLES: dict[str, tuple[str, ...]] = {
    "administrator": ("*",),
    "sales": (
        "*.read",
        *_SELLING,
        "pricing.price_list",
        "work.*",
        "parties.organization",
        "returns.request",
        "documents.*",
        "boards.share",
        "ledger.reverse",
        "notices.note",
        "notices.todo",
        "notices.attach",
    ),
    "purchasing": (
        "*.read",
        *_BUYING,
        "returns.vendor_claim",
        "sales.reserve",
        "sales.give_way",
        "stock.transfer",
        "catalog.product",
        "catalog.merge",
        "catalog.price",
        "catalog.see_cost",
        "pricing.price_list",
        "exchange.import",
        "exchange.export",
        "parties.organization",
        "documents.*",
        "boards.share",
        "ledger.reverse",
        "notices.note",
        "notices.todo",
        "notices.attach",
    ),
    "approver": (
        "*.read",
        "purchasing.approve",
        "purchasing.accept_bill",
        "sales.approve_quote",
        "returns.request",
        "returns.approve",
        "returns.recall",
        "returns.overrule",
        "catalog.see_cost",
        "boards.share",
        "ledger.reverse",
        "notices.note",
        "notices.todo",
    ),
    "warehouse": (
        "*.read",
        *_COUNTING,
        "fulfilment.*",
        "purchasing.receive",
        "purchasing.cancel_receipt",
        "purchasing.send_back",
        "returns.receive",
        "returns.inspect",
        "returns.restock",
        "returns.scrap",
        "returns.vendor_claim",
        "returns.recall",
        "documents.*",
        "boards.share",
        "ledger.reverse",
        "notices.note",
        "notices.todo",
        "notices.attach",
    ),
    "accounts": (
        "*.read",
        "billing.*",
        "parties.hold",
        "parties.terms",
        "returns.settle",
        "stock.revalue",
        "purchasing.land_cost",
        "purchasing.reprice",
        "purchasing.bill",
        "purchasing.accept_bill",
        "purchasing.pay",
        "exchange.accounts",
        "catalog.see_cost",
        "catalog.tax_code",
        "pricing.rate",
        "parties.organization",
        "documents.*",
        "boards.share",
        "ledger.reverse",
        "ledger.audit",
        "notices.note",
        "notices.todo",
        "notices.attach",
    ),
    "technician": (
        "*.read",
        "work.*",
        "devices.*",
        "returns.request",
        "returns.receive",
        "fulfilment.pick",
        "fulfilment.unpick",
        "fulfilment.pick_pack_ship",
        "fulfilment.deliver",
        "stock.transfer",
        "stock.lend",
        "boards.share",
        "ledger.reverse",
        "notices.note",
        "notices.todo",
        "notices.attach",
    ),
    "read-only": ("*.read",),
}
"""What each first role may do. Costs are seen by those who hold ``catalog.see_cost``."""
