"""Recalls as pages and callers read them: where every unit is, who has it, who was told, what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.ledger.telling import GOODS_KINDS
from wharfinger.parties.models import Contact, Organization
from wharfinger.returns.models import Recall, RecallNotice, RecallUnit
from wharfinger.returns.rules.recalling import GROUP_OF, GROUPS, THEIRS
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.stands import Stand, stands_of
from wharfinger.stock.queries.units import numbers

WORDS: dict[str, tuple[str, str]] = {
    "to_tell": ("red", N_("Nobody told yet")),
    "under_way": ("amber", N_("Under way")),
    "back": ("green", N_("Nothing with customers")),
}
"""What a recall is called, and its tone."""

WHERE: dict[str, str] = {
    "ours": N_("With us"),
    "in_transit": N_("On the way"),
    "customer": N_("With customers"),
    "vendor": N_("With vendors"),
    "scrapped": N_("Scrapped"),
    "elsewhere": N_("Written off or built in"),
}
"""Where units of a recall are, in words."""


class Part(NamedTuple):
    """Units of a recall that stand at one place for one line."""

    id: int
    lot: int
    serial: bool
    code: str
    quantity: int
    group: str
    stand: Stand
    organization: int | None
    name: str
    """Who has them."""
    device: int | None
    device_number: str
    free_in: int | None
    """The bin in which they lie for nobody, where they do."""


class Told(NamedTuple):
    """An owner of a recall, and how far they are."""

    id: int
    name: str
    address: str
    language: str
    quantity: int
    """How many they have now, or are on their way to them."""
    returned: int
    """How many came back since they were told."""
    notice: RecallNotice | None


def recalls() -> QuerySet[Recall]:
    """Every recall that was not undone, with whether customers have anything of it, and whether anyone was told."""
    units = RecallUnit.objects.filter(recall=OuterRef(OuterRef("pk")), void__isnull=True).values("lot")
    theirs = Holding.objects.filter(lot__in=units, quantity__gt=0, kind__in=THEIRS)
    notices = RecallNotice.objects.filter(recall=OuterRef("pk"), void__isnull=True)
    rows = Recall.objects.filter(void__isnull=True).select_related("product", "made__actor")
    return rows.annotate(out=Exists(theirs), told=Exists(notices))


def one(pk: int) -> Recall:
    """One recall; raises NotThere."""
    return known(recalls().filter(pk=pk).first(), pk)


_FOUND: dict[str, Q] = {
    "to_tell": Q(out=True, told=False),
    "under_way": Q(out=True, told=True),
    "back": Q(out=False),
    "open": Q(out=True),
}


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Recalls that any of these words describes; *open* are all of which customers still have something."""
    wanted = Q(pk__in=())
    for value in values:
        wanted |= _FOUND.get(value, Q(pk__in=()))
    return rows.filter(wanted)


def word(row: Any) -> str:
    """The word that describes a recall."""
    if not row.out:
        return "back"
    return "under_way" if row.told else "to_tell"


def standing(recall: int) -> QuerySet[Holding]:
    """Where the units of a recall are, under the numbers they go by now."""
    units = RecallUnit.objects.filter(recall=recall, void__isnull=True)
    here = Holding.objects.filter(lot=OuterRef("lot"), quantity__gt=0, unbounded=False)
    lost = set(units.filter(~Exists(here), lot__serial=True).values_list("lot", flat=True))
    renumbered = sorted(numbers(lost) - lost) if lost else []
    rows = Holding.objects.filter(quantity__gt=0, kind__in=GOODS_KINDS)
    return rows.filter(Q(lot__in=Subquery(units.values("lot"))) | Q(lot__in=renumbered))


def narrowed(rows: QuerySet[Any, Any], groups: Sequence[str]) -> QuerySet[Any, Any]:
    """Of units only those in any of these groups of places."""
    kinds = [kind for group in groups for kind in GROUPS.get(group, ())]
    return rows.filter(kind__in=kinds)


