"""Forms for goods found, lost, moved, set aside, scrapped or valued; made for a scanner in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration, typed
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned
from wharfinger.ledger.models import Holding
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.stock.actions import goods as actions
from wharfinger.stock.actions.values import revalue as value_anew
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.queries import places, units
from wharfinger.stock.queries.reasons import names
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

Places = list[tuple[str, str]]


def place_options() -> Places:
    """Locations and their bins in one list, as a person chooses among them."""
    options: Places = []
    bins: dict[int, list[Bin]] = {}
    for one in Bin.objects.filter(retired_on__isnull=True).order_by("place__sequence", "name"):
        bins.setdefault(one.location_id, []).append(one)
    for location in Location.objects.filter(retired_on__isnull=True).order_by("-default", "name"):
        options.append((f"location-{location.pk}", location.name))
        options.extend(
            (f"bin-{one.pk}", f"{location.name} / {one.name}") for one in bins.get(location.pk, ())
        )
    return options


def place_of(text: str, field: str) -> tuple[int, int | None]:
    """The places of the chosen location and bin; raises BadInput when nothing was chosen."""
    kind, _dash, key = text.partition("-")
    if not (key.isascii() and len(key) < 19):
        key = ""
    if kind == "bin" and key.isdecimal():
        found = Bin.objects.filter(pk=int(key)).select_related("location").first()
        if found is not None:
            return found.location.place_id, found.place_id
    if kind == "location" and key.isdecimal():
        return places.place_of(int(key), field=field), None
    raise BadInput("no_such_location", N_("Choose a location."), field=field)


def product_of(text: str, *, field: str = "product") -> Product:
    """The product of a SKU, GTIN or further barcode as typed or scanned; raises BadInput when there is none."""
    text = text.strip()
    found = scanned([text]).get(text)
    if found is None:
        raise BadInput(
            "no_such_product",
            N_("There is no product “{text}”. Scan or type its SKU or GTIN."),
            field=field,
            text=text[:60],
        )
    return found.product


def owner_of(text: str) -> int | None:
    """The organization whose goods they are, by its name or number; nothing where they are ours."""
    text = text.strip()
    if not text:
        return None
    found = (
        Organization.objects.filter(Q(name__iexact=text) | (Q(reference=text) & ~Q(reference="")))
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise BadInput(
            "no_such_organization_named",
            N_("There is no organization “{text}”. Write its name or number, or leave this empty."),
            field="owner",
            text=text[:60],
        )
    return int(found)


def codes_of(post: QueryDict) -> tuple[str, ...]:
    """The serial numbers scanned, one still in the field among them; else the batch."""
    typed = [*post.getlist("serials"), post.get("serials-scan", "")]
    found = tuple(str(code).strip() for code in typed if str(code).strip())
    batch = post.get("batch", "").strip()
    return found or ((batch,) if batch else ())


def units_of(post: QueryDict, product: Product, codes: tuple[str, ...]) -> int:
    """The quantity typed, as many as serial numbers were scanned, else what the code means that was scanned."""
    if not post.get("quantity", "").strip():
        if codes and product.traced == "serial":
            return len(codes)
        means = scanned([post.get("product", "")]).get(post.get("product", ""))
        if means is not None and means.unit:
            return means.quantity
    return Packs([product.pk]).typed(post.get("quantity", ""), product, "quantity")


def _actor(request: HttpRequest) -> Any:
    return request.user


def day_of(text: str, field: str = "effective_on") -> date | None:
    """The day that was typed, if any; raises BadInput for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field=field,
            text=text[:20],
        ) from None


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons that a form offers."""

    names: list[str]
    only: bool
    """Whether no other can be given."""

    @property
    def options(self) -> list[tuple[str, str]]:
        """As choices of a field."""
        return [(name, name) for name in self.names]


def reasons_for(*uses: str) -> Reasons:
    """The reasons of the list for any of these acts."""
    return Reasons(names(*uses), configuration.one("listed_reasons_only"))


def one_form(
    request: HttpRequest,
    template: str,
    act: Callable[[QueryDict], Written],
    ok: str | Callable[[QueryDict], str],
    fields: tuple[str, ...],
    start: dict[str, Any],
    *,
    stays: tuple[str, ...] = (),
    **more: Any,
) -> HttpResponse:
    """Show a form, or do what it says; a refusal about none of its fields stands on top.

    stays: the fields that stand there again for the next goods, unless the form was opened from another page.
    """
    asked = came_from(request, "")
    back = asked or reverse("stock:inventory")

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None and refusal.field in (
            "from_location",
            "from_bin",
            "location",
            "bin",
            "to_location",
            "to_bin",
        ):
            name = refusal.field.partition("_")[0]
            refusal.field = name if name in fields else "location"
        apart = refusal if refusal is not None and refusal.field not in fields else None
        return render(
            request,
            template,
            {
                "form": form,
                "apart": apart,
                "spots": place_options(),
                "back": back,
                "asked": asked,
                **more,
            },
        )

    if request.method != "POST":
        return show(Form({**start, **request.GET.dict()}))
    kept = urlencode({name: request.POST[name] for name in stays if request.POST.get(name)})
    return page_act(
        request,
        lambda: act(request.POST),
        ok=lambda done: ok(request.POST) if callable(ok) else ok,
        back=back if asked or not stays else f"{request.path}?{kept}",
        again=show,
    )


def _line_of(number: str, product: Product, location: int) -> int | None:
    """The line of a document that holds goods of a product at a location; raises BadInput when there is none."""
    if not number:
        return None
    here = Holding.objects.filter(
        product=product, place__parent=location, kind__in=("bin", "picked"), claim__gt=0, quantity__gt=0
    )
    by = Q(claim__line__sheet__number__iexact=number)
    if number.isdecimal() and len(number) < 19:
        by |= Q(claim=int(number))
    found = here.filter(by).order_by("claim").values_list("claim", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_line",
            N_("{number} holds nothing of this product there."),
            field="line",
            number=number[:60],
        )
    return int(found)


def _told(post: QueryDict) -> dict[str, str]:
    """What a form was about, for the sentence that says what happened."""
    product, spots = product_of(post.get("product", "")), dict(place_options())
    count = typed.written(units_of(post, product, codes_of(post)), product.quantity_decimals)
    return {
        "goods": f"{count} × {product.sku}",
        "place": spots.get(post.get("location") or post.get("from", ""), ""),
        "to": spots.get(post.get("to", ""), ""),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.adjust")
def adjust(request: HttpRequest) -> HttpResponse:
    """Put goods into the books that were found, or take out what was lost."""

    def act(post: QueryDict) -> Written:
        product = product_of(post.get("product", ""))
        codes = codes_of(post)
        location, bin = place_of(post.get("location", ""), "location")
        count = units_of(post, product, codes)
        cost = post.get("unit_cost", "").strip()
        item = Adjustment(
            product.pk,
            -count if post.get("way") == "lost" else count,
            location,
            bin,
            typed.micro(cost, field="unit_cost") if cost else None,
            codes if product.traced != "batch" else (),
            codes[0] if product.traced == "batch" and codes else "",
            day_of(post.get("expires_on", ""), "expires_on"),
            owner=owner_of(post.get("owner", "")),
        )
        day = day_of(post.get("effective_on", ""))
        return actions.adjust(
            actor=_actor(request),
            items=[item],
            reason=post.get("reason", ""),
            note=post.get("note", ""),
            effective_on=day,
        )

    fields = (
        "product",
        "location",
        "way",
        "quantity",
        "unit_cost",
        "serials",
        "batch",
        "expires_on",
        "reason",
        "note",
        "owner",
        "effective_on",
    )

    def said(post: QueryDict) -> str:
        lost = post.get("way") == "lost"
        words = _("Took %(goods)s out of %(place)s.") if lost else _("Put %(goods)s into %(place)s.")
        return words % _told(post)

    return one_form(
        request,
        "stock/adjust.html",
        act,
        said,
        fields,
        {"way": "found"},
        stays=("way", "location", "reason"),
        reasons=reasons_for("found", "lost"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def transfer(request: HttpRequest) -> HttpResponse:
    """Bring goods to another bin, location, van or person; what a line holds stays its own."""

    def act(post: QueryDict) -> Written:
        product = product_of(post.get("product", ""))
        codes = codes_of(post)
        location, bin = place_of(post.get("from", ""), "from")
        target, target_bin = place_of(post.get("to", ""), "to")
        line = _line_of(post.get("line", "").strip(), product, location)
        owner = owner_of(post.get("owner", ""))
        goods = Goods(product.pk, units_of(post, product, codes), location, bin, codes, line, owner=owner)
        item = Transfer(goods, target, target_bin)
        return actions.transfer(actor=_actor(request), items=[item], reason=post.get("reason", ""))

    fields = ("product", "from", "to", "quantity", "serials", "batch", "line", "owner", "reason")

    def said(post: QueryDict) -> str:
        return _("Transferred %(goods)s from %(place)s to %(to)s.") % _told(post)

    return one_form(request, "stock/transfer.html", act, said, fields, {}, stays=("from", "to", "reason"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.hold")
def hold(request: HttpRequest) -> HttpResponse:
    """Set goods aside, bring them back, or scrap them."""

    def act(post: QueryDict) -> Written:
        product = product_of(post.get("product", ""))
        codes = codes_of(post)
        location, bin = place_of(post.get("location", ""), "location")
        way = post.get("way", "hold")
        kind = "quarantine" if way in ("unhold", "scrap_held") else "bin"
        goods = Goods(product.pk, units_of(post, product, codes), location, bin, codes, kind=kind)
        reason, note = post.get("reason", ""), post.get("note", "")
        if way == "hold":
            return actions.hold(actor=_actor(request), goods=goods, reason=reason, note=note)
        if way == "unhold":
            return actions.unhold(actor=_actor(request), goods=goods, reason=reason)
        return actions.scrap(actor=_actor(request), goods=goods, reason=reason, note=note)

    fields = ("product", "location", "way", "quantity", "serials", "batch", "reason", "note")

    def said(post: QueryDict) -> str:
        words = {
            "hold": _("Set %(goods)s aside at %(place)s."),
            "unhold": _("Brought %(goods)s back at %(place)s."),
        }.get(post.get("way", "hold"), _("Scrapped %(goods)s at %(place)s."))
        return words % _told(post)

    return one_form(
        request,
        "stock/aside.html",
        act,
        said,
        fields,
        {"way": "hold"},
        stays=("way", "location", "reason"),
        reasons=reasons_for("hold", "scrap"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.revalue")
def revalue(request: HttpRequest) -> HttpResponse:
    """Give all that is left of a product another unit cost."""

    def act(post: QueryDict) -> Written:
        product = product_of(post.get("product", ""))
        cost = typed.micro(post.get("unit_cost", ""), field="unit_cost")
        return value_anew(
            actor=_actor(request), product=product.pk, unit_cost_micro=cost, reason=post.get("reason", "")
        )

    return one_form(
        request,
        "stock/revalue.html",
        act,
        _("Valued the stock anew."),
        ("product", "unit_cost", "reason"),
        {},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.correct_serial")
def correct_serial(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a unit in stock its right serial number."""
    found = units.units().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_serial_lot", N_("There is no such unit."))

    def act(post: QueryDict) -> Written:
        return actions.correct_serial(
            actor=_actor(request),
            lot=pk,
            serial=post.get("serial", ""),
            reason=post.get("reason", ""),
            note=post.get("note", ""),
        )

    return one_form(
        request,
        "stock/correct.html",
        act,
        _("Corrected the serial number."),
        ("serial", "reason", "note"),
        {},
        lot=found,
        reasons=reasons_for("correct_serial"),
    )
