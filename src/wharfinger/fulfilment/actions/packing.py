"""Put goods into containers, and take them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.fulfilment.actions.picking import lines_of
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.queries import truth as reads
from wharfinger.fulfilment.queries.inside import lines_in_containers, with_stacked
from wharfinger.fulfilment.rules import Pick, packing, stacking
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.truth import read_lots


def pack(
    *,
    actor: Actor,
    picks: Sequence[Pick],
    container: int | None = None,
    box: Box | None = None,
    key: str | None = None,
) -> Written:
    """Put goods of lines into a container, or into a new one for each destination.

    Raises Refusal where a line goes to another destination than the container.
    """
    require(actor, "fulfilment.pack")
    lines, codes = lines_of(picks), reads.codes_of(picks)
    return post(
        "pack",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Container, [container] if container else [])],
            first=reads.read_standing_lines(lines),
            claims=demand.line_ids,
            reads=(
                read_standing,
                reads.read_stages,
                reads.read_sites,
                read_lots(codes),
                *(() if container else (reads.read_sscc(box.sscc if box else ""),)),
            ),
        ),
        partial(packing.plan_pack, picks=tuple(picks), container=container, box=box or Box()),
        actor=actor,
        key=key,
    )


def unpack(
    *,
    actor: Actor,
    picks: Sequence[Pick] = (),
    containers: Sequence[int] = (),
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Take goods out of containers, back to where they came from; all of them where no line is named."""
    require(actor, "fulfilment.unpack")
    named, codes = lines_of(picks, others=bool(containers)), reads.codes_of(picks)
    lines = sorted({*named, *lines_in_containers(containers)})
    return post(
        "unpack",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Container, containers)],
            first=demand.read_lines(lines),
            claims=demand.line_ids,
            incoming=("container",),
            reads=(reads.read_stages, read_lots(codes)),
        ),
        partial(packing.plan_unpack, picks=tuple(picks), containers=tuple(containers)),
        actor=actor,
        key=key,
        reason=reason,
    )


def describe_container(*, actor: Actor, container: int, box: Box, key: str | None = None) -> Written:
    """Say what a container weighs and measures, and under which number the carrier follows it."""
    require(actor, "fulfilment.pack")
    if box.kind not in ("box", "pallet"):
        raise BadInput("unknown_kind", N_("A container is a box or a pallet."), field="kind")

    def plan(truth: Truth) -> Plan:
        made = Plan()
        row = packing.container_of(truth, container)
        stacking.stays_pallet(truth, row, box.kind)
        made.change(
            row,
            kind=box.kind,
            weight_grams=box.weight_grams,
            size_mm=tidy(box.size_mm, field="size_mm", most=40, needed=False),
            tracking=tidy(box.tracking, field="tracking", most=100, needed=False),
            sscc=row.sscc if box.sscc.strip() == row.sscc else packing.sscc(truth, box.sscc, row.pk),
        )
        made.mention(row)
        return made

    wish = Wish(
        documents=[(Container, with_stacked([container]))],
        reads=(reads.read_sscc(box.sscc),) if box.sscc.strip() else (),
    )
    return post("change", wish, plan, actor=actor, key=key)


def stack(
    *,
    actor: Actor,
    containers: Sequence[int],
    pallet: int | None = None,
    box: Box | None = None,
    key: str | None = None,
) -> Written:
    """Put boxes onto a pallet, or onto a new one; they leave with it.

    Raises Refusal where one of them goes to another destination, stands elsewhere or has left.
    """
    require(actor, "fulfilment.pack")
    new = replace(box or Box(), kind="pallet")
    return post(
        "stack",
        Wish(
            documents=[(Container, sorted({*containers, *([pallet] if pallet else ())}))],
            reads=(
                reads.read_stages,
                reads.read_sites,
                *(() if pallet else (reads.read_sscc(new.sscc),)),
            ),
        ),
        partial(stacking.plan_stack, containers=tuple(containers), pallet=pallet, box=new),
        actor=actor,
        key=key,
    )


def unstack(*, actor: Actor, containers: Sequence[int], key: str | None = None) -> Written:
    """Take boxes off their pallet; they leave by themselves again."""
    require(actor, "fulfilment.pack")
    plan = partial(stacking.plan_unstack, containers=tuple(containers))
    return post("unstack", Wish(documents=[(Container, containers)]), plan, actor=actor, key=key)
