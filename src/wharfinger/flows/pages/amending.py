"""Lines of an order or of work get less or more: what becomes of their goods and money is seen before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.access import require
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.queries import scanned, to_choose
from wharfinger.demand.entry import said_in, typed_quantity
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.pages import document_address, line_rows, typed_day
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.queries.reading import ORDER, SHEET
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.standing import standing
from wharfinger.demand.rules.permitted import let_in, permission
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.ledger.pictures import Step, picture
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.write import Written
from wharfinger.sales.rules.orders import PURCHASED

NOUGHT = ("0", "0.0", "0,0")


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def amend_lines(request: HttpRequest, sheet: int) -> HttpResponse:
    """Change how many there are of a document's lines, all at once: a picture first, then exactly that."""
    user: Any = request.user
    let_in(user)
    doc = there(Sheet.objects.filter(void__isnull=True).exclude(kind="quote"), sheet)
    require(user, permission(doc.kind, firm=standing([sheet])[sheet].firm))
    by = ORDER if doc.kind == "order" else SHEET
    found = [one for one in lines_of(sheet, by).select_related("product", "tax_code") if not one.parent_id]
    back = document_address(doc)

    def act(given: Mapping[str, Any]) -> Written:
        return amend(
            actor=user, sheet=sheet, amends=_typed(given, found), purchased=str(given.get("purchased", ""))
        )

    def total() -> int:
        return totals_of([sheet], by)[sheet].total

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        seen: dict[str, Any] = {}
        if refusal is None and any(name.startswith(("quantity-", "sku-", "later-")) for name in request.GET):
            seen = _seen(lambda: act(request.GET), total, found, request.GET)
        asked = refusal or seen.get("why")
        if asked is not None:
            asked.field = _field(asked.field, form.values, found)
        context = {
            "doc": doc,
            "form": Form(form.values, asked),
            "rows": list(zip(found, line_rows(found), strict=True)),
            "counts": {one.pk: said_in(one.quantity, one) for one in found},
            "choices": [(key, _(label)) for key, label in PURCHASED.items()],
            "products": to_choose(),
            "buys": _bought(asked, form.values),
            "before": total(),
            "seen": seen,
            "back": back,
        }
        return render(request, "flows/amend.html", context)

    if request.method != "POST":
        return show(Form(request.GET))
    return page_act(
        request,
        lambda: act(request.POST),
        ok=_("Changed %(number)s.") % {"number": doc.number},
        back=back,
        again=show,
    )


def _bought(asked: Refusal | None, given: Mapping[str, Any]) -> bool:
    """Whether somebody has to say what becomes of goods on purchase orders."""
    return bool(given.get("purchased")) or (asked is not None and asked.field == "purchased")


def _typed(given: Mapping[str, Any], found: Sequence[Line]) -> list[Amend]:
    """The lines of which another quantity, product or day was typed; raises BadInput when there is none."""
    amends = []
    skus = {one.pk: str(given.get(f"sku-{one.pk}", "")).strip() for one in found}
    products = scanned(sku for sku in skus.values() if sku)
    for one in found:
        field = f"quantity-{one.pk}"
        text = str(given.get(field, "")).strip()
        same = not text or text == said_in(one.quantity, one)
        units = None if same else 0 if text in NOUGHT else typed_quantity(text, one.product, one.per, field)
        units = None if units == one.quantity else units
        sku = skus[one.pk]
        if sku and sku not in products:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{one.pk}")
        later = typed_day(given, f"later-{one.pk}")
        if sku or later or units is not None:
            amends.append(Amend(one.pk, units, products[sku].product.pk if sku else None, later))
    if not amends:
        raise BadInput("nothing_changed", N_("Change at least one line."))
    return amends


def _seen(act: Any, total: Any, found: Sequence[Line], given: Mapping[str, Any]) -> dict[str, Any]:
    """The picture of the act, which is then not done, and what the document comes to after it."""

    def look() -> tuple[list[Step], int]:
        return picture(act().id), total()

    try:
        _typed(given, found)
    except Refusal as refused:
        return {} if refused.code == "nothing_changed" else {"why": refused}
    try:
        steps, after = attempt(lambda: dry(look))
    except Refusal as refused:
        if refused.http_code == 403:
            raise
        return {"why": refused}
    return {"steps": steps, "after": after}


def _field(field: str | None, given: Mapping[str, Any], found: Sequence[Line]) -> str | None:
    """Where the field of the n-th line that changes stands on the page."""
    parts = (field or "").split(".")
    if len(parts) != 3 or parts[0] != "lines":
        return field
    name = {"replace_by": "sku", "back_order_on": "later"}.get(parts[2], "quantity")
    return f"{name}-{_typed(given, found)[int(parts[1])].line}"
