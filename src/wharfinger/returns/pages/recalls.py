"""Recalls in the browser: the list, one of them with where its units are and who was told, and its forms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import written
from wharfinger.demand.pages import typed_id
from wharfinger.ledger.telling import timeline
from wharfinger.returns.actions import recalling as actions
from wharfinger.returns.queries import recalls as queries
from wharfinger.returns.rules.recalling import Recalled
from wharfinger.stock.pages.batches import where
from wharfinger.stock.pages.goods import codes_of, day_of, product_of


def _rows(ask: Ask) -> Rows:
    found = queries.recalls()
    if ask.tab != "all":
        found = queries.with_status(found, [ask.tab])
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("product"):
        found = found.filter(product__sku__icontains=text)
    cut = ask.slice(found, {"number": "number", "recalled": "recalled_at"})
    count = queries.named(one.pk for one in cut.items)
    rows = [_row(one, count.get(one.pk, 0)) for one in cut.items]
    open_ones = capped(queries.with_status(queries.recalls(), ["open"]))
    return Rows(rows, cut.before, cut.after, counts={"open": open_ones})


def _row(one: Any, count: int) -> Row:
    tone, words = queries.WORDS[queries.word(one)]
    return Row(
        one.pk,
        {
            "number": (one.number, reverse("returns:recall", args=[one.pk])),
            "product": f"{one.product.sku} {one.product.name}",
            "what": _what(one, count),
            "reason": one.reason,
            "word": (tone, _(words)),
            "recalled": one.recalled_at.date(),
        },
        name=one.number,
    )


def _what(one: Any, count: int) -> str:
    if one.batch:
        return _("Batch %(code)s") % {"code": one.batch}
    return _("%(n)s serial numbers or batches") % {"n": count}


RECALLS = Table(
    name="recalls",
    title=N_("Recalls"),
    permission="returns.read",
    columns=(
        Column("number", N_("Recall"), "link", sortable=True),
        Column("product", N_("Product")),
        Column("what", N_("What")),
        Column("reason", N_("Reason")),
        Column("word", N_("Progress"), "chip"),
        Column("recalled", N_("Recalled"), "date", sortable=True),
    ),
    filters=(Filter("number", N_("Number")), Filter("product", N_("Product"))),
    tabs=(Tab("open", N_("Open")), Tab("to_tell", N_("To tell")), Tab("all", N_("All"))),
    new=New(N_("New recall"), "returns:new_recall", "returns.recall"),
    empty=N_("When units have to be called back, a recall says where each is and tells whoever has them."),
    rows=_rows,
)


def recall_list(request: HttpRequest) -> HttpResponse:
    """Every recall."""
    return table_page(request, RECALLS)


@require_GET
@page("returns.read")
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Where every unit is, and how far its owners are."""
    row = queries.one(pk)
    places = row.product.quantity_decimals
    tone, words = queries.WORDS[queries.word(row)]
    group = request.GET.get("where", "")
    found = queries.standing(pk).select_related("lot")
    if group in queries.WHERE:
        found = queries.narrowed(found, [group])
    ask = _ask(request, "recall_units", request.GET.get("cursor", ""))
    cut = ask.slice(found, {})
    counted = queries.counted(pk)
    ours = _ask(request, "recall_owners", request.GET.get("owners", ""), sort="name")
    having = ours.slice(queries.owners(pk), {"name": "name"})
    told = queries.told(pk, having.items)
    context = {
        "row": row,
        "word": (tone, _(words)),
        "what": _what(row, queries.named([pk]).get(pk, 0)),
        "languages": [(name, row.texts[key]) for key, name in settings.LANGUAGES if row.texts.get(key)],
        "where": group,
        "groups": [
            (key, _(words), written(counted[key], places))
            for key, words in queries.WHERE.items()
            if counted[key]
        ],
        "units": [_unit(part, places, row) for part in queries.parts(cut.items)],
        "before": cut.before,
        "after": cut.after,
        "owners": [_owner(one, places) for one in told],
        "owners_before": having.before,
        "owners_after": having.after,
        "notified": [(one.id, one.name) for one in told if one.notice],
        "entries": timeline(f"recall:{pk}"),
        "parts": further.told("recall", request, pk),
    }
    return render(request, "returns/recall.html", context)


