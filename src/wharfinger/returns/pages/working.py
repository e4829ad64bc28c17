"""The forms of returns: ask, take back, receive, inspect, settle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.door import module_on, there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.typed import minor, percent, quantity, written
from wharfinger.billing.models import CreditFee, CreditNote, Payment
from wharfinger.billing.queries.fees import fee_product
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.demand.pages import offers, typed_id
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.returns.actions import inspecting, receiving, requesting
from wharfinger.returns.models import RmaLine
from wharfinger.returns.queries import shown
from wharfinger.returns.queries.figures import Figures
from wharfinger.returns.queries.returnable import SHOWN, Returnable, bin_options, returnable
from wharfinger.returns.queries.sources import KINDS, meant_by, opened, papers
from wharfinger.returns.rules import ANSWERS, OUTCOMES, TYPES
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.request")
def new_rma(request: HttpRequest) -> HttpResponse:
    """Ask to send goods back: choose the customer, then what of their goods."""
    module_on("rma")
    user: Any = request.user
    given = request.POST

    def act(customer: Organization, items: Sequence[Asked]) -> Written:
        due = given.get("due_on", "").strip()
        return requesting.request(
            actor=user,
            organization=customer.pk,
            items=items,
            due_on=day(due, "due_on") if due else None,
            overrule=given.get("overrule", ""),
            key=given.get("key") or None,
        )

    return _ask(request, act, sentence=_("The RMA is requested."), rma=True)


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.receive")
def new_return(request: HttpRequest) -> HttpResponse:
    """Take goods back without RMA: choose the customer, what came, and what becomes of it."""
    user: Any = request.user
    given = request.POST

    def act(customer: Organization, items: Sequence[Asked]) -> Written:
        outcome, credit = given.get("outcome", ""), given.get("credit") == "yes"
        return receiving.take_back(
            actor=user,
            organization=customer.pk,
            items=[Returned(asked, (), outcome, None, credit) for asked in items],
            reason=given.get("reason", ""),
            overrule=given.get("overrule", ""),
            kept=_kept(given, customer.currency),
            key=given.get("key") or None,
        )

    return _ask(request, act, sentence=_("The goods are back."), rma=False)


Act = Callable[[Organization, Sequence[Asked]], Written]


def _ask(request: HttpRequest, act: Act, *, sentence: str, rma: bool) -> HttpResponse:
    find = request.GET.get("find", "").strip()[:100]
    named = next(((kind, pk) for kind in KINDS if (pk := _id(request, kind)) is not None), None)
    mine = _id(request, "organization")
    meant = meant_by(find, mine) if find and named is None else None
    if meant is not None and (meant.of != "find" or mine is None):
        told = {"organization": meant.organization, meant.of: meant.value}
        return HttpResponseRedirect(f"{request.path}?{urlencode(told)}")
    if mine is None:
        context = {
            "customers": offers()["customers"],
            "rma": rma,
            "form": Form({"find": find}, _nothing_called(find)),
        }
        return render(request, "returns/customer.html", context)
    customer = there(Organization.objects.all(), mine)
    of, left_with, refused = _left_with(customer.pk, named)
    serial = request.GET.get("serial", "").strip()[:100]
    rows = returnable(customer.pk, find="" if named else find, of=of)
    if serial and all(row.serial != serial for row in rows[:SHOWN]):
        rows = returnable(customer.pk, find=serial)
    more = of is None and len(rows) > SHOWN
    rows = rows[:SHOWN] if more else rows

    def show(form: Form, told: Any = None) -> HttpResponse:
        context = {
            "told": told,
            "currency": customer.currency,
            "customer": customer,
            "rows": rows,
            "form": form,
            "rma": rma,
            "find": find,
            "more": more,
            "left_with": left_with,
            "shown": SHOWN,
            "types": _words(TYPES),
            "outcomes": [one for one in _words(OUTCOMES) if one[0] != "send_back"],
        }
        return render(request, "returns/new.html", context)

    if request.method != "POST":
        # Who comes from a device means that unit, who comes from a box all that left in it.
        ticked = {f"unit-{row.key}": "yes" for row in rows if row.serial and row.serial == serial}
        for row in rows if of else ():
            units = (of or {})[row.line.pk, row.serial]
            ticked[f"unit-{row.key}" if row.serial else f"quantity-{row.key}"] = (
                "yes" if row.serial else written(units, row.line.product.quantity_decimals)
            )
        return show(Form({"credit": "yes"} | ticked, refused))

    def chosen() -> Written:
        found = [asked for row in rows if (asked := _asked(request.POST, row)) is not None]
        if not found:
            raise BadInput("no_lines", N_("Choose at least one line."))
        return act(customer, found)

    if request.POST.get("do") == "preview":
        return _previewed(request, chosen, show)
    return page_act(
        request,
        chosen,
        ok=sentence,
        back=lambda done: reverse("returns:rma", args=[done.one("returns.Rma")]),
        again=show,
    )


def _id(request: HttpRequest, name: str) -> int | None:
    """The id that an address names, if it is one."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _left_with(
    customer: int, named: tuple[str, int] | None
) -> tuple[dict[tuple[int, str], int] | None, str, Refusal | None]:
    """What left with a container, a shipment or an invoice and is still with the customer, and how it is called."""
    if named is None:
        return None, "", None
    source: dict[str, Any] = dict([named])
    paper = papers([named]).get(named)
    try:
        ((*units,),) = opened([(customer, replace(Asked(), **source))])
    except Refusal as refusal:
        if refusal.http_code == NotThere.http_code:
            raise
        return {}, paper.number if paper else "", refusal
    return {(one.line or 0, one.serial): one.quantity for one in units}, paper.number if paper else "", None


