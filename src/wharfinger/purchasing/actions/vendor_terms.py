"""Say what is always agreed with a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import VendorTerms
from wharfinger.purchasing.queries.truth import read_tax_codes
from wharfinger.purchasing.rules import terms as rules


def keep_terms(*, actor: Actor, vendor: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Say how a vendor taxes and sends, where orders to it go, and for how much it wants one to be at least."""
    require(actor, "purchasing.vendor_terms")
    values = checked(rules.TERMS, values)

    def read_vendor(truth: Truth) -> None:
        truth.read["vendors"] = truth.documents["parties.Organization"]

    return post(
        "change",
        Wish(
            documents=[
                (Organization, [vendor]),
                (VendorTerms, sql.Found("organization_id = %s", (vendor,))),
            ],
            reads=(read_vendor, read_tax_codes([values.get("tax_code")])),
        ),
        partial(rules.plan_terms, vendor=vendor, values=values),
        actor=actor,
        key=key,
    )
