"""Invoice all that is due: many invoices, each an entry of its own, written by the worker or by whoever looks on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import cast

from wharfinger.base import clock
from wharfinger.base.access import HOUSE, Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.stepping import go_on
from wharfinger.billing.models import Invoice, InvoiceRun
from wharfinger.billing.queries.runs import invoices_due, posts, to_post
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.parties.models import Organization


def invoice_due(
    *, actor: Actor, customers: Collection[int] = (), until: date | None = None, draft: bool = False
) -> InvoiceRun:
    """Begin to invoice what is due by the policies of all customers, or of these, up to a day.

    Nothing is written yet: each invoice is an entry of its own, and one that is refused stops no other.
    """
    require(actor, "billing.invoice")
    if not draft:
        require(actor, "billing.post")
    unknown = set(customers) - set(Organization.objects.filter(pk__in=customers).values_list("pk", flat=True))
    if unknown:
        raise BadInput("no_such_organization", N_("There is no such organization."), field="customers")
    found = invoices_due(customers, until)
    if not found:
        raise BadInput("nothing_due", N_("Nothing is due. Invoice by hand what is to be billed earlier."))
    asked = [{**asdict(one), "numbers": list(one.numbers)} for one in found]
    return InvoiceRun.objects.create(
        by_id=actor.pk, until=until, draft=draft, asked=asked, total=len(asked), started_at=clock.now()
    )


def post_drafts(*, actor: Actor, drafts: Collection[int]) -> InvoiceRun:
    """Begin to post these drafts, in the order in which they were written.

    Each is an entry of its own; one that is refused stays a draft, says why, and stops no other.
    """
    require(actor, "billing.post")
    asked = to_post(drafts)
    if unknown := set(drafts) - {one["posts"] for one in asked}:
        raise BadInput(
            "no_draft_any_more",
            N_("{many} of these are no drafts any more. Look at the list again."),
            field="invoices",
            many=len(unknown),
        )
    if not asked:
        raise BadInput("nothing_selected", N_("Select at least one row first."), field="invoices")
    return InvoiceRun.objects.create(by_id=actor.pk, asked=asked, total=len(asked), started_at=clock.now())


def proceed(*, actor: Actor, run: InvoiceRun, seconds: float = 2) -> InvoiceRun:
    """Go on with a run for about so long; several may, and each invoice is written once."""
    require(actor, "billing.invoice")
    writer = cast(Actor, run.by or HOUSE)
    return go_on(run, partial(_one, writer, run), seconds)


def under_way() -> InvoiceRun | None:
    """A run that is not through, of somebody who may still write its invoices; nothing where there is none."""
    for run in InvoiceRun.objects.filter(finished_at=None).select_related("by").order_by("pk"):
        rights = {"billing.invoice": not posts(run), "billing.post": not run.draft}
        if run.by is None or (
            run.by.is_active and all(run.by.may(right) for right, needed in rights.items() if needed)
        ):
            return run
    return None


def _one(actor: Actor, run: InvoiceRun, n: int) -> list[int]:
    """Write the n-th invoice, or post the n-th draft; its id."""
    key = f"invoice-run:{run.pk}:{n}"
    if (draft := run.asked[n].get("posts")) is not None:
        post_invoice(actor=actor, invoice=draft, key=key)
        return [draft]
    wish = InvoiceWish(tuple(Bill(line, units) for line, units in run.asked[n]["lines"]))
    verb = draft_invoice if run.draft else invoice
    done = verb(actor=actor, wish=wish, key=key)
    return list(Invoice.objects.filter(made=done.id).values_list("pk", flat=True))
