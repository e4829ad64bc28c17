"""Sections of an organization's and a product's page that higher modules tell, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wharfinger.base import configuration, further
from wharfinger.base.money import rounded
from wharfinger.base.quantity import plain
from wharfinger.base.typed import written
from wharfinger.billing.pages import limits, statements
from wharfinger.billing.queries.shown import invoices
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.pages import line_rows
from wharfinger.devices.actions.installing import at_once, install_delivered
from wharfinger.devices.models import Device
from wharfinger.devices.pages import about
from wharfinger.devices.pages.install import choices_at_once
from wharfinger.devices.queries.about import devices_about, devices_left
from wharfinger.documents.queries.letters import ON, SENT
from wharfinger.exchange import serving
from wharfinger.flows.actions.charging import charge_and, open_and
from wharfinger.flows.pages import charging
from wharfinger.ledger.models import Holding
from wharfinger.notices import store
from wharfinger.notices.actions.attachments import attach_kept, hang, keep, look
from wharfinger.notices.pages import attachments, mailed, talking
from wharfinger.notices.queries.attachments import attached, signed
from wharfinger.notices.rules.attachments import SEEN_BY
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.pages import vendor_terms
from wharfinger.purchasing.queries.orders import totals as purchase_totals
from wharfinger.returns.pages import grades
from wharfinger.sales import queries as sales
from wharfinger.sales.actions.closing import DELIVERING
from wharfinger.sales.pages.orders import to_fulfil
from wharfinger.sales.queries.margins import Margin
from wharfinger.site import priced, subjects
from wharfinger.site.cells import show
from wharfinger.site.nav import address
from wharfinger.site.papers import papers
from wharfinger.site.queries.invoice_margins import of_invoices
from wharfinger.site.queries.margins import of_order
from wharfinger.stock.models import Level, Location
from wharfinger.stock.queries import figures
from wharfinger.stock.queries.kept import kept_for_others
from wharfinger.stock.queries.levels import levels_of

FEW = 6
"""So many of each kind of document stand on the page; the rest in its list."""
OPEN = ("demand", "to_approve", "to_order", "drafted", "on_order", "bin", "picked", "container", "ready")


def install() -> None:
    """Hang the table into the pages; called once, when Django is ready."""
    further.parts["organization"] = [
        documents,
        statements.of_an_organization,
        limits.of_an_organization,
        vendor_terms.part,
        devices,
        kept,
        priced.of_an_organization,
    ]
    further.parts["order"], further.parts["work_order"] = [papers, margin], [about.of_work, papers]
    further.parts["limited"] = [limits.of_a_document]
    further.parts["device"] = [about.of_a_device, grades.of_a_device]
    further.parts["product"] = [stock, priced.of_a_product, open_lines]
    for verb in DELIVERING:
        further.offers[verb] = [to_fulfil]
    for noun in SEEN_BY:
        further.parts.setdefault(noun, []).extend([partial(talk, noun), partial(files, noun)])
    for noun in SENT:
        page = ON.get(noun, noun)
        further.parts[page].append(partial(mailed_about, page))
    further.parts["organization"].append(partial(mailed_about, "organization"))
    further.parts["statement"] = [partial(mailed_about, "organization")]
    further.figures["product.available"] = available
    further.figures["product.picture"] = attachments.thumbs
    further.figures["shipment.signed"] = signed
    further.figures["shipment.attachments"] = attached("shipment")
    further.figures["inspection.pictures"] = attachments.of_acts
    further.figures["product.drawn"] = attachments.drawn
    further.pictures.append(store.on_paper)
    further.charging[:] = [further.Charging(charging.ways, charge_and, open_and, charging.told)]
    further.attaching[:] = [further.Attaching("notices.attach", keep, attach_kept, look, hang)]
    further.installing[:] = [
        further.Installing("devices.install", choices_at_once, at_once, install_delivered)
    ]
    further.titles.append(subjects.several)
    further.figures["invoice.margin"] = of_invoices
    further.figures["product.levels"] = levels_of
    further.figures["work_order.devices"] = devices_about
    further.figures["work_order.devices_left"] = devices_left
    for table, kind in serving.LISTS.items():
        further.files[table] = partial(serving.of_list, kind)


def available(products: Sequence[int]) -> dict[int, int]:
    """What is free of each product, all locations together; of a kit as its scarcest component allows."""
    return figures.free(products)


def talk(noun: str, request: HttpRequest, pk: int) -> str:
    """What is said and to be done about a document or noun."""
    return talking.part(request, f"{noun}:{pk}")


def mailed_about(noun: str, request: HttpRequest, pk: int) -> str:
    """The mails by which a document went to the other side."""
    return mailed.part(request, f"{noun}:{pk}")


def files(noun: str, request: HttpRequest, pk: int) -> str:
    """The files that are attached to a document or noun."""
    return attachments.part(request, f"{noun}:{pk}")


def documents(request: HttpRequest, pk: int) -> str:
    """The newest quotes, orders, invoices and purchase orders of an organization."""
    actor: Any = request.user
    rows: list[dict[str, Any]] = []
    if actor.may("sales.read"):
        quotes = list(sales.quotes().filter(organization_id=pk).order_by("-pk")[:FEW])
        orders = list(sales.orders().filter(organization_id=pk).order_by("-pk")[:FEW])
        sums = sales.quote_totals(quotes) | sales.order_totals(orders)[0]
        for word, page, newest in (
            (_("Quote"), "sales:quote", quotes),
            (_("Sales order"), "sales:order", orders),
        ):
            rows += [
                _document(word, page, one, one.number, one.ordered_on, (sums[one.pk].total, one.currency))
                for one in newest
            ]
    if actor.may("billing.read"):
        for one in invoices().filter(organization_id=pk).order_by("-pk")[:FEW]:
            total = (one.total_minor, one.currency)
            rows.append(_document(_("Invoice"), "billing:invoice", one, str(one), one.issued_on, total))
    if actor.may("purchasing.read"):
        bought = list(PurchaseOrder.objects.filter(vendor_id=pk, void__isnull=True).order_by("-pk")[:FEW])
        costs = purchase_totals([one.pk for one in bought]) if actor.may("catalog.see_cost") else {}
        word, page = _("Purchase order"), "purchasing:order"
        for one in bought:
            cost = (costs[one.pk], one.currency) if one.pk in costs else None
            rows.append(_document(word, page, one, one.number, one.ordered_on, cost))
    return _part(request, "documents", rows=rows) if rows else ""


def _document(word: str, page: str, one: Any, number: str, day: Any, total: Any) -> dict[str, Any]:
    return {"what": word, "number": (number, address(page, one.pk)), "day": day, "total": total}


def margin(request: HttpRequest, pk: int) -> str:
    """What an order leaves over its goods' cost, as expected and so far; only for who sees costs."""
    actor: Any = request.user
    if not actor.may("catalog.see_cost") or not actor.may("billing.read"):
        return ""
    found = of_order(pk)
    rows = [(_("Expected"), _left(found.expected, found.currency))] if found.expected else []
    if found.net or found.went or found.back:
        rows += [
            (_("Invoiced, net"), show("money")((found.net, found.home))),
            (_("Cost of what went"), show("money")((found.went, found.home))),
        ]
        rows += [(_("Came back"), show("money")((found.back, found.home)))] if found.back else []
        rows += [(_("So far"), _left(found.so_far, found.home))]
    return _part(request, "margin", rows=rows) if rows else ""