def counted(recall: int) -> dict[str, int]:
    """How many units are in each group of places, in one statement."""
    found = standing(recall).order_by().values_list("kind").annotate(n=Sum("quantity"))
    units = dict.fromkeys(GROUPS, 0)
    for kind, n in found:
        units[GROUP_OF[kind]] += n
    return units


def parts(rows: Iterable[Holding]) -> list[Part]:
    """Units with where they are and who has them, in a constant number of statements."""
    listed = list(rows)
    lots = {h.lot_id for h in listed}
    stands = stands_of({h.place_id for h in listed})
    lines = _lines(h.claim_id for h in listed if h.claim_id)
    devices = {
        one.lot_id: one
        for one in Device.objects.filter(lot__in=lots, void__isnull=True, removed_on__isnull=True)
    }
    bins = dict(Bin.objects.filter(place__in={h.place_id for h in listed}).values_list("place", "pk"))
    found = []
    for h in listed:
        whose, name = _whose(h.kind, stands[h.place_id], lines.get(h.claim_id))
        device = devices.get(h.lot_id) if h.kind in THEIRS else None
        found.append(
            Part(
                h.pk,
                h.lot_id,
                h.serial,
                h.lot.code,
                h.quantity,
                GROUP_OF[h.kind],
                stands[h.place_id],
                whose,
                name,
                device.pk if device else None,
                device.number if device else "",
                None if h.claim_id else bins.get(h.place_id),
            )
        )
    return found


def _lines(claims: Iterable[int]) -> dict[int, tuple[int, str]]:
    """For whom these lines are."""
    found = Line.objects.filter(pk__in=set(claims))
    return {pk: (of, name) for pk, of, name in found.values_list("pk", "organization", "organization__name")}


def _whose(kind: str, stand: Stand, line: tuple[int, str] | None) -> tuple[int | None, str]:
    """Who has goods: whose the place is, else for whom the line is that holds them."""
    if stand.organization_id is not None:
        return stand.organization_id, stand.organization
    return line if line is not None and kind in THEIRS else (None, "")


def units_by_owner(recall: int) -> dict[int, int]:
    """How many units each customer has, or is to get, in a constant number of statements."""
    rows = list(
        standing(recall)
        .filter(kind__in=THEIRS)
        .order_by()
        .values_list("kind", "place", "claim")
        .annotate(n=Sum("quantity"))
    )
    stands = stands_of({place for _, place, _, _ in rows})
    lines = _lines({claim for _, _, claim, _ in rows if claim})
    units: dict[int, int] = defaultdict(int)
    for kind, place, claim, n in rows:
        whose, _name = _whose(kind, stands[place], lines.get(claim))
        if whose is not None:
            units[whose] += n
    return dict(units)


def addresses_of(organizations: Iterable[int]) -> list[tuple[int, str, str]]:
    """These customers by name, each with where a mail goes: to the organization, else to the first who has an address."""
    people = Contact.objects.filter(organization=OuterRef("pk"), retired_on__isnull=True).exclude(email="")
    first = Subquery(people.order_by("pk").values("email")[:1])
    rows = Organization.objects.filter(pk__in=set(organizations)).order_by("name", "pk")
    found = rows.annotate(person=first).values_list("pk", "name", "email", "person")
    return [(pk, name, email or person or "") for pk, name, email, person in found]


def owners(recall: int) -> QuerySet[Organization]:
    """Who has units of a recall, or was told of it."""
    told = RecallNotice.objects.filter(recall=recall, void__isnull=True).values_list(
        "organization", flat=True
    )
    return Organization.objects.filter(pk__in={*units_by_owner(recall), *told})


def told(recall: int, rows: Iterable[Organization]) -> list[Told]:
    """How far each of these owners is, in a constant number of statements."""
    listed = list(rows)
    units = units_by_owner(recall)
    notices = {
        one.organization_id: one
        for one in RecallNotice.objects.filter(
            recall=recall, void__isnull=True, organization__in=listed
        ).select_related("made")
    }
    back = _returned(recall, notices)
    address = {pk: at for pk, _name, at in addresses_of(one.pk for one in listed)}
    return [
        Told(
            one.pk,
            one.name,
            address[one.pk],
            one.language,
            units.get(one.pk, 0),
            back.get(one.pk, 0),
            notices.get(one.pk),
        )
        for one in listed
    ]


