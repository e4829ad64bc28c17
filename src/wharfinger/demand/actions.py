"""The verbs of a line, on whatever document it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import tidy
from wharfinger.demand import queries
from wharfinger.demand.models import CHARGED, Line, LineGroup, Sheet
from wharfinger.demand.queries.grouping import read_groups
from wharfinger.demand.queries.standing import (
    read_default_site,
    read_granted,
    read_standing,
    standing,
    still_permitted,
)
from wharfinger.demand.rules import LineWish, amend, arranging, offering
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.demand.rules.permitted import let_in, permission
from wharfinger.ledger.chart import BILLS, REGION, WISHES
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.reverse import UNBORN
from wharfinger.ledger.write import Written


def add_lines(*, actor: Actor, sheet: int, wishes: Sequence[LineWish], key: str | None = None) -> Written:
    """Add lines to a quote, an order or a work order; on what is firm they are served at once."""
    let_in(actor)
    kind = _kind(actor, sheet, adds=True)
    if not wishes:
        raise BadInput("no_lines", N_("Choose at least one product."), field="lines")

    def products(truth: Truth) -> set[int]:
        return queries.line_products(truth) | {wish.product for wish in wishes}

    def read_products(truth: Truth) -> None:
        queries.read_these_products(products(truth))(truth)

    return post(
        "charge" if kind in CHARGED else "amend",
        Wish(
            documents=[(Sheet, [sheet])],
            first=queries.read_lines_of(sheet),
            products=products,
            claims=queries.line_ids,
            loose=True,
            reads=(
                read_products,
                queries.read_components,
                queries.read_routing,
                read_standing,
                still_permitted(actor, sheet, adds=True),
                read_default_site(sheet),
                read_granted(sheet, wishes),
                read_groups(sheet),
                queries.read_offers(wishes, sheet=sheet),
            ),
        ),
        partial(amend.plan_add, sheet=sheet, wishes=tuple(wishes)),
        actor=actor,
        key=key,
    )


def change_line(
    *, actor: Actor, line: int, change: LineChange, reason: str = "", key: str | None = None
) -> Written:
    """Change a line's quantity, price or words; what is covered or invoiced of it stays."""
    let_in(actor)
    sheet = _sheet(line)
    _kind(actor, sheet)
    if change.quantity is not None and change.quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="quantity")
    again = (
        [line] if change.unit_price_micro is None and (change.quantity, change.unit) != (None, None) else []
    )
    return post(
        "amend",
        Wish(
            documents=[(Sheet, queries.documents_of([line]))],
            first=queries.read_lines_of(sheet),
            products=queries.line_products,
            claims=queries.line_ids,
            loose=True,
            reads=(
                queries.read_products,
                queries.read_routing,
                read_standing,
                still_permitted(actor, sheet),
                read_groups(sheet),
                queries.read_offers_of_lines(again),
            ),
        ),
        partial(amend.plan_change, line=line, change=change),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def remove_line(*, actor: Actor, line: int, key: str | None = None) -> Written:
    """Take a line off its document while nothing of it is reserved, ordered, sent or invoiced."""
    let_in(actor)
    sheet = _sheet(line)
    kind = _kind(actor, sheet)
    return post(
        "amend",
        Wish(
            documents=[(Sheet, queries.documents_of([line]))],
            # Other lines of a quote may stand instead of it.
            first=queries.read_lines_of(sheet) if kind == "quote" else queries.read_lines([line]),
            claims=queries.line_ids,
            reads=(read_standing, still_permitted(actor, sheet)),
        ),
        partial(amend.plan_remove, line=line),
        actor=actor,
        key=key,
    )


def arrange(
    *,
    actor: Actor,
    sheet: int,
    groups: Sequence[GroupWish],
    discount_micro: int | None = None,
    key: str | None = None,
) -> Written:
    """Let a quote have these groups of lines, and this discount on the whole; what is in none stands alone."""
    arranging.must_be_quoted(_kind(actor, sheet))
    return post(
        "amend",
        Wish(
            documents=[(Sheet, [sheet])],
            first=queries.read_lines_of(sheet),
            reads=(read_standing, read_groups(sheet)),
        ),
        partial(arranging.plan_arrange, sheet=sheet, groups=tuple(groups), discount_micro=discount_micro),
        actor=actor,
        key=key,
    )


def lines_are_as_made(truth: Truth, plan: Plan) -> None:
    """Refuse to undo the making of a line that was raised, or became billable, since: some of it would stay."""
    gone = [pk for label, pk in plan.voids if label == "demand.Line"]
    if not gone:
        return
    taken: dict[Any, Counter[str]] = defaultdict(Counter)
    for step in plan.steps:
        if step.target.kind in UNBORN:
            taken[step.source.claim][step.target.kind] += step.quantity
    for line in gone:
        for source, kinds in _BORN_INTO.items():
            there = truth.quantity_of(line, kinds)
            if there > taken[line][source]:
                raise Refusal(
                    "changed_since",
                    N_(
                        "How much a line asks for, or is billed, was changed since: {quantity} would stay. Undo that first."
                    ),
                    field=f"lines.{line}",
                    quantity=there - taken[line][source],
                )


def options_stand(truth: Truth, plan: Plan) -> None:
    """Refuse to undo what other lines of a quote were chosen by since: of a family one is taken."""
    chosen: dict[int, dict[str, Any]] = {
        change.pk: {} for change in plan.changes if change.label == "demand.Line"
    }
    for change in plan.changes:
        if change.pk in chosen and change.label == "demand.Line" and change.field in _CHOICE:
            chosen[change.pk][change.field] = change.new
    whole = any(label == "demand.Sheet" for label, _ in plan.voids)
    gone = {pk for label, pk in plan.voids if label == "demand.Line"}
    touched = {pk for pk, values in chosen.items() if values} | (set() if whole else gone)
    if not touched:
        return
    on = Line.objects.filter(pk__in=touched, sheet__kind="quote").values("sheet")
    found = Line.objects.filter(sheet__in=on, parent__isnull=True, void__isnull=True)
    for line in found:
        for field, value in chosen.get(line.pk, {}).items():
            setattr(line, field, value)
    standing = [line for line in found if line.pk not in gone and line.removed_at is None]
    if not offering.stands(standing):
        raise Refusal(
            "offered_since",
            N_("Other lines of this quote were taken, or left out, since. Undo that first."),
        )


def discounts_stand(truth: Truth, plan: Plan) -> None:
    """Refuse to undo the group or the discount that other lines of a quote have taken on since."""
    new: dict[tuple[str, Any], dict[str, Any]] = {}
    for change in plan.changes:
        if change.label in _ARRANGED and change.field in _ARRANGED[change.label]:
            new.setdefault((change.label, change.pk), {})[change.field] = change.new
    gone = {one for one in plan.voids if one[0] in _ARRANGED}
    sheets = {pk for label, pk in new if label == "demand.Sheet"}
    groups = {pk for label, pk in (*new, *gone) if label == "demand.LineGroup"}
    lines = {pk for label, pk in new if label == "demand.Line"}
    if groups:
        sheets |= set(LineGroup.objects.filter(pk__in=groups).values_list("sheet_id", flat=True))
    if lines:
        sheets |= set(Line.objects.filter(pk__in=lines).values_list("sheet_id", flat=True))
    sheets -= {pk for label, pk in gone if label == "demand.Sheet"}
    for sheet in Sheet.objects.filter(pk__in=sheets, kind="quote") if sheets else ():
        theirs = {"sheet": sheet, "void__isnull": True}
        rows: list[Any] = [*Line.objects.filter(**theirs), *LineGroup.objects.filter(**theirs)]
        for row in (sheet, *rows):
            for field, value in new.get((row._meta.label, row.pk), {}).items():
                setattr(row, field, value)
        left = [one for one in rows if (one._meta.label, one.pk) not in gone and one.removed_at is None]
        groups_left = {one.pk: one for one in left if isinstance(one, LineGroup)}
        if not arranging.stands(
            sheet.discount_micro, groups_left, [one for one in left if isinstance(one, Line)]
        ):
            raise Refusal(
                "grouped_since",
                N_(
                    "Other lines of this quote stand in that group, or have that discount, since. Undo that first."
                ),
            )


_ARRANGED = {
    "demand.Sheet": ("discount_micro",),
    "demand.LineGroup": ("discount_micro", "removed_at"),
    "demand.Line": ("discount_micro", "own_discount_micro", "group_id", "removed_at"),
}
"""The columns by which the discounts of a quote are worked into its lines."""
_BORN_INTO = {
    source: tuple(kind for kind, of in REGION.items() if of == region and kind != source)
    for source, region in (("want", WISHES), ("bill", BILLS))
}
"""Where the wishes and the bills of a line may stand, by where they came from when it was made."""
_CHOICE = ("option", "instead_of_id", "taken", "removed_at")
"""The columns by which a line of a quote counts."""


def _sheet(line: int) -> int:
    found = Line.objects.filter(pk=line, void__isnull=True).values_list("sheet_id", flat=True).first()
    if found is None:
        raise NotThere("no_such_line", N_("There is no such line."), field="line")
    return found


def _kind(actor: Actor, sheet: int, *, adds: bool = False) -> str:
    """The kind of a document of which the actor may change lines; raises NotThere, or NotAllowed."""
    found = standing([sheet]).get(sheet)
    if found is None or found.closed_by == "undone":
        raise NotThere("no_such_document", N_("There is no such document."))
    require(actor, permission(found.kind, firm=found.firm, adds=adds))
    return found.kind
