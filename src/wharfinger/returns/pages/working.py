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

from wharfinger.base import further
from wharfinger.base.door import module_on, there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.typed import quantity, written
from wharfinger.catalog.models import Product
from wharfinger.demand.pages import offers, typed_id
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.returns.actions import inspecting, receiving, requesting
from wharfinger.returns.models import RmaLine
from wharfinger.returns.pages.giving import previewed, typed_kept
from wharfinger.returns.queries import shown
from wharfinger.returns.queries.along import meant
from wharfinger.returns.queries.figures import Figures
from wharfinger.returns.queries.found import options as grade_options
from wharfinger.returns.queries.returnable import SHOWN, Returnable, bin_options, returnable
from wharfinger.returns.queries.sources import KINDS, meant_by, opened, papers
from wharfinger.returns.rules import OUTCOMES, TYPES
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.request")
def new_rma(request: HttpRequest) -> HttpResponse:
    """Ask to send goods back: choose the customer, then what of their goods."""
    module_on("rma")
    user: Any = request.user
    given = request.POST

    def act(customer: Organization, items: Sequence[Asked], _currency: str) -> Written:
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

    def act(customer: Organization, items: Sequence[Asked], currency: str) -> Written:
        outcome, credit = given.get("outcome", ""), given.get("credit") == "yes"
        return receiving.take_back(
            actor=user,
            organization=customer.pk,
            items=[Returned(asked, (), outcome, None, credit) for asked in items],
            reason=given.get("reason", ""),
            overrule=given.get("overrule", ""),
            kept=typed_kept(given, currency),
            key=given.get("key") or None,
        )

    return _ask(request, act, sentence=_("The goods are back."), rma=False)


Act = Callable[[Organization, Sequence[Asked], str], Written]
"""What is done for a customer with goods; amounts are in the currency of those that are offered."""


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
    held = [
        int(one) for one in request.GET.getlist("held") if one.isascii() and one.isdecimal() and len(one) < 19
    ]
    rows = returnable(customer.pk, find="" if named or held else find, of=of, standing=held or None)
    if serial and all(row.serial != serial for row in rows[:SHOWN]):
        rows = returnable(customer.pk, find=serial)
    more = of is None and not held and len(rows) > SHOWN
    rows = rows[:SHOWN] if more else rows
    theirs = {row.line.currency for row in rows}
    currency = theirs.pop() if len(theirs) == 1 else customer.currency

    def show(form: Form, told: Any = None) -> HttpResponse:
        context = {
            "told": told,
            "currency": currency,
            "customer": customer,
            "rows": rows,
            "form": form,
            "rma": rma,
            "find": find,
            "more": more,
            "left_with": left_with,
            "held": bool(held),
            "shown": SHOWN,
            "types": in_words(TYPES),
            "outcomes": [one for one in in_words(OUTCOMES) if one[0] != "send_back"],
        }
        return render(request, "returns/new.html", context)

    if request.method != "POST":
        # Who comes from a device means that unit, who comes from a box all that left in it, who ticked goods these.
        ticked = {f"unit-{row.key}": "yes" for row in rows if row.serial and (held or row.serial == serial)}
        ticked |= {
            f"quantity-{row.key}": written(row.units, row.line.product.quantity_decimals)
            for row in rows
            if held and not row.serial
        }
        for row in rows if of else ():
            units = (of or {})[row.line.pk, row.serial]
            ticked[f"unit-{row.key}" if row.serial else f"quantity-{row.key}"] = (
                "yes" if row.serial else written(units, row.line.product.quantity_decimals)
            )
        return show(Form({"credit": "yes"} | ticked, refused))

    def chosen() -> Written:
        found = [asked for row in rows if (asked := _asked(request.POST, row)) is not None]
        found += [] if rma else _unlisted(request.POST, customer.pk)
        if not found:
            raise BadInput("no_lines", N_("Choose at least one line."))
        return act(customer, found, currency)

    if request.POST.get("do") == "preview":
        return previewed(request, chosen, show)
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


