"""Selling at the counter: scan what the customer takes along, say how it is paid, and it is theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import owned
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotAllowed, Refusal
from wharfinger.base.typed import amount, micro, minor, written
from wharfinger.base.words import same
from wharfinger.billing.models import Invoice
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned, units_of
from wharfinger.catalog.rules.units import told, unit_named
from wharfinger.demand.models import Line
from wharfinger.demand.pages import typed_id
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.models import Lot
from wharfinger.ledger.post import dry
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Location

MANY = re.compile(r"(\d{1,6})\s*[*x×]\s*(\S.*)")
"""How many of one are scanned at once: 12*RT-100."""
ACCOUNT = "account"
PAYING = (("cash", N_("Cash")), ("card", N_("Card")), (ACCOUNT, N_("On account")))
"""How it is paid; what goes on account is owed."""


@dataclass(slots=True)
class Taken:
    """What was scanned of a product in one of its units."""

    product: Product
    unit: str
    per: int | None
    quantity: int = 0
    codes: tuple[str, ...] = ()

    @property
    def price_field(self) -> str:
        """Where a price for it is typed."""
        return f"price-{self.product.pk}-{self.unit}" if self.unit else f"price-{self.product.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.sell")
def counter(request: HttpRequest) -> HttpResponse:
    """Sell at once what lies on the counter; the next customer may come."""
    actor: Any = request.user
    given = request.POST
    kept = request.session.get("counter", {})

    def show(form: Form) -> HttpResponse:
        told = _basket(actor, given) if request.method == "POST" else {}
        return render(request, "flows/counter.html", {"form": form, **_choices(), **told})

    if request.method != "POST":
        return show(Form({"paid_by": "cash", **kept, **request.GET.dict()}))

    def act() -> Written:
        sale, _rows = _sale(given)
        done = sell(actor=actor, sales=[replace(sale, own=owned.read(given, "order", "sales.0."))])
        request.session["counter"] = {
            name: given.get(name, "") for name in ("organization", "location", "paid_by")
        }
        return done

    return page_act(
        request,
        act,
        ok=_("Sold."),
        back=reverse("flows:counter"),
        again=show,
        more=_papers,
    )


@require_POST
@page("sales.sell")
def basket(request: HttpRequest) -> HttpResponse:
    """What was scanned so far, with prices and what it comes to; nothing is sold yet."""
    return render(request, "flows/basket.html", _basket(request.user, request.POST))


def _choices() -> dict[str, Any]:
    customers = Organization.objects.filter(customer=True, retired_on__isnull=True).order_by("name")
    sells = Location.objects.filter(retired_on__isnull=True, channel="direct").order_by("-default", "name")
    return {
        "customers": list(customers.values_list("pk", "name")),
        "locations": list(sells.values_list("pk", "name")),
        "paying": [(way, _(word)) for way, word in PAYING],
    }


def _invoice(done: Written) -> Invoice:
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def _papers(done: Written) -> Sequence[tuple[str, str]]:
    invoice = _invoice(done)
    total = f"{amount(invoice.total_minor, invoice.currency)} {invoice.currency}"
    return [
        (
            _("Print invoice over %(total)s") % {"total": total},
            reverse("documents:pdf", args=["invoice", invoice.pk]),
        ),
        (_("Order"), reverse("sales:order", args=[done.one("demand.Sheet")])),
    ]


def _change(given: Mapping[str, Any], total_minor: int, currency: str) -> str | None:
    """What a customer gets back who gave more in cash."""
    handed = str(given.get("handed", "")).strip()
    if not handed or given.get("paid_by") != "cash":
        return None
    back = minor(handed, currency, field="handed") - total_minor
    return f"{amount(back, currency)} {currency}" if back >= 0 else None


def _basket(actor: Any, given: Any) -> dict[str, Any]:
    """The lines as they would be sold now, and the total; or why they would not."""
    try:
        sale, taken = _sale(given)
        if not taken:
            return {}
        # Foreseen on account where somebody may not take money: that is said when it is taken.
        foreseen = sale if actor.may("billing.pay") else replace(sale, paid_by=None)
        return dry(lambda: _told(sell(actor=actor, sales=[foreseen]), taken, given))
    except NotAllowed:
        raise
    except Refusal as refusal:
        # What was typed stands there again once the way is free.
        return {
            "refusal": refusal,
            "kept": [(k, v) for k, v in given.items() if k.startswith("price-") and v],
        }


def _told(done: Written, taken: Sequence[Taken], given: Mapping[str, Any]) -> dict[str, Any]:
    sheet, invoice = done.one("demand.Sheet"), _invoice(done)
    lines = Line.objects.filter(sheet=sheet, parent__isnull=True).select_related("product")
    billed = invoice.lines.annotate(said=Coalesce("gross_minor", "net_minor"))
    said = dict(billed.values_list("line", "said"))
    rows = [
        {
            "line": line,
            "codes": one.codes,
            "units": written(*told(line.quantity, line.per)) if line.per else "",
            "field": one.price_field,
            "price": written(line.unit_price_micro, 6),
            "typed": given.get(one.price_field, ""),
            "said": said.get(line.pk, 0),
        }
        for line, one in zip(lines.order_by("position", "pk"), taken, strict=True)
    ]
    return {
        "rows": rows,
        "with_tax": any(one["line"].tax_included for one in rows),
        "invoice": invoice,
        "change": _change(given, invoice.total_minor, invoice.currency),
    }


def _sale(given: Any) -> tuple[Sale, list[Taken]]:
    """The sale as it was scanned, and what of each product; raises BadInput for a code that nobody knows."""
    # The scanner puts the newest first.
    taken = _taken(given.getlist("scanned")[::-1])
    organization = typed_id(given, "organization")
    if organization is None:
        raise BadInput("missing", N_("Please fill this in."), field="organization")
    location = typed_id(given, "location")
    place = Location.objects.filter(pk=location or 0).values_list("place_id", flat=True).first()
    paid_by = str(given.get("paid_by", ""))
    lines = []
    for one in taken:
        price = str(given.get(one.price_field, "")).strip()
        typed = micro(price, field="scanned") if price else None
        lines.append(LineWish(one.product.pk, one.quantity, typed, None, unit=one.unit, per=one.per))
    sale = Sale(
        organization,
        tuple(lines),
        tuple(one.codes for one in taken),
        location=place,
        paid_by=None if paid_by in ("", ACCOUNT) else paid_by,
    )
    return sale, taken


def _taken(codes: Sequence[str]) -> list[Taken]:
    """What codes stand for: a SKU, GTIN or barcode as much as it means, a serial number its unit."""
    whole = scanned(codes)
    read = [(1, code) if code in whole else _many(code) for code in codes]
    means = scanned([code for _, code in read])
    sizes = units_of({one.product.pk for one in means.values()})
    units = _units([code for _, code in read if code not in means])
    found: dict[tuple[int, str], Taken] = {}
    for many, code in read:
        if code in means:
            one = means[code]
            name, per = unit_named(one.unit, one.product, sizes, "scanned")
            row = found.setdefault((one.product.pk, name), Taken(one.product, name, per))
            row.quantity += many * one.quantity
        elif (unit := units.get(same(code))) is not None:
            row = found.setdefault((unit.product_id, ""), Taken(unit.product, "", None))
            if unit.code not in row.codes:
                row.codes = (*row.codes, unit.code)
                row.quantity += 1
        else:
            raise BadInput(
                "unknown_code",
                N_("“{text}” is no SKU, GTIN or serial number that we know. Take it back, or type it anew."),
                field="scanned",
                text=code[:60],
            )
    return list(found.values())


def _many(code: str) -> tuple[int, str]:
    """How many of which code were scanned at once."""
    found = MANY.fullmatch(code.strip())
    return (int(found[1]), found[2]) if found else (1, code)


def _units(codes: Sequence[str]) -> dict[str, Lot]:
    """The unit of each serial number that is on record of one product only."""
    rows = Lot.objects.filter(serial=True, code_key__in={same(code) for code in codes}).select_related(
        "product"
    )
    found: dict[str, list[Lot]] = {}
    for lot in rows if codes else ():
        found.setdefault(lot.code_key, []).append(lot)
    return {key: of[0] for key, of in found.items() if len(of) == 1}
