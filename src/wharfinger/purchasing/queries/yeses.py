"""How many people have approved what waits for approval, of how many must."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.demand.models import Line
from wharfinger.parties.models import User
from wharfinger.pricing.queries import costs_at_home
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries import approvals, tiers
from wharfinger.purchasing.rules.asking import Sold, asked_at_home
from wharfinger.purchasing.rules.rising import waits
from wharfinger.purchasing.rules.tiers import MOST_NEEDED, reaching

About = tuple[str, int]


class Yeses(NamedTuple):
    """Who has approved something, and how many different people must; nothing where no tier reaches it."""

    by: tuple[str, ...]
    needed: int | None

    @property
    def words(self) -> str:
        """How far it is, in words."""
        if self.needed is None:
            return _("above every limit")
        return _("%(given)s of %(needed)s") % {"given": len(self.by), "needed": self.needed}


def of_lines(
    lines: Collection[int], day: date, sold: Mapping[int, Mapping[int, Sold]] | None = None
) -> dict[int, Yeses]:
    """How far the approval of each of these customers' lines is on a day, in one or two statements and one for rates.

    sold: who sells their products, with rates, where somebody has read it. Nothing where no tier is in force: one
    yes is enough then, and what waits has none.
    """
    kept, near, decided = _read(lines, day) if lines else ([], [], [])
    if not kept:
        return {}
    home = configuration.one("currency")
    products = {one.product for one in near}
    costs = costs_at_home(products, home, day) if sold is None else asked_at_home(sold, home)
    amounts = tiers.together(near, lines, costs, home)
    needed, yes = _needed(amounts, kept), _said(decided, amounts)
    return {pk: Yeses(yes["line", pk], needed["line", pk]) for pk in lines if ("line", pk) in amounts}


def cells(
    lines: Collection[int], day: date, sold: Mapping[int, Mapping[int, Sold]] | None
) -> dict[int, tuple[str, str]]:
    """How far each of these lines is in words, and who has approved it."""
    return {pk: (one.words, ", ".join(one.by)) for pk, one in of_lines(lines, day, sold).items()}


def of_orders(
    orders: Sequence[PurchaseOrder],
    lines: Mapping[int, Sequence[PurchaseLine]],
    asks: Mapping[int, Sequence[PurchaseLine]],
    yes: Mapping[int, Sequence[str]],
) -> dict[int, Yeses]:
    """How far the approval of each of these drafts is: as far as the line that is the least far.

    lines: of each draft; asks: those of them that need approval; yes: who has approved each line.
    """
    if not orders:
        return {}
    known = configuration.read("currency", "time_zone")
    amounts = tiers.at_most(orders, lines, asks, known["currency"])
    needed = _needed(amounts, list(tiers.in_force(clock.today(known["time_zone"]))))
    found = {}
    for one in orders:
        given = [tuple(yes.get(line.pk, ())) for line in asks.get(one.pk, ())]
        found[one.pk] = Yeses(min(given, key=len, default=()), needed["order", one.pk])
    return found


def of_order(order: PurchaseOrder) -> Yeses | None:
    """How far the approval of one draft is; nothing where it needs none."""
    lines = approvals.lines_of([order.pk])
    asks = approvals.asking([order], lines)[order.pk]
    if not asks:
        return None
    asking = {order.pk: [line for line, _cost in asks]}
    return of_orders([order], lines, asking, approvals.said_yes(asks))[order.pk]


class Missing(NamedTuple):
    """What was approved and is not enough: how far what is the least far is, and who may give what it still needs."""

    given: int
    needed: int | None
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """The same in words."""
        if self.needed is None:
            return _("That is above the limit of every approval tier by now.")
        said = _("%(given)s of %(needed)s approvals are given.") % {
            "given": self.given,
            "needed": self.needed,
        }
        if not self.names:
            return said
        others = _("These may give another: %(names)s.") % {"names": ", ".join(self.names)}
        return f"{said} {others}"


def missing(entry: int) -> Missing | None:
    """What an entry approved that still needs others; nothing where it was enough."""
    made = Approval.objects.filter(approvals.counts_yet(), made=entry)
    found = list(made.values_list("line", "purchase_line__purchase_order"))
    if not found:
        return None
    lines, orders = {line for line, _o in found if line}, {order for _l, order in found if order}
    far: dict[About, Yeses] = {}
    if lines:
        today = clock.today(configuration.one("time_zone"))
        far |= {("line", pk): one for pk, one in of_lines(lines, today).items()}
    for order in PurchaseOrder.objects.filter(pk__in=orders):
        if (one := of_order(order)) is not None:
            far["order", order.pk] = one
    about, least = max(far.items(), key=lambda one: (one[1].needed or MOST_NEEDED + 1) - len(one[1].by))
    return Missing(len(least.by), least.needed, _others(about, least, lines, orders))


def waits_for_others(entry: int) -> str:
    """What is said of an entry whose approvals are not enough; nothing where they are."""
    found = missing(entry)
    return found.words if found else ""


def _others(about: About, far: Yeses, lines: Collection[int], orders: Collection[int]) -> tuple[str, ...]:
    """Who may give what something still needs: not those who gave theirs, nor who asked where that is not allowed."""
    may = set(tiers.who_decides(lines, orders).get(about, ()))
    if not configuration.one("approval")["self_approval"]:
        may -= _asked_by(*about)
    names = sorted(str(user) for user in User.objects.filter(pk__in=may, is_active=True))
    return tuple(name for name in names if name not in far.by)


def _asked_by(noun: str, pk: int) -> set[int | None]:
    """Who asked for a customer's line, a draft or a change of an order."""
    if noun == "line":
        return set(Line.objects.filter(pk=pk).values_list("requested_by", flat=True))
    order = PurchaseOrder.objects.get(pk=pk)
    theirs = [] if waits(order) else approvals.lines_of([pk])[pk]
    return {order.approval_asked_by_id, *(line.requested_by_id for line in theirs)}


