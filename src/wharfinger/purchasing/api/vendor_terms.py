"""What is always agreed with vendors, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Percent, Request, Shown, there
from wharfinger.base.money import minor
from wharfinger.base.quantity import scaled
from wharfinger.ledger.door import detail, write
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import vendor_terms as actions
from wharfinger.purchasing.queries import vendor_terms as queries

router = Router(tags=["purchasing"])


class TermsChange(Given):
    """What changes of what is agreed with a vendor."""

    tax_code: Id | None = Field(default=None, description="How it taxes; null for not at all.")
    shipping_method: str = Field(default="", max_length=60, examples=["By parcel"])
    orders_email: str = Field(
        default="",
        max_length=254,
        examples=["orders@example.com"],
        description="Where orders go, where that is not its own address.",
    )
    minimum: Amount | None = Field(
        default=None, description="For how much it wants an order to be at least, in its currency."
    )
    discount_percent: Percent = Field(
        default="0", examples=["2"], description="What its bills let us take off when they are paid early."
    )
    discount_days: int = Field(default=0, ge=0, le=3650, examples=[10], description="Within how many days.")


class TermsOut(Shown):
    """What is always agreed with a vendor; what its new orders begin with."""

    organization: Id
    tax_code: Id | None
    shipping_method: str
    orders_email: str
    minimum: str | None = Field(examples=["100.00"])
    discount_percent: str = Field(examples=["2"])
    discount_days: int = Field(examples=[10])


class TermsDone(TermsOut, Done):
    """What is agreed, and the entry that wrote it."""


def _shown(vendor: int) -> dict[str, Any]:
    return queries.show(there(Organization.objects.all(), vendor))


@router.get(
    "/organizations/{id}/purchase-terms", response=TermsOut, summary="Read what is agreed with a vendor"
)
def read(request: Request, id: Id) -> HttpResponse:
    """How a vendor taxes and sends, where orders to it go, and how little it sells."""
    require(request.auth, "purchasing.read")
    return detail(request, f"organization:{id}", _shown(id))


@router.patch(
    "/organizations/{id}/purchase-terms", response=TermsDone, summary="Say what is agreed with a vendor"
)
def change(request: Request, id: Id, body: TermsChange) -> HttpResponse:
    """Change what new orders to a vendor begin with; orders that are there stay as they are."""
    require(request.auth, "purchasing.vendor_terms")
    vendor = there(Organization.objects.all(), id)
    values = body.model_dump(exclude_unset=True)
    if "minimum" in values:
        least = values.pop("minimum")
        values["minimum"] = least and minor(least, vendor.currency, field="minimum")
    if "discount_percent" in values:
        share = values.pop("discount_percent") or "0"
        values["discount_micro"] = scaled(share, 4, field="discount_percent")
    act = partial(actions.keep_terms, actor=request.auth, vendor=id, values=values)
    return write(request, act, lambda _: _shown(id), about=f"organization:{id}")