def _left(margin: Margin, currency: str) -> str:
    share = margin.share_micro
    words = show("money")((margin.minor, currency))
    return f"{words} · {written(rounded(share, 1000), 1)} %" if share is not None else str(words)


def devices(request: HttpRequest, pk: int) -> str:
    """The devices that an organization has from us."""
    actor: Any = request.user
    if not actor.may("devices.read"):
        return ""
    found = Device.objects.filter(organization_id=pk, removed_on__isnull=True, void__isnull=True)
    rows = [
        {
            "device": (one.number, address("devices:device", one.pk)),
            "product": one.product.name,
            "serial": one.lot.code or None,
            "site": one.site.name if one.site else None,
            "until": one.warranty_end_on,
        }
        for one in found.select_related("product", "lot", "site").order_by("-pk")[: 2 * FEW]
    ]
    return _part(request, "devices", rows=rows, organization=pk)


def kept(request: HttpRequest, pk: int) -> str:
    """The goods of an organization that we keep for it."""
    actor: Any = request.user
    if not actor.may("stock.read"):
        return ""
    found = list(kept_for_others().filter(lot__owner=pk).order_by("sku", "pk")[: 2 * FEW])
    rows = [
        {
            "product": (one["sku"], address("stock:product", one["product_id"])),
            "name": one["name"],
            "number": one["code"] or None,
            "where": " / ".join(part for part in (one["at_name"], one["bin_name"]) if part),
            "quantity": (one["quantity"], one["decimals"]),
        }
        for one in found
    ]
    return _part(request, "kept", rows=rows, owner=found[0]["owner_name"]) if rows else ""


def stock(request: HttpRequest, pk: int) -> str:
    """The figures of a product at each location, and between which quantities it is kept there."""
    actor: Any = request.user
    product = Product.objects.exclude(kind="service").filter(pk=pk).first()
    if product is None or not actor.may("stock.read"):
        return ""
    d = product.quantity_decimals
    costs = actor.may("catalog.see_cost")
    names = dict(Location.objects.values_list("pk", "name"))
    levels = {one.location_id: one for one in Level.objects.filter(product_id=pk)}
    numbers = {
        row.location: row
        for row in figures.stock_rows([pk], worth=costs, kits=[pk] if product.kind == "kit" else [])
    }
    blank = figures.StockRow(pk, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    currency = configuration.one("currency")
    rows = []
    for location in [*numbers, *(key for key in levels if key not in numbers)]:
        row, level = numbers.get(location, blank), levels.get(location)
        rows.append(
            {
                "location": (names[location], address("stock:location", location)),
                **{f: (getattr(row, f), d) for f in ("on_hand", "available", "reserved", "picked")},
                "on_order": (row.on_order, d),
                "back_order": (row.back_order, d),
                "level": f"{plain(level.minimum, d)} – {plain(level.maximum, d)}" if level else None,
                "value": (row.value_minor, currency),
            }
        )
    return _part(request, "stock", rows=rows, costs=costs, product=product)


def open_lines(request: HttpRequest, pk: int) -> str:
    """The lines that still want this product."""
    actor: Any = request.user
    if not actor.may("sales.read"):
        return ""
    held = Holding.objects.filter(product_id=pk, kind__in=OPEN, quantity__gt=0, claim__gt=0)
    found = Line.objects.filter(
        pk__in=held.values("claim_id"), void__isnull=True, removed_at__isnull=True
    ).select_related("product", "sheet", "organization")
    lines = list(found.order_by("-pk")[: 2 * FEW])
    by_line: dict[int, Line] = {line.pk: line for line in lines}
    rows = []
    for row in line_rows(lines):
        line = by_line[row["id"]]
        rows.append(
            {
                "line": (line.sheet.number, row["product"][1]),
                "whom": line.organization.name,
                "quantity": row["quantity"],
                "where": row["where"],
            }
        )
    return _part(request, "open_lines", rows=rows) if rows else ""


def _part(request: HttpRequest, name: str, **context: Any) -> str:
    return render_to_string(f"site/parts/{name}.html", context, request)