def in_words(table: dict[str, str]) -> list[tuple[str, str]]:
    """A table of choices as options, in the reader's language."""
    return [(key, _(word)) for key, word in table.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.receive")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what arrived of an RMA, and what came along with it."""
    user: Any = request.user
    row, lines = lines_of(pk)

    def act() -> Any:
        items = []
        for line, _figure in lines:
            serials = tuple(
                code.strip()[:100] for code in request.POST.getlist(f"serial-{line.pk}") if code.strip()
            )
            units = units_of(request.POST, line) or len(serials)
            if units:
                items.append(Arrived(units, line.pk, serials))
        items += _along(request.POST, row.organization_id)
        return receiving.receive(actor=user, rma=pk, items=items, key=request.POST.get("key") or None)

    first = {
        f"quantity-{line.pk}": written(
            max(0, line.quantity - figure.received), line.product.quantity_decimals
        )
        for line, figure in lines
        if line.quantity > figure.received
    }
    return work_page(
        request,
        row,
        lines,
        "returns/receive.html",
        act,
        first,
        _("The goods of %(number)s are received."),
        missing=bool(first),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.inspect")
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of goods that came back, each quantity on its own."""
    user: Any = request.user
    row, lines = lines_of(pk)
    lines = [(line, figure) for line, figure in lines if figure.here + figure.bench + figure.at_vendor]

    def act() -> Any:
        verdicts = [one for line, figure in lines for one in _verdicts(request.POST, line, figure)]
        photos = request.FILES.getlist("photo") if further.may_attach(user) else []
        return inspecting.inspect(
            actor=user,
            rma=pk,
            verdicts=verdicts,
            pictures=further.looked_at(user, photos, "photo"),
            key=request.POST.get("key") or None,
        )

    first = {
        f"quantity-{line.pk}": written(
            figure.here or figure.bench or figure.at_vendor, line.product.quantity_decimals
        )
        for line, figure in lines
        if len(figure.serials) < 2
    }
    more = {
        "outcomes": in_words(OUTCOMES),
        "bins": bin_options(),
        "grades": grade_options(),
        "pictures": further.may_attach(user),
    }
    return work_page(
        request,
        row,
        lines,
        "returns/inspect.html",
        act,
        first,
        _("The goods of %(number)s are inspected."),
        **more,
    )


def _along(given: QueryDict, organization: int) -> list[Arrived]:
    """Goods that came along though nobody asked for them, as they were scanned or typed."""
    code = given.get("along", "").strip()[:100]
    serials = tuple(one.strip()[:100] for one in given.getlist("along-serial") if one.strip())
    text = given.get("along-quantity", "").strip()
    if not code:
        if serials or text:
            raise BadInput("product_wanted", N_("Say of which product the other goods are."), field="along")
        return []
    found = meant(code, organization)
    if found is None:
        raise BadInput(
            "nothing_called_so",
            N_(
                "“{typed}” is no product, and no unit that this customer has. Give the SKU, then the serial number."
            ),
            field="along",
            typed=code,
        )
    product, serial, one_scan = found
    places = Product.objects.values_list("quantity_decimals", flat=True).get(pk=product)
    units = quantity(text, places, field="along-quantity") if text else len(serials) * 10**places or one_scan
    named = serials or ((serial,) if serial else ())
    return [Arrived(units, serials=named, product=product, outside=given.get("along-outside") == "yes")]


def _unlisted(given: QueryDict, organization: int) -> list[Asked]:
    """Goods that come back though no list has them: without a sale, or with numbers that we do not know."""
    found = []
    reason = given.get("reason", "").strip()[:500]
    for one in _along(given, organization):
        each = one.quantity // len(one.serials) if one.serials else one.quantity
        found += [
            Asked(each, product=one.product, serial=code, reason=reason, outside=one.outside)
            for code in one.serials or ("",)
        ]
    return found


ROWS = ("", "-1", "-2")
"""How the fields of a line's several outcomes end; the first alone is filled in."""


def _verdicts(given: QueryDict, line: RmaLine, figure: Figures) -> list[Verdict]:
    """What somebody said becomes of a line's goods: so many of them, and units by their numbers."""
    found = []
    for row in ROWS:
        field = f"{line.pk}{row}"
        text = given.get(f"quantity-{field}", "").strip()
        if text and text != "0":
            units = quantity(text, line.product.quantity_decimals, field=f"quantity-{field}")
            found.append(_verdict(given, line, units, field, ()))
    for n, code in enumerate(figure.serials):
        field = f"{line.pk}-unit-{n}"
        said = given.get(f"outcome-{field}") or given.get(f"grade-{field}")
        if said and given.get(f"serial-{field}") == code:
            one = 10**line.product.quantity_decimals
            found.append(_verdict(given, line, one, field, (code,)))
    return found


def _verdict(given: QueryDict, line: RmaLine, units: int, field: str, serials: tuple[str, ...]) -> Verdict:
    note = given.get(f"note-{field}", "").strip()[:500]
    bin = typed_id(given, f"bin-{field}")
    outcome, grade = given.get(f"outcome-{field}", ""), typed_id(given, f"grade-{field}")
    return Verdict(line.pk, units, outcome, bin, serials, note, grade)


def lines_of(pk: int) -> tuple[Any, list[tuple[RmaLine, Figures]]]:
    """A return, and its lines with their figures."""
    row = there(shown.returns(), pk)
    return row, shown.with_lines([row])[pk]


def units_of(given: QueryDict, line: RmaLine) -> int:
    """How many units of a line somebody typed; none where nobody did."""
    name = f"quantity-{line.pk}"
    text = given.get(name, "").strip()
    return quantity(text, line.product.quantity_decimals, field=name) if text and text != "0" else 0


def work_page(
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
