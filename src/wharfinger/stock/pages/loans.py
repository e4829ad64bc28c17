"""Loans in the browser: the list, one of them, and the form that lends."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import quantity, written
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization, User
from wharfinger.stock.actions import lending as actions
from wharfinger.stock.pages.goods import codes_of, day_of, place_of, place_options, product_of, units_of
from wharfinger.stock.queries import loans as queries
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods


def _rows(ask: Ask) -> Rows:
    found = queries.loans()
    if ask.tab != "all":
        found = queries.with_status(found, [ask.tab])
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    first, last = ask.days("due")
    found = found.filter(due_on__gte=first) if first else found
    found = found.filter(due_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "due": "due_on"})
    goods, day = queries.goods_of(cut.items), queries.today()
    counts = {name: capped(queries.with_status(queries.loans(), [name])) for name in ("open", "overdue")}
    return Rows([_row(one, goods[one.pk], day) for one in cut.items], cut.before, cut.after, counts=counts)


def _row(one: Any, goods: list[queries.Lent], day: Any) -> Row:
    tone, words = queries.WORDS[queries.word(one, day)]
    return Row(
        one.pk,
        {
            "number": (one.number, reverse("stock:loan", args=[one.pk])),
            "borrower": queries.whom(one),
            "goods": ", ".join(f"{some.sku} {some.code}".strip() for some in goods[:3]),
            "word": (tone, _(words)),
            "lent": one.made.effective_on,
            "due": one.due_on,
            "days": days_told(one, day) or None,
        },
        name=one.number,
    )


def days_told(one: Any, day: Any) -> str:
    """How many days are left, or have passed since; nothing once all is back."""
    left = (one.due_on - day).days
    if not one.out:
        return ""
    if left == 0:
        return _("today")
    if left > 0:
        return ngettext("in %(n)s day", "in %(n)s days", left) % {"n": left}
    return ngettext("%(n)s day late", "%(n)s days late", -left) % {"n": -left}


LOANS = Table(
    name="loans",
    title=N_("On loan"),
    permission="stock.read",
    columns=(
        Column("number", N_("Loan"), "link", sortable=True),
        Column("borrower", N_("Borrower")),
        Column("goods", N_("Goods")),
        Column("word", N_("Progress"), "chip"),
        Column("lent", N_("Lent on"), "date"),
        Column("due", N_("Back by"), "date", sortable=True),
        Column("days", N_("Days")),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("customer", N_("Organization")),
        Filter("due", N_("Back by"), "date"),
    ),
    tabs=(
        Tab("open", N_("On loan")),
        Tab("overdue", N_("Overdue")),
        Tab("back", N_("Given back")),
        Tab("all", N_("All")),
    ),
    new=New(N_("Lend"), "stock:lend", "stock.lend"),
    empty=N_("Goods that somebody has for a while stand here until they are back."),
    rows=_rows,
)


def loan_list(request: HttpRequest) -> HttpResponse:
    """What is on loan."""
    return table_page(request, LOANS)


@require_GET
@page("stock.read")
def loan(request: HttpRequest, pk: int) -> HttpResponse:
    """One loan, and what of it is back."""
    row, day = queries.one(pk), queries.today()
    goods = queries.goods_of([row])[pk]
    tone, words = queries.WORDS[queries.word(row, day)]
    there = {
        "row": row,
        "word": (tone, _(words)),
        "whom": queries.whom(row),
        "days": days_told(row, day),
        "goods": [(some, written(some.out, some.decimals)) for some in goods if some.out],
        "lines": [_line(some) for some in goods],
        "spots": [one for one in place_options() if one[0].startswith("bin-")],
        "entries": timeline(f"loan:{pk}"),
        "parts": further.told("loan", request, pk),
    }
    return render(request, "stock/loan.html", there)


def _line(some: queries.Lent) -> dict[str, Any]:
    return {
        "product": (f"{some.sku} {some.name}", reverse("catalog:product", args=[some.product])),
        "serial": (some.code, reverse("stock:unit", args=[some.lot])) if some.code else None,
        "lent": (some.lent, some.decimals),
        "out": (some.out, some.decimals),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.lend")
def lend(request: HttpRequest) -> HttpResponse:
    """Lend goods of one product until a day."""
    user: Any = request.user
    fields = (
        *("product", "location", "quantity", "serials-scan", "batch"),
        *("organization", "person", "due_on", "accepted_by", "note"),
    )
    back = came_from(request, reverse("stock:loans"))

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None and refusal.field == "serials":
            refusal.field = "serials-scan"
        apart = refusal if refusal is not None and refusal.field not in fields else None
        people = User.objects.filter(is_active=True).order_by("name")
        there = {
            "form": form,
            "apart": apart,
            "spots": place_options(),
            "people": [(one.pk, str(one)) for one in people],
            "back": back,
        }
        return render(request, "stock/lend.html", there)

    if request.method != "POST":
        return show(Form(request.GET.dict()))
    data = request.POST
    return page_act(
        request,
        lambda: actions.lend(
            actor=user,
            to=_borrower(data),
            items=[_goods(data)],
            due_on=day_of(data.get("due_on", ""), "due_on") or queries.today(),
            accepted_by=data.get("accepted_by", ""),
            note=data.get("note", ""),
            key=data.get("key") or None,
        ),
        ok=_("The goods are lent."),
        back=lambda done: reverse("stock:loan", args=[done.one("stock.Loan")]),
        again=show,
    )


def _goods(data: QueryDict) -> Goods:
    product, codes = product_of(data.get("product", "")), codes_of(data)
    location, bin = place_of(data.get("location", ""), "location")
    return Goods(product.pk, units_of(data, product, codes), location, bin, codes)


def _borrower(data: QueryDict) -> Borrower:
    name, person = data.get("organization", "").strip(), data.get("person", "")
    found = (
        Organization.objects.filter(name__iexact=name, retired_on__isnull=True).order_by("pk").first()
        if name
        else None
    )
    if name and found is None:
        raise BadInput(
            "no_such_organization_named",
            N_("There is no organization “{text}”. Write its name or number, or leave this empty."),
            field="organization",
            text=name[:60],
        )
    one = int(person) if person.isascii() and person.isdecimal() and len(person) < 19 else None
    return Borrower(found.pk if found else None, None, one)


@require_POST
@page("stock.lend")
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put what is back into its bins."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.give_back(actor=user, loan=pk, items=_returned(request.POST, pk)),
        ok=_("The goods are back."),
        back=reverse("stock:loan", args=[pk]),
    )


def _returned(data: QueryDict, pk: int) -> list[GivenBack]:
    bin = place_of(to, "to")[1] if (to := data.get("to", "")) else None
    found = []
    for some in queries.goods_of([queries.one(pk)])[pk]:
        name = f"quantity-{some.lot}"
        text = data.get(name, "").strip()
        if text and text != "0":
            units = quantity(text, some.decimals, field=name)
            found.append(GivenBack(some.product, units, (some.code,) if some.code else (), bin))
    return found


@require_POST
@page("stock.lend")
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the goods stay longer."""
    user: Any = request.user
    data = request.POST
    return page_act(
        request,
        lambda: actions.extend_loan(
            actor=user,
            loan=pk,
            due_on=day_of(data.get("due_on", ""), "due_on") or queries.one(pk).due_on,
            reason=data.get("reason", ""),
        ),
        ok=_("The loan is extended."),
        back=reverse("stock:loan", args=[pk]),
    )
