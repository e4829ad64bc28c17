"""Hand goods to the carrier or the customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base import configuration, further
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.fulfilment.actions.picking import lines_of
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries import truth as reads
from wharfinger.fulfilment.queries.inside import lines_in_containers, lines_under_way, with_stacked
from wharfinger.fulfilment.rules import Consignment, Loaded, Pick, correcting, shipping
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.truth import read_layer_dates, read_lots


def ship(
    *,
    actor: Actor,
    picks: Sequence[Pick] = (),
    containers: Sequence[int] = (),
    consignment: Consignment | None = None,
    key: str | None = None,
) -> Written:
    """Hand goods of lines, and whole containers, to the carrier; they stay claimed, at the customer's too.

    What is not yet picked or packed is taken from the bins that the line reserved. One shipment is made
    for each destination; with proof of delivery its goods are in transit until somebody delivers them.
    """
    require(actor, "fulfilment.ship")
    consignment = checked(consignment or Consignment())
    named, codes = lines_of(picks, others=bool(containers)), reads.codes_of(picks)
    lines = sorted({*named, *lines_in_containers(containers)})
    return post(
        "ship",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                *([(Container, with_stacked(containers))] if containers else []),
            ],
            first=reads.read_standing_lines(lines),
            products=demand.line_products,
            claims=demand.line_ids,
            places=_places("fulfilment.Container", containers),
            layers=True,
            reads=(
                demand.read_products,
                read_standing,
                reads.read_sites,
                reads.read_boxes,
                read_lots(codes),
                read_layer_dates,
            ),
        ),
        partial(
            shipping.plan_ship, picks=tuple(picks), containers=tuple(containers), consignment=consignment
        ),
        actor=actor,
        key=key,
        effective_on=consignment.shipped_on,
    )


def pick_pack_ship(
    *, actor: Actor, picks: Sequence[Pick], consignment: Consignment | None = None, key: str | None = None
) -> Written:
    """Pick, pack and ship in one step: goods at hand first, then free goods for what the lines still want."""
    require(actor, "fulfilment.pick_pack_ship")
    consignment = checked(consignment or Consignment())
    lines, codes = lines_of(picks), reads.codes_of(picks)
    return post(
        "pick_pack_ship",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=reads.read_lines(lines),
            products=reads.products_to_pick,
            claims=reads.claims_of(picks, codes),
            free=True,
            layers=True,
            loose=True,
            reads=(
                demand.read_products,
                read_standing,
                reads.read_sites,
                reads.read_boxes,
                reads.read_holders,
                read_lots(codes),
                read_layer_dates,
            ),
        ),
        partial(shipping.plan_pick_pack_ship, picks=tuple(picks), consignment=consignment),
        actor=actor,
        key=key,
        effective_on=consignment.shipped_on,
    )


def deliver(
    *,
    actor: Actor,
    picks: Sequence[Pick] = (),
    shipments: Sequence[int] = (),
    proof: str = "",
    pictures: Sequence[Any] = (),
    way: str = "hand_over",
    installing: Any = None,
    delivered_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Let goods reach the customer: what is in transit, or at hand and handed over.

    What is handed over makes a shipment that has arrived, so that it is proved, printed and taken back as any
    other. Where a pick names a location, free goods of it serve the line, too. proof: who signed, or how it is
    known; pictures: the signature and photos that prove it, as ``further.looked_at`` found them, which hang on the
    shipments by the same entry. way: whether the customer picked up (``pick_up``) or one of us handed over.
    installing: where units with a serial number are to be devices at once, what ``further.installing`` makes of it.
    Raises BadInput where the settings ask for proof and there is none.
    """
    require(actor, "fulfilment.deliver")
    if installing is not None:
        require(actor, "devices.install")
    proof = tidy(proof, field="proof", needed=False)
    if not (proof or pictures) and configuration.one("shipment_proof"):
        raise BadInput(
            "proof_wanted",
            N_("A delivery needs a proof here: say who signed, or attach the signature or a photo."),
            field="proof",
        )
    fetches = any(one.location is not None for one in picks)
    named, codes = lines_of(picks, others=bool(shipments)), reads.codes_of(picks)
    lines = sorted({*named, *lines_under_way(shipments)})
    return post(
        "deliver",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), *([(Shipment, shipments)] if shipments else [])],
            first=reads.read_lines(lines) if fetches else reads.read_standing_lines(lines),
            products=reads.products_to_pick if fetches else demand.line_products,
            claims=reads.claims_of(picks, codes) if fetches else demand.line_ids,
            free=fetches,
            loose=fetches,
            places=_places("fulfilment.Shipment", shipments),
            layers=True,
            reads=(
                demand.read_products,
                read_standing,
                *((reads.read_holders,) if fetches else ()),
                reads.read_boxes,
                reads.read_under_way,
                reads.read_sites,
                read_lots(codes),
                read_layer_dates,
            ),
        ),
        partial(
            _plan_proved,
            picks=tuple(picks),
            shipments=tuple(shipments),
            proof=proof,
            handing=Consignment(shipped_on=delivered_on, way=way),
            pictures=tuple(pictures),
            installing=installing,
        ),
        actor=actor,
        key=key,
        effective_on=delivered_on,
    )


