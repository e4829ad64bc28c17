"""What runs low, in the browser: proposed row by row, changed by hand, got in one press."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import typed
from wharfinger.base.page import Form, Link, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.purchasing.actions.replenishing import replenish
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.queries.replenishing import Choice, Proposal, proposals
from wharfinger.purchasing.rules.levels import Item
from wharfinger.stock.models import TransferOrder

MOST = 200
"""So many rows are on the page at once; what is ordered makes room for the next."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.read")
def low(request: HttpRequest) -> HttpResponse:
    """What runs low, and getting it."""
    actor: Any = request.user
    every = proposals()
    rows = every[:MOST]
    chosen = [one for one in rows if _said(request.POST, one)]

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None:
            refusal.field = _field(refusal.field or "", chosen)
        return render(
            request,
            "purchasing/low.html",
            {
                "rows": [(one, _key(one), [_option(c, one) for c in _open(one, actor)]) for one in rows],
                "more": len(every) - len(rows),
                "form": form,
                "apart": refusal if refusal is not None and "-" not in (refusal.field or "") else None,
            },
        )

    if request.method != "POST":
        return show(Form(_proposed(rows, actor)))
    return page_act(
        request,
        lambda: replenish(actor=actor, items=[_item(request.POST, one) for one in chosen]),
        ok=_("Orders are drafted for what runs low."),
        back=reverse("purchasing:low"),
        again=show,
        more=_made,
    )


def _key(one: Proposal) -> str:
    return f"{one.product.pk}-{one.location.pk}"


def _open(one: Proposal, actor: Any) -> list[Choice]:
    """Whence somebody may get it: vendors for who may order, locations for who may transfer."""
    may = {True: actor.may("purchasing.order"), False: actor.may("stock.transfer")}
    return [choice for choice in one.choices if may[choice.vendor is not None]]


def _option(choice: Choice, one: Proposal) -> tuple[str, str]:
    if choice.vendor is not None:
        return f"vendor-{choice.vendor}", choice.name
    spare = typed.written(choice.spare or 0, one.product.quantity_decimals)
    words = _("Transfer from %(place)s (%(units)s to spare)") % {"place": choice.name, "units": spare}
    return f"location-{choice.source}", words


def _proposed(rows: list[Proposal], actor: Any) -> dict[str, Any]:
    """How many of each and whence; nothing where somebody may not get it from where it should come."""
    values = {}
    for one in rows:
        need = one.need
        whence = f"location-{need.source}" if need.source else f"vendor-{need.vendor}"
        theirs = whence in {_option(choice, one)[0] for choice in _open(one, actor)}
        values[f"quantity-{_key(one)}"] = (
            typed.written(need.proposed, one.product.quantity_decimals) if need.proposed and theirs else ""
        )
        values[f"from-{_key(one)}"] = whence
    return values


def _said(post: QueryDict, one: Proposal) -> bool:
    return post.get(f"quantity-{_key(one)}", "").strip() not in ("", "0")


def _item(post: QueryDict, one: Proposal) -> Item:
    key = _key(one)
    kind, _dash, text = post.get(f"from-{key}", "").partition("-")
    if not (text.isascii() and text.isdecimal() and len(text) < 19) or kind not in ("vendor", "location"):
        raise BadInput("no_source", N_("Choose whence it comes."), field=f"from-{key}")
    units = typed.quantity(
        post.get(f"quantity-{key}", ""), one.product.quantity_decimals, field=f"quantity-{key}"
    )
    vendor, source = (int(text), None) if kind == "vendor" else (None, int(text))
    return Item(one.product.pk, one.location.pk, units, vendor, source)


def _field(field: str, chosen: list[Proposal]) -> str:
    """Where the field of the n-th item stands on the page."""
    parts = field.split(".")
    if parts[0] == "lines" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(chosen):
        name = "from" if parts[-1] in ("source", "vendor") else "quantity"
        return f"{name}-{_key(chosen[int(parts[1])])}"
    return field


def _made(done: Any) -> list[Link]:
    orders = PurchaseOrder.objects.filter(pk__in=done.made.get("purchasing.PurchaseOrder", ()))
    transfers = TransferOrder.objects.filter(pk__in=done.made.get("stock.TransferOrder", ()))
    return [
        *((one.number, reverse("purchasing:order", args=[one.pk])) for one in orders.order_by("pk")),
        *((one.number, reverse("stock:transfer_order", args=[one.pk])) for one in transfers.order_by("pk")),
    ]
