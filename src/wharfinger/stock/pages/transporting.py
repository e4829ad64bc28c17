"""One transfer order in the browser: send it, receive it with differences, bring goods back, write them off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import typed
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.ledger.telling import timeline
from wharfinger.stock.actions import transfers as actions
from wharfinger.stock.models import Bin
from wharfinger.stock.pages.goods import reasons_for
from wharfinger.stock.pages.transfers import there, word_of
from wharfinger.stock.queries import transfers as queries
from wharfinger.stock.rules.adjusting import traced_in_stock
from wharfinger.stock.rules.transferring import Arrived

FIGURES = (
    ("sent", N_("Sent")),
    ("in_transit", N_("In transit")),
    ("received", N_("Received")),
    ("damaged", N_("Kept aside")),
    ("lost", N_("Lost")),
    ("returned", N_("Brought back")),
)


@require_safe
@page("stock.read")
def transfer_order(request: HttpRequest, pk: int) -> HttpResponse:
    """A transfer order: what is to be sent, what is on its way, what came of it."""
    order: Any = there(pk)
    lines = queries.lines([order])[pk]
    done = queries.progress([pk])[pk]
    products = {line.product_id: line.product for line in lines}
    products |= Product.objects.in_bulk({one.product for one in done} - products.keys())
    under = queries.on_the_way([pk])[pk]
    return render(
        request,
        "stock/transfer_order.html",
        {
            "order": order,
            "word": word_of(order),
            "state": queries.word(order),
            "lines": lines,
            "figures": [(name, _(word)) for name, word in FIGURES],
            "goods": [_goods(one, products[one.product]) for one in done],
            "under": [(one, products[one.product]) for one in under],
            "form": Form(),
            "reasons": reasons_for("lost"),
            "entries": timeline(f"transfer:{pk}", most=8),
        },
    )


def _goods(one: queries.Progress, product: Product) -> dict[str, Any]:
    d = product.quantity_decimals
    cells = {name: (getattr(one, name), d) for name, _word in FIGURES}
    return {"product": (product.sku, reverse("stock:product", args=[product.pk])), **cells}


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what came of a transfer order; serial numbers are scanned product by product."""
    order = there(pk)
    back = reverse("stock:transfer_order", args=[pk])
    expected = _expected(pk)
    chosen = [one for one in expected if _said(request.POST, one["product"])]

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None:
            refusal.field = _field(refusal.field or "", chosen)
        bins = Bin.objects.filter(location=order.target_id, retired_on__isnull=True)
        return render(
            request,
            "stock/transfer_receive.html",
            {
                "order": order,
                "lines": expected,
                "form": form,
                "back": back,
                "bins": list(bins.order_by("place__sequence", "name").values_list("place_id", "name")),
                "apart": refusal if refusal is not None and "-" not in (refusal.field or "") else None,
            },
        )

    if request.method != "POST":
        return show(
            Form(
                {
                    f"quantity-{one['product'].pk}": typed.written(one["left"], one["decimals"])
                    for one in expected
                    if not one["numbered"]
                }
            )
        )
    actor: Any = request.user
    packs = Packs(one["product"].pk for one in chosen)
    return page_act(
        request,
        lambda: actions.receive_transfer(
            actor=actor,
            order=pk,
            arrived=[_arrived(request.POST, one["product"], packs) for one in chosen],
            accept_over=request.POST.get("accept_over") == "yes",
            reason=request.POST.get("reason", ""),
        ),
        ok=_("Received the transfer."),
        back=back,
        again=show,
    )


def _expected(pk: int) -> list[dict[str, Any]]:
    """What is on its way, product by product, and by which codes it is scanned."""
    under = queries.on_the_way([pk])[pk]
    products = Product.objects.in_bulk({one.product for one in under})
    found = []
    for product in sorted(products.values(), key=lambda one: one.sku):
        ours = [one for one in under if one.product == product.pk]
        codes = list(dict.fromkeys(one.code for one in ours if one.code))
        numbered = traced_in_stock(product) == "serial"
        # Where only one batch is on its way, its label says as much as the product's.
        batch = codes if len(codes) == 1 and not numbered else []
        found.append(
            {
                "product": product,
                "decimals": product.quantity_decimals,
                "left": sum(one.quantity for one in ours),
                "codes": codes,
                "numbered": numbered,
                "read": [*filter(None, (product.sku, product.gtin)), *batch],
                "for": sorted({one.document for one in ours if one.document}),
            }
        )
    return found


def _said(post: QueryDict, product: Product) -> bool:
    return bool(post.getlist(f"serial-{product.pk}")) or post.get(
        f"quantity-{product.pk}", ""
    ).strip() not in ("", "0")


def _arrived(post: QueryDict, product: Product, packs: Packs) -> Arrived:
    pk = product.pk
    codes = tuple(code.strip() for code in post.getlist(f"serial-{pk}") if code.strip())
    batch = post.get(f"batch-{pk}", "").strip()
    figure, damaged = post.get(f"quantity-{pk}", "").strip(), post.get(f"damaged-{pk}", "").strip()
    bin = post.get(f"bin-{pk}", "")
    return Arrived(
        pk,
        packs.typed(figure, product, f"quantity-{pk}") if figure else len(codes),
        packs.typed(damaged, product, f"damaged-{pk}", read=typed.scaled) if damaged else 0,
        codes or ((batch,) if batch else ()),
        int(bin) if bin.isascii() and bin.isdecimal() and len(bin) < 19 else None,
    )


def _field(field: str, chosen: list[dict[str, Any]]) -> str:
    """Where the field of the n-th product stands on the form."""
    parts = field.split(".")
    if len(parts) == 3 and parts[0] == "lines" and parts[1].isdecimal() and int(parts[1]) < len(chosen):
        pk = chosen[int(parts[1])]["product"].pk
        return f"serial-{pk}-scan" if parts[2] == "serials" else f"{parts[2]}-{pk}"
    return field


def _verb(run: Callable[[Any, int, QueryDict], Any], said: Any) -> Callable[..., HttpResponse]:
    """The page behind a verb of one transfer order that needs no form of its own."""

    @require_POST
    @page("stock.transfer")
    def acted(request: HttpRequest, pk: int) -> HttpResponse:
        actor: Any = request.user
        back = reverse("stock:transfer_order", args=[pk])
        return page_act(request, lambda: run(actor, pk, request.POST), ok=str(said), back=back)

    return acted


send = _verb(
    lambda actor, pk, post: actions.send_transfer(actor=actor, order=pk),
    gettext_lazy("The goods are on their way."),
)
bring_back = _verb(
    lambda actor, pk, post: actions.return_transfer(actor=actor, order=pk, reason=post.get("reason", "")),
    gettext_lazy("The goods are back at their sender."),
)
lose = _verb(
    lambda actor, pk, post: actions.lose_transfer(
        actor=actor, order=pk, reason=post.get("reason", ""), note=post.get("note", "")
    ),
    gettext_lazy("What was still on its way is out of the books."),
)
cancel = _verb(
    lambda actor, pk, post: actions.cancel_transfer(actor=actor, order=pk, reason=post.get("reason", "")),
    gettext_lazy("The transfer order is cancelled."),
)
