"""How a worklist is narrowed: its filters, and what each offers."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from wharfinger.base import owned
from wharfinger.base.asking import Ask
from wharfinger.base.refusal import N_
from wharfinger.base.table import Filter
from wharfinger.billing.queries.due import POLICY
from wharfinger.boards.invoicing import ages, today, waiting_for
from wharfinger.boards.showing import OFFERED, OWN, SORTS, listed, places
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand import pressing
from wharfinger.fulfilment.models import PickTask
from wharfinger.ledger.models import Holding
from wharfinger.parties.pages.organizations import POLICIES


def narrowed(found: QuerySet[Holding, Any], ask: Ask) -> QuerySet[Holding, Any]:
    """The rows that the filters leave."""
    if text := ask.one("find"):
        theirs = VendorPrice.objects.filter(product=OuterRef("product"))
        found = found.filter(
            Q(claim__line__sheet__number__iexact=text)
            | Q(place__purchase_line__purchase_order__number__iexact=text)
            | Q(place__refused_line__purchase_order__number__iexact=text)
            | Q(product__sku__iexact=text)
            | Q(lot__code__iexact=text)
            | Q(claim__line__organization__name__icontains=text)
            | Q(product__name__icontains=text)
            | Q(Exists(theirs.filter(part_number__iexact=text)))
            | in_tote(text)
        )
    if customers := _numbers(ask, "organization"):
        found = found.filter(claim__line__organization_id__in=customers)
    if places := _numbers(ask, "location"):
        found = found.filter(place__parent_id__in=places)
    if sellers := _numbers(ask, "seller"):
        found = found.filter(place__purchase_line__purchase_order__vendor_id__in=sellers)
    if refusers := _numbers(ask, "refuser"):
        found = found.filter(place__refused_line__purchase_order__vendor_id__in=refusers)
    if vendors := _numbers(ask, "vendor"):
        offers = VendorPrice.objects.filter(
            product=OuterRef("product"), default=True, organization__in=vendors
        )
        found = found.filter(Exists(offers))
    found = _billed(found, ask)
    if words := ask.many("priority"):
        found = found.filter(claim__line__sheet__priority__in=words)
    found = owned.narrowed(found, ask, "line", at=OWN)
    for key, path in SORTS.items():
        if key in ("product", "priority") or not (ask.one(f"{key}-from") or ask.one(f"{key}-to")):
            continue
        first, last = ask.days(key)
        found = found.filter(**{f"{path}__gte": first}) if first else found
        found = found.filter(**{f"{path}__lte": last}) if last else found
    return found


def _billed(found: QuerySet[Holding, Any], ask: Ask) -> QuerySet[Holding, Any]:
    """What is to be invoiced, by where its goods are, by its customer's policy and by how long it waits."""
    if stages := ask.many("stage"):
        standing = Holding.objects.filter(claim=OuterRef("claim"), quantity__gt=0)
        kinds = [kind for stage in stages for kind in STAGES.get(stage, ("", ()))[1]]
        found = found.filter(Exists(standing.filter(kind__in=kinds)))
    if policies := ask.many("policy"):
        found = found.filter(**{f"{POLICY}__in": policies})
    return waiting_for(found, age, today()) if (age := ask.one("age")) else found


def in_tote(text: str) -> Q:
    """What was picked into a tote, by the label on it (PR-7/3); nothing where it is none."""
    run, slash, tote = text.strip().rpartition("/")
    if not slash or not tote.isascii() or not tote.isdecimal() or len(tote) > 4:
        return Q(pk__in=())
    tasks = PickTask.objects.filter(run__number__iexact=run, tote=int(tote), void=None)
    return Q(Exists(tasks.filter(line=OuterRef("claim_id"))))


def _numbers(ask: Ask, key: str) -> list[int]:
    return [int(text) for text in ask.many(key) if text.isdecimal() and len(text) < 19]


STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "wanted": (N_("Wanted or to order"), ("demand", "to_approve", "to_order", "drafted")),
    "on_order": (N_("On order"), ("on_order",)),
    "at_hand": (N_("At hand"), ("bin", "picked", "container", "ready")),
    "gone": (N_("Delivered/Shipped"), ("in_transit", "customer", "rented")),
}
"""Stages of the goods by which lines to be invoiced are narrowed."""


def vendors(ask: Ask) -> list[tuple[str, str]]:
    """The first vendors by name."""
    return [(str(pk), name) for pk, name, _customer, vendor in _parties(ask) if vendor][:OFFERED]


def to_buy_of(ask: Ask) -> list[tuple[str, str]]:
    """Of whom a selection may be bought: each line of who asks least, of who is fastest, or all of one vendor."""
    each = [("cheapest", _("Each line's cheapest vendor")), ("fastest", _("Each line's fastest vendor"))]
    return [*each, *vendors(ask)]


def drafts(ask: Ask) -> list[tuple[str, str]]:
    """The purchase orders that are drafts, newest first."""
    found = [(pk, name) for pk, name, customer, vendor in _parties(ask) if not (customer or vendor)]
    return [(str(pk), name) for pk, name in sorted(found, reverse=True)[:OFFERED]]


def _customers(ask: Ask) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name, customer, _vendor in _parties(ask) if customer][:OFFERED]


def _parties(ask: Ask) -> list[tuple[int, str, bool, bool]]:
    """The first customers and the first vendors by name; where lines are to be ordered, drafts, which are neither."""
    return [row[:4] for row in listed(ask) if not row[4]]


def our_locations(ask: Ask) -> list[tuple[str, str]]:
    """The locations in use, by their places, as choices."""
    return [(str(place), name) for place, name, retired in places(ask) if not retired]


FILTERS: dict[str, Filter] = {
    one.key: one
    for one in (
        Filter("find", N_("Number, product, customer")),
        Filter("organization", N_("Organization"), "choice", _customers),
        Filter("seller", N_("Vendor"), "choice", vendors),
        Filter("refuser", N_("Vendor"), "choice", vendors),
        Filter("vendor", N_("Default vendor"), "choice", vendors),
        Filter("location", N_("Location"), "choice", our_locations),
        Filter("stage", N_("Goods"), "many", lambda ask: [(key, _(w)) for key, (w, _k) in STAGES.items()]),
        Filter(
            "policy", N_("Billed"), "many", lambda _ask: [(key, _(word)) for key, word in POLICIES.items()]
        ),
        Filter("age", N_("Waits"), "choice", lambda _ask: ages()),
        pressing.FILTER,
        Filter("expected", N_("Expected"), "date"),
        Filter("promised", N_("Promised"), "date"),
    )
}