def _nothing_called(find: str) -> Refusal | None:
    if not find:
        return None
    return BadInput(
        "nothing_called_so",
        N_("Nothing that a customer has is called “{typed}”. Check the number, or choose the customer."),
        field="find",
        typed=find,
    )


def _asked(given: QueryDict, row: Returnable) -> Asked | None:
    key = row.key
    if row.serial:
        units = 1 if given.get(f"unit-{key}") == "yes" else 0
    else:
        text = given.get(f"quantity-{key}", "").strip()
        places = row.line.product.quantity_decimals
        units = quantity(text, places, field=f"quantity-{key}") if text and text != "0" else 0
    if not units:
        return None
    return Asked(
        units,
        row.line.pk,
        row.device.pk if row.device else None,
        None,
        None,
        row.serial,
        given.get("type", "return"),
        given.get(f"reason-{key}", "").strip()[:500] or given.get("reason", "").strip()[:500],
    )


def _words(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(key, _(word)) for key, word in table.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.receive")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what arrived of an RMA."""
    user: Any = request.user
    row, lines = _of(pk)

    def act() -> Any:
        items = []
        for line, _figure in lines:
            serials = tuple(
                code.strip()[:100] for code in request.POST.getlist(f"serial-{line.pk}") if code.strip()
            )
            units = _units(request.POST, line) or len(serials)
            if units:
                items.append(Arrived(units, line.pk, serials))
        return receiving.receive(actor=user, rma=pk, items=items, key=request.POST.get("key") or None)

    first = {
        f"quantity-{line.pk}": written(
            max(0, line.quantity - figure.received), line.product.quantity_decimals
        )
        for line, figure in lines
        if line.quantity > figure.received
    }
    return _work(
        request, row, lines, "returns/receive.html", act, first, _("The goods of %(number)s are received.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.inspect")
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of goods that came back, each quantity on its own."""
    user: Any = request.user
    row, lines = _of(pk)
    lines = [(line, figure) for line, figure in lines if figure.here + figure.bench + figure.at_vendor]

    def act() -> Any:
        verdicts = []
        for line, _figure in lines:
            units = _units(request.POST, line)
            if units:
                verdicts.append(
                    Verdict(
                        line.pk,
                        units,
                        request.POST.get(f"outcome-{line.pk}", ""),
                        typed_id(request.POST, f"bin-{line.pk}"),
                        (),
                        request.POST.get(f"note-{line.pk}", "").strip()[:500],
                    )
                )
        return inspecting.inspect(actor=user, rma=pk, verdicts=verdicts, key=request.POST.get("key") or None)

    first = {
        f"quantity-{line.pk}": written(
            figure.here or figure.bench or figure.at_vendor, line.product.quantity_decimals
        )
        for line, figure in lines
    }
    more = {"outcomes": _words(OUTCOMES), "bins": bin_options()}
    return _work(
        request,
        row,
        lines,
        "returns/inspect.html",
        act,
        first,
        _("The goods of %(number)s are inspected."),
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.settle")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the customer gets for goods that came back."""
    user: Any = request.user
    row, lines = _of(pk)
    left = {line.pk: max(line.quantity, figure.received) - line.settled_quantity for line, figure in lines}
    lines = [(line, figure) for line, figure in lines if left[line.pk]]

    def act() -> Any:
        answers = [
            Answer(line.pk, units, request.POST.get(f"answer-{line.pk}", ""))
            for line, _figure in lines
            if (units := _units(request.POST, line))
        ]
        return inspecting.settle(
            actor=user,
            rma=pk,
            answers=answers,
            overrule=request.POST.get("overrule", ""),
            kept=_kept(request.POST, currency),
            key=request.POST.get("key") or None,
        )

    sold = [line.line.currency for line, _figure in lines if line.line]
    currency = sold[0] if sold else row.organization.currency
    first = {
        f"quantity-{line.pk}": written(left[line.pk], line.product.quantity_decimals)
        for line, _figure in lines
    }
    more: dict[str, Any] = {"answers": _words(ANSWERS), "currency": currency, "told": None}
    if request.POST.get("do") == "preview":

        def show(form: Form, told: Any = None) -> HttpResponse:
            context = {"doc": row, "lines": lines, "form": form, **more, "told": told}
            return render(request, "returns/settle.html", context)

        return _previewed(request, act, show)
    sentence = _("%(number)s is settled.")
    return _work(request, row, lines, "returns/settle.html", act, first, sentence, **more)


def _kept(given: QueryDict, currency: str) -> list[Kept]:
    """What is typed to be kept of the credit: a fee, and the freight."""
    share, fee, freight = (given.get(name, "").strip() for name in ("fee_percent", "fee", "freight"))
    kept = []
    if share or fee:
        kept.append(
            Kept(
                "fee",
                fee_product("restocking", "fee"),
                percent(share, field="fee_percent") if share else None,
                minor(fee, currency, field="fee") if fee else None,
            )
        )
    if freight:
        product = fee_product("return_freight", "freight")
        kept.append(Kept("freight", product, None, minor(freight, currency, field="freight")))
    return kept


def _previewed(
    request: HttpRequest, act: Callable[[], Any], show: Callable[..., HttpResponse]
) -> HttpResponse:
    """The form with what the customer would get, or with why it is refused; nothing is written."""
    try:
        return show(Form(request.POST), attempt(lambda: dry(lambda: _gives(act()))))
    except Refusal as refused:
        response = show(Form(request.POST, refused))
        response.status_code = refused.http_code
        return response


def _gives(done: Any) -> list[tuple[str, int, str]]:
    """What the customer would get: words, amount and currency of each part."""
    made = done.made
    notes = CreditNote.objects.filter(pk__in=made.get("billing.CreditNote", ()))
    fees = CreditFee.objects.filter(pk__in=made.get("billing.CreditFee", ())).select_related("product")
    refunds = Payment.objects.filter(pk__in=made.get("billing.Payment", ()))
    kept = [
        (one, -(one.net_minor + one.tax_minor)) for one in fees.select_related("credit_note").order_by("pk")
    ]
    back = {one.pk: 0 for one in notes}
    for one, minor_kept in kept:
        back[one.credit_note_id] -= minor_kept
    return [
        *((_("Credit for the goods"), one.total_minor + back[one.pk], one.currency) for one in notes),
        *((one.product.name, minor_kept, one.credit_note.currency) for one, minor_kept in kept),
        *((_("Credit note"), one.total_minor, one.currency) for one in notes),
        *((_("Goes back as money"), one.amount_minor, one.currency) for one in refunds),
    ]


def _of(pk: int) -> tuple[Any, list[tuple[RmaLine, Figures]]]:
    row = there(shown.returns(), pk)
    return row, shown.with_lines([row])[pk]


def _units(given: QueryDict, line: RmaLine) -> int:
    name = f"quantity-{line.pk}"
    text = given.get(name, "").strip()
    return quantity(text, line.product.quantity_decimals, field=name) if text and text != "0" else 0


def _work(
    request: HttpRequest,
    row: Any,
    lines: Sequence[tuple[RmaLine, Figures]],
    template: str,
    act: Any,
    first: dict[str, Any],
    sentence: str,
    **more: Any,
) -> HttpResponse:
    """One of the forms of a return: a card for each line, then one button."""

    def show(form: Form) -> HttpResponse:
        return render(request, template, {"doc": row, "lines": lines, "form": form, **more})

    back = reverse("returns:rma", args=[row.pk])
    if not lines:
        return HttpResponseRedirect(back)
    if request.method != "POST":
        return show(Form(first))
    return page_act(request, act, ok=sentence % {"number": row.number}, back=back, again=show)