def _ask(request: HttpRequest, table: str, cursor: str, *, sort: str = "") -> Ask:
    actor: Any = request.user
    return Ask(table=table, actor=actor, sort=sort, cursor=cursor)


def _unit(part: queries.Part, places: int, row: Any) -> dict[str, Any]:
    address = reverse("stock:unit" if part.serial else "stock:batch", args=[part.lot])
    device = (part.device_number, reverse("devices:device", args=[part.device])) if part.device else None
    return {
        "code": (part.code, address),
        "quantity": (part.quantity, places),
        "group": _(queries.WHERE[part.group]),
        "place": where(part.stand)
        + (f", {part.name}" if part.name and part.name not in where(part.stand) else ""),
        "device": device,
        "aside": (_("Set aside"), _aside(part, row)) if part.free_in else None,
    }


def _aside(part: queries.Part, row: Any) -> str:
    """The form that sets goods aside, filled in for these."""
    asked = QueryDict(mutable=True)
    asked["product"], asked["way"] = row.product.sku, "hold"
    asked["location"] = f"bin-{part.free_in}"
    asked["serials-scan" if part.serial else "batch"] = part.code
    return f"{reverse('stock:aside')}?{asked.urlencode()}"


def _owner(one: queries.Told, places: int) -> dict[str, Any]:
    notice = one.notice
    return {
        "name": (one.name, reverse("parties:organization", args=[one.id])),
        "quantity": (one.quantity, places),
        "returned": (one.returned, places) if notice else None,
        "told": notice.told_at.date() if notice else None,
        "answer": notice.answer if notice else "",
        "address": one.address or _("No mail address"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.recall")
def new_recall(request: HttpRequest) -> HttpResponse:
    """Call units back: a batch, serial numbers, or what came in on some days."""
    user: Any = request.user
    back = came_from(request, reverse("returns:recalls"))
    texts = [f"text_{language}" for language, _name in settings.LANGUAGES]
    fields = ("product", "batch", "serials-scan", "first", "last", "received_from", "received_to", "reason")

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field or "", request.POST)
        apart = (
            form.refusal if form.refusal is not None and form.refusal.field not in (*fields, *texts) else None
        )
        there = {"form": form, "apart": apart, "back": back, "languages": settings.LANGUAGES}
        return render(request, "returns/new_recall.html", there)

    if request.method != "POST":
        return show(Form(request.GET.dict()))
    return page_act(
        request,
        lambda: actions.recall_units(
            actor=user,
            product=product_of(request.POST.get("product", "")).pk,
            what=_recalled(request.POST),
            reason=request.POST.get("reason", ""),
            texts={
                language: text
                for language, _name in settings.LANGUAGES
                if (text := request.POST.get(f"text_{language}", "").strip())
            },
            key=request.POST.get("key") or None,
        ),
        ok=_("The recall is written down. Tell the owners next."),
        back=lambda done: reverse("returns:recall", args=[done.one("returns.Recall")]),
        again=show,
    )


def _recalled(post: QueryDict) -> Recalled:
    batch = post.get("batch", "").strip()
    codes = codes_of(post)
    first, last = post.get("first", "").strip(), post.get("last", "").strip()
    return Recalled(
        batch,
        () if codes == (batch,) else codes,
        ((first, last or first),) if first or last else (),
        day_of(post.get("received_from", ""), "received_from"),
        day_of(post.get("received_to", ""), "received_to"),
    )


def _field(name: str, post: QueryDict) -> str:
    """The field of the form that a refusal means."""
    if name.startswith("texts"):
        return f"text_{name.partition('.')[2] or settings.LANGUAGES[0][0]}"
    if name == "serials":
        return "first" if post.get("first", "").strip() else "serials-scan"
    return name


@require_POST
@page("returns.recall")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what an owner answered."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.answer_recall(
            actor=user,
            recall=pk,
            organization=typed_id(request.POST, "organization") or 0,
            answer=request.POST.get("answer", ""),
        ),
        ok=_("The answer is written down."),
        back=reverse("returns:recall", args=[pk]),
    )
