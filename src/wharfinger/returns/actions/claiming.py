"""Ask vendors about faulty units: claim, send, and write down what they answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.queries.crediting import read_sellers
from wharfinger.returns.models import Rma, RmaLine, VendorClaim, VendorClaimLine
from wharfinger.returns.queries import claiming as reads
from wharfinger.returns.queries import truth as returns
from wharfinger.returns.rules import claim_answers, claiming
from wharfinger.returns.rules.claim_answers import Answered
from wharfinger.returns.rules.claiming import Faulty
from wharfinger.stock.queries.truth import read_lots


def claim_from_vendor(
    *,
    actor: Actor,
    items: Sequence[Faulty],
    reason: str,
    expected: str = "replacement",
    vendor: int | None = None,
    location: int | None = None,
    reference: str = "",
    key: str | None = None,
) -> Written:
    """Ask a vendor about faulty units of ours, or of what customers sent on RMAs; nothing moves yet.

    The vendor is the one named, else the one who sells all of them. location: where ours lie, the default one unless
    given; a unit with a serial number may lie anywhere.
    """
    require(actor, "returns.vendor_claim")
    _above_zero([one.quantity for one in items])
    for n, one in enumerate(items):
        if (one.product is None) == (one.rma_line is None):
            raise BadInput(
                "one_of_two", N_("Name a product of ours, or a line of an RMA."), field=f"lines.{n}.product"
            )
    reason = tidy(reason, field="reason", most=500)
    reference = tidy(reference, field="reference", most=60, needed=False)
    lines = sorted({one.rma_line for one in items if one.rma_line is not None})
    rmas = reads.rmas_of_lines(lines)
    products = {one.product for one in items if one.product is not None}
    codes = [(one.product, code) for one in items if one.product is not None for code in one.serials]

    def wanted(truth: Truth) -> set[int]:
        return products | _asked(truth)

    def sellers(truth: Truth) -> None:
        read_sellers(wanted(truth), vendor)(truth)

    return post(
        "claim_from_vendor",
        Wish(
            documents=[(Rma, rmas), (RmaLine, returns.lines_of(rmas))],
            products=wanted,
            places=returns.rma_places,
            loose=True,
            reads=(
                returns.read_homes,
                returns.read_rmas,
                read_lots(codes),
                reads.read_open,
                sellers,
            ),
        ),
        partial(
            claiming.plan_claim,
            items=tuple(items),
            vendor=vendor,
            location=returns.location_there(location),
            expected=expected,
            reason=reason,
            reference=reference,
        ),
        actor=actor,
        key=key,
        reason=reason,
    )


def send_claim(*, actor: Actor, claim: int, reference: str = "", key: str | None = None) -> Written:
    """Send the goods of a claim to the vendor; ours leave stock with their value until the vendor answers.

    reference: the vendor's own number, where it is known only now.
    """
    require(actor, "returns.vendor_claim")
    reference = tidy(reference, field="reference", most=60, needed=False)
    rmas = reads.rmas_of(claim)
    aside = reads.quarantines(claim)

    def places(truth: Truth) -> list[int]:
        return [*returns.rma_places(truth), *aside]

    return post(
        "send_claim",
        Wish(
            documents=[
                (VendorClaim, [claim]),
                (VendorClaimLine, reads.lines_of([claim])),
                (Rma, rmas),
                (RmaLine, returns.lines_of(rmas)),
            ],
            products=_claimed,
            places=places,
            free=True,
            layers=True,
            reads=(returns.read_homes, returns.read_rmas, reads.read_codes),
        ),
        partial(claiming.plan_send, claim=claim, reference=reference),
        actor=actor,
        key=key,
    )


def answer_claim(*, actor: Actor, claim: int, answers: Sequence[Answered], key: str | None = None) -> Written:
    """Write down what the vendor did: another unit came, it is repaired, credited, or refused and back.

    Goods of ours come back into a bin at what they cost, a customer's to their RMA, where they are inspected; another
    unit is the customer's device in place of the old one. A credit is expected as one of a return to the vendor is.
    """
    require(actor, "returns.vendor_claim")
    _above_zero([one.quantity for one in answers])
    for n, one in enumerate(answers):
        if one.credit_minor is not None:
            require(actor, "catalog.see_cost")
            if one.credit_minor < 0:
                raise BadInput(
                    "below_zero", N_("Give an amount that is not below zero."), field=f"lines.{n}.credit"
                )
    rmas = reads.rmas_of(claim)
    sold = returns.claims_of(rmas)
    units = reads.units_of(claim)
    theirs = list(Device.objects.filter(lot__in=units, void__isnull=True).values_list("pk", flat=True))
    of = {line.pk: line.product_id for line in VendorClaimLine.objects.filter(vendor_claim=claim)}
    codes = [(of[one.line], one.serial) for one in answers if one.serial and one.line in of]

    def places(truth: Truth) -> list[int]:
        own = [row.place_id for row in truth.documents["returns.VendorClaim"].values()]
        return [*returns.rma_places(truth), *own]

    return post(
        "answer_claim",
        Wish(
            documents=[
                (Sheet, demand.documents_of(sold)),
                (VendorClaim, [claim]),
                (VendorClaimLine, reads.lines_of([claim])),
                (Rma, rmas),
                (RmaLine, returns.lines_of(rmas)),
                (Device, theirs),
            ],
            first=demand.read_lines(sold),
            products=_claimed,
            claims=demand.line_ids,
            places=places,
            layers=True,
            loose=True,
            reads=(
                returns.read_homes,
                returns.read_rmas,
                returns.read_worth,
                reads.read_answered,
                reads.read_sent_worth,
                read_lots(codes),
                devices.read_devices(
                    lambda truth: [*units, *(one.id for one in truth.read["lots"].values())]
                ),
                devices.read_subscriptions,
                devices.read_relations,
                devices.read_users(*theirs),
            ),
        ),
        partial(claim_answers.plan_answer, claim=claim, answers=tuple(answers)),
        actor=actor,
        key=key,
        reason=", ".join(dict.fromkeys(one.note for one in answers if one.note))[:500],
    )


def _claimed(truth: Truth) -> set[int]:
    return {line.product_id for line in truth.documents["returns.VendorClaimLine"].values()}


def _asked(truth: Truth) -> set[int]:
    return {line.product_id for line in truth.documents["returns.RmaLine"].values()}


def _above_zero(quantities: Iterable[int]) -> None:
    found: Collection[int] = list(quantities)
    if not found:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, quantity in enumerate(found):
        if quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