def _plan_proved(
    truth: Truth, *, proof: str, pictures: Sequence[Any], installing: Any, **delivery: Any
) -> Plan:
    plan = shipping.plan_deliver(truth, proof=proof, **delivery)
    further.install(truth, plan, installing)
    further.hang(truth, plan, "shipment", pictures, proof)
    return plan


def checked(consignment: Consignment) -> Consignment:
    """What a shipment says, tidied; raises BadInput where something is too long."""
    return Consignment(
        tidy(consignment.carrier, field="carrier", most=60, needed=False),
        tidy(consignment.service, field="service", most=60, needed=False),
        tidy(consignment.tracking, field="tracking", most=100, needed=False),
        consignment.shipped_on,
        consignment.proof,
        boxes=tuple(
            Loaded(
                one.container,
                tidy(one.tracking, field=f"tracking-{one.container}", most=100, needed=False),
                one.weight_grams,
            )
            for one in consignment.boxes
        ),
    )


def _places(label: str, ids: Sequence[int]) -> Callable[[Truth], list[int]] | tuple[()]:
    def places(truth: Truth) -> list[int]:
        return [row.place_id for row in truth.documents[label].values()]

    return places if ids else ()


def correct_shipment(
    *, actor: Actor, shipment: int, said: Correction, reason: str = "", key: str | None = None
) -> Written:
    """Correct how a shipment travelled, when it left, when it arrived, or what proves that; its goods stay where they are.

    Whoever may ship corrects what was said as it left, whoever may deliver what was said as it arrived. Raises
    BadInput where a day or the proof changes without a reason.
    """
    given = said.given()
    if given.keys() - {"delivered_on", "proof"} or said.boxes or not given:
        require(actor, "fulfilment.ship")
    if given.keys() & {"delivered_on", "proof"}:
        require(actor, "fulfilment.deliver")
    most = {"carrier": 60, "service": 60, "tracking": 100, "proof": shipping.PROOF}
    words: dict[str, Any] = {
        name: tidy(given[name], field=name, most=most[name], needed=False) for name in most if name in given
    }
    reason = tidy(reason, field="reason", most=500, needed=False)
    boxes = tuple(
        (pk, tidy(tracking, field=f"tracking-{pk}", most=100, needed=False)) for pk, tracking in said.boxes
    )
    plan = partial(
        correcting.plan_correct,
        shipment=shipment,
        said=replace(said, boxes=boxes, **words),
        reason=reason,
        proof_wanted=bool(configuration.one("shipment_proof")),
    )
    documents = [(Shipment, [shipment]), (Container, sorted({pk for pk, _ in boxes}))]
    return post("change", Wish(documents=documents), plan, actor=actor, key=key, reason=reason)