def _returned(recall: int, notices: dict[int, RecallNotice]) -> dict[int, int]:
    """How many units left each customer for us since they were told, as the ledger knows it."""
    if not notices:
        return {}
    since = min(one.made_id for one in notices.values())
    rows = sql.fetch(_BACK, [recall, since])
    stands = stands_of({place for place, _, _, _ in rows})
    lines = _lines({claim for _, claim, _, _ in rows if claim})
    back: dict[int, int] = defaultdict(int)
    for place, claim, entry, units in rows:
        whose, _name = _whose("customer", stands[place], lines.get(claim))
        notice = notices.get(whose or 0)
        if notice is not None and entry > notice.made_id:
            back[notice.organization_id] += int(units)
    return dict(back)


_BACK = (
    "SELECT s.place_id, s.claim_id, m.entry_id, SUM(m.quantity - "
    "COALESCE((SELECT SUM(b.quantity) FROM ledger_move b WHERE b.reverses_id = m.id), 0)) "
    "FROM returns_recallunit u JOIN ledger_holding s ON s.lot_id = u.lot_id "
    "JOIN ledger_move m ON m.source_id = s.id JOIN ledger_holding t ON t.id = m.target_id "
    "WHERE u.recall_id = %s AND u.void_id IS NULL AND m.entry_id > %s "
    "AND s.kind IN ('customer', 'rented', 'in_transit') "
    "AND t.kind IN ('bin', 'picked', 'container', 'quarantine', 'returns', 'bench', 'scrap') "
    "GROUP BY s.place_id, s.claim_id, m.entry_id"
)


def named(recalls: Iterable[int]) -> dict[int, int]:
    """How many units or batches each recall names."""
    found = RecallUnit.objects.filter(recall__in=list(recalls), void__isnull=True).order_by()
    return dict(found.values_list("recall").annotate(n=Count("pk")))


def show_recalls(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Recalls for callers of the API."""
    listed = list(rows)
    count = named(row.pk for row in listed)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "status": word(row),
            "product": row.product_id,
            "sku": row.product.sku,
            "batch": row.batch,
            "received_from": row.received_from,
            "received_to": row.received_to,
            "reason": row.reason,
            "texts": row.texts,
            "recalled_at": row.recalled_at,
            "named": count.get(row.pk, 0),
        }
        for row in listed
    ]


def show_recall(pk: int) -> dict[str, Any]:
    """One recall with how many of its units are where."""
    row = one(pk)
    places = row.product.quantity_decimals
    return show_recalls([row])[0] | {
        "where": {group: plain(units, places) for group, units in counted(pk).items()}
    }


def show_units(rows: Iterable[Holding], decimals: int) -> list[dict[str, Any]]:
    """Units of a recall for callers of the API."""
    return [
        {
            "lot": part.lot,
            "serial": part.code if part.serial else "",
            "batch": "" if part.serial else part.code,
            "quantity": plain(part.quantity, decimals),
            "where": part.group,
            "kind": part.stand.kind,
            "location": part.stand.location,
            "bin": part.stand.bin,
            "at": part.stand.subject,
            "at_number": part.stand.number,
            "organization": part.organization,
            "organization_name": part.name,
            "device": part.device,
            "device_number": part.device_number,
        }
        for part in parts(rows)
    ]


def show_owners(recall: int, rows: Iterable[Organization], decimals: int) -> list[dict[str, Any]]:
    """Owners of a recall for callers of the API."""
    return [
        {
            "organization": one.id,
            "name": one.name,
            "address": one.address,
            "language": one.language,
            "quantity": plain(one.quantity, decimals),
            "returned": plain(one.returned, decimals),
            "told_at": one.notice.told_at if one.notice else None,
            "answered_at": one.notice.answered_at if one.notice else None,
            "answer": one.notice.answer if one.notice else "",
        }
        for one in told(recall, rows)
    ]