class _Tier(NamedTuple):
    pk: int
    limit_minor: int | None
    needed: int


class _Decision(NamedTuple):
    pk: int
    line: int
    by: int | None
    granted: int
    amount_minor: int
    name: str


def _read(lines: Collection[int], day: date) -> tuple[list[_Tier], list[tiers.Near], list[_Decision]]:
    """The tiers in force, the lines that are approved together and what was decided of these, in one statement.

    A worklist has none to spare.
    """
    nothing, unnamed = Value(0), Value("", output_field=CharField())
    name = Coalesce(NullIf("by__name", unnamed), "by__username", unnamed)
    granted = Case(When(granted=True, then=Value(1)), default=nothing)
    near: QuerySet[Any, Any] = tiers.near(lines).values_list(Value("near"), *tiers.NEAR, unnamed)
    kept = tiers.in_force(day).values_list(
        Value("tier"), "pk", "limit_minor", "needed", nothing, nothing, unnamed
    )
    decided = Approval.objects.filter(line__in=lines, void__isnull=True).values_list(
        Value("decision"), "pk", "line_id", "by_id", granted, "amount_minor", name
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for what, *figures, by in near.union(kept, decided, all=True):
        found[what].append((*figures, by))
    return (
        [_Tier(*one[:3]) for one in found["tier"]],
        [tiers.Near(*one[:5]) for one in found["near"]],
        [_Decision(*one) for one in found["decision"]],
    )


def _needed(amounts: Mapping[About, int], kept: Sequence[Any]) -> dict[About, int | None]:
    found: dict[About, int | None] = {}
    for about, amount in amounts.items():
        reach = reaching(amount, kept)
        found[about] = 1 if not kept else reach[0].needed if reach else None
    return found


def _said(decided: Iterable[_Decision], amounts: Mapping[About, int]) -> dict[About, tuple[str, ...]]:
    """Who has approved each of these lines as it costs now, and was not contradicted since."""
    found: dict[About, dict[int, str]] = defaultdict(dict)
    for one in sorted(decided):
        about = ("line", one.line)
        if not one.granted:
            found.pop(about, None)
        elif one.by is not None and one.amount_minor >= amounts[about]:
            found[about][one.by] = one.name
    return {about: tuple(sorted(found.get(about, {}).values())) for about in amounts}
