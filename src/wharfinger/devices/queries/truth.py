"""What plans about devices need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.db.models import Q

from wharfinger.catalog.models import WarrantyPolicy
from wharfinger.demand.models import Line, Sheet
from wharfinger.devices.models import Device, DeviceUser, Relation, Subscription
from wharfinger.devices.rules import Sale
from wharfinger.ledger import sql
from wharfinger.ledger.look import FROM, HELD, held
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Contact, Site


def codes_of(named: Iterable[tuple[int | None, str]]) -> list[tuple[int, str]]:
    """Product and number of every serial that lines name; a line's product never changes."""
    pairs = [(line, code) for line, code in named if code and line is not None]
    products = (
        dict(Line.objects.filter(pk__in={line for line, _ in pairs}).values_list("pk", "product_id"))
        if pairs
        else {}
    )
    return [(products[line], code) for line, code in pairs if line in products]


def read_units(lots: Callable[[Truth], Iterable[int]]) -> Callable[[Truth], None]:
    """Read where these units stand, whoever claims them, beside what was read of the claims."""

    def read(truth: Truth) -> None:
        known = {h.id for h in truth.held}
        wanted = sorted(set(lots(truth)))
        if not wanted:
            return
        found = sql.fetch(
            f"SELECT {HELD} {FROM} WHERE {sql.among('h.lot_id')} AND h.quantity > 0 AND NOT h.unbounded",
            [sql.array(wanted)],
        )
        truth.held += [one for one in map(held, found) if one.id not in known]

    return read


def read_sales(truth: Truth) -> None:
    """Read how the goods of the claims at hand left us: the latest time, from where, by which channel."""
    claims = sorted({h.claim for h in truth.held if h.claim})
    truth.read["sales"] = sales(claims)


def sales(claims: list[int]) -> dict[tuple[int, int], Sale]:
    """How goods of these lines left us, by line and lot."""
    found = sql.fetch(
        "SELECT t.claim_id, t.lot_id, e.effective_on, p.parent_id, l.channel, m.quantity > "
        "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
        "FROM ledger_holding t JOIN ledger_move m ON m.target_id = t.id "
        "JOIN ledger_holding s ON s.id = m.source_id "
        "JOIN ledger_entry e ON e.id = m.entry_id JOIN ledger_place p ON p.id = s.place_id "
        "LEFT JOIN stock_location l ON l.place_id = p.parent_id "
        f"WHERE {sql.among('t.claim_id')} AND t.kind IN ('in_transit', 'customer') "
        f"AND {sql.common('m.reverses_id IS NULL')} "
        "AND s.kind NOT IN ('in_transit', 'customer', 'returns', 'bench', 'at_vendor', 'outside') ORDER BY m.id",
        [sql.array(claims)],
    )
    known = {}
    for claim, lot, day, location, channel, stands in found:
        if not stands:
            continue
        on = date.fromisoformat(day) if isinstance(day, str) else day
        known[claim, lot] = Sale(on, location if channel is not None else None, channel or "direct")
    return known


def read_policies(truth: Truth) -> None:
    """Read the warranty policies that may hold for the products at hand."""
    products = truth.read["products"].values()
    fitting = Q(product_id__in=[p.pk for p in products]) | Q(product=None)
    truth.read["policies"] = list(
        WarrantyPolicy.objects.filter(fitting).select_related("category").order_by("pk")
    )


def read_devices(lots: Callable[[Truth], Iterable[int]]) -> Callable[[Truth], None]:
    """Lock and read the devices that these lots are, by lot."""

    def read(truth: Truth) -> None:
        wanted = sorted(set(lots(truth)))
        found = (
            sql.read(Device, f"{sql.among('lot_id')} AND void_id IS NULL", [sql.array(wanted)], locked=True)
            if wanted
            else {}
        )
        truth.read["devices"] = {device.lot_id: device for device in found.values()}

    return read


def lots_with_customers(truth: Truth) -> list[int]:
    """The units at hand that stand with customers or are on their way to them."""
    return [h.lot for h in truth.held if h.spot.serial and h.kind in ("customer", "in_transit")]


def read_subscriptions(truth: Truth) -> None:
    """Lock and read the subscriptions that use the devices at hand."""
    devices = {d.pk for d in truth.read.get("devices", {}).values()} | set(
        truth.documents.get("devices.Device", ())
    )
    running = f"{sql.among('device_id')} AND ended_on IS NULL AND void_id IS NULL"
    found = sql.read(Subscription, running, [sql.array(sorted(devices))], locked=True) if devices else {}
    truth.read["subscriptions"] = list(found.values())


def read_sites(named: Iterable[int | None]) -> Callable[[Truth], None]:
    """Read these sites, those of the lines, and those where goods at hand stand."""
    given = {pk for pk in named if pk is not None}

    def read(truth: Truth) -> None:
        wanted = given | {
            line.site_id for line in truth.read.get("lines", {}).values() if line.site_id is not None
        }
        places = {h.place for h in truth.held if h.kind == "customer"}
        found = list(Site.objects.filter(Q(pk__in=sorted(wanted)) | Q(place_id__in=sorted(places))))
        truth.read["sites"] = {site.pk: site for site in found}
        truth.read["site_at"] = {site.place_id: site for site in found}

    return read


def read_people(contacts: Iterable[int | None], contracts: Iterable[int | None]) -> Callable[[Truth], None]:
    """Read whose these contacts and contracts are."""
    people = sorted({pk for pk in contacts if pk is not None})
    papers = sorted({pk for pk in contracts if pk is not None})

    def read(truth: Truth) -> None:
        truth.read["contacts"] = (
            dict(Contact.objects.filter(pk__in=people).values_list("pk", "organization_id")) if people else {}
        )
        held_by = Sheet.objects.filter(pk__in=papers, kind="contract", void__isnull=True)
        truth.read["contracts"] = dict(held_by.values_list("pk", "organization_id")) if papers else {}

    return read


def read_users(*devices: int) -> Callable[[Truth], None]:
    """Lock and read who uses these devices."""

    def read(truth: Truth) -> None:
        found = sql.read(
            DeviceUser,
            f"{sql.among('device_id')} AND ended_at IS NULL AND void_id IS NULL",
            [sql.array(sorted(devices))],
            locked=True,
        )
        truth.read["users"] = list(found.values())

    return read


def family(*devices: int) -> list[int]:
    """Devices with all that is related to them, directly or through others."""
    found = sql.fetch(
        f"WITH RECURSIVE family(id) AS (SELECT d.id FROM devices_device d WHERE {sql.among('d.id')} UNION "
        "SELECT CASE WHEN r.device_id = f.id THEN r.other_id ELSE r.device_id END FROM devices_relation r "
        "JOIN family f ON f.id IN (r.device_id, r.other_id) WHERE r.void_id IS NULL AND r.ended_at IS NULL) "
        "SELECT id FROM family",
        [sql.array(devices)],
    )
    return sorted(row[0] for row in found)


def read_relations(truth: Truth) -> None:
    """Read how the devices that are locked are related."""
    devices = sorted(truth.documents["devices.Device"])
    found = sql.read(
        Relation,
        f"void_id IS NULL AND ended_at IS NULL AND ({sql.among('device_id')} OR {sql.among('other_id')})",
        [sql.array(devices)] * 2,
        locked=True,
    )
    truth.read["relations"] = list(found.values())
