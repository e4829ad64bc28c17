"""Which services freight and fees are named by, and how they are taxed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wharfinger.base import configuration
from wharfinger.base.refusal import N_, BadInput, Remedy
from wharfinger.billing.rules.fees import KINDS, Fee
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.catalog.rules.validity import is_bounded
from wharfinger.demand.queries.standing import read_treated
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization


def read_fees(fees: Iterable[Fee]) -> Callable[[Truth], None]:
    """Read the services of fees and their tax codes, by customer of the lines at hand; no statement where there is none."""
    wanted = sorted({fee.product for fee in fees})

    def read(truth: Truth) -> None:
        if wanted:
            lines = truth.read["lines"].values()
            read_services(truth, wanted, {line.organization_id: line.organization for line in lines})

    return read


def read_kept(kept: Iterable[Kept]) -> Callable[[Truth], None]:
    """Read the services of what is kept of credits, by customer of the invoices at hand; no statement where nothing is."""
    wanted = sorted({one.product for one in kept})

    def read(truth: Truth) -> None:
        if wanted:
            whose = {row.organization_id for row in truth.documents["billing.Invoice"].values()}
            read_services(truth, wanted, sql.by_ids(Organization, whose))

    return read


def read_services(truth: Truth, wanted: Iterable[int], customers: dict[int, Organization]) -> None:
    """Read services, and the tax codes by which they may be billed to these customers."""
    truth.read["fee_products"] = sql.by_ids(Product, sorted(set(wanted)))
    treated = {pk: one.tax_code_id for pk, one in customers.items()}
    read_treated(truth, treated)
    codes = {one.tax_code_id for one in truth.read["fee_products"].values()} | set(treated.values())
    found = sql.by_ids(TaxCode, sorted(code for code in codes if code is not None))
    truth.read["fee_codes"] = found
    bounded = any(is_bounded(code) for code in found.values())
    truth.read["fees_in_force"] = {one.pk: one for one in TaxCode.objects.all()} if bounded else {}


def fee_product(kind: str, field: str) -> int:
    """The service that the company named for a kind of fee; raises BadInput where it named none."""
    found = configuration.one("fee_products").get(kind)
    if found is None:
        raise BadInput(
            "no_fee_product",
            N_("No service is named for this yet. Name one here, or under Settings for good."),
            field=field,
            remedies=[Remedy("fee_products", {})],
        )
    return int(found)


def services() -> list[tuple[int, str]]:
    """The services by which a fee may be named, those that the company named for fees first."""
    named = [pk for kind in KINDS if (pk := configuration.one("fee_products").get(kind))]
    found: dict[int, Any] = {
        pk: f"{sku} · {name}"
        for pk, sku, name in Product.objects.filter(kind="service", retired_on__isnull=True)
        .order_by("sku")
        .values_list("pk", "sku", "name")[:200]
    }
    order = [*dict.fromkeys(pk for pk in named if pk in found)]
    return [(pk, found[pk]) for pk in [*order, *(pk for pk in found if pk not in order)]]
