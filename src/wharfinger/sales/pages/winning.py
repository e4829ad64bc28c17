"""The page on which a quote is won, after a picture of what that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import written
from wharfinger.demand.models import Line
from wharfinger.demand.pages import document_address
from wharfinger.demand.queries.shown import lines_of
from wharfinger.ledger.telling import before
from wharfinger.ledger.write import Written
from wharfinger.sales import queries
from wharfinger.sales.actions import winning
from wharfinger.sales.rules.win import Into
from wharfinger.work.queries import open_work
from wharfinger.work.rules import KINDS

ENDS = {
    "bin": (N_("Reserved"), N_("Ready to Deliver/Ship"), ""),
    "transfer": (N_("On its way"), N_("Ready to Deliver/Ship"), ""),
    "on_order": (N_("On order"), N_("Ready once it arrives"), ""),
    "ready": (N_("Wanted"), N_("Ready to Deliver/Ship"), ""),
    "to_order": (N_("Wanted"), N_("Need to Order/Fulfill"), ""),
    "to_approve": (N_("Wanted"), N_("Waiting Approval"), "warn"),
    "demand": (N_("Wanted"), N_("Pending"), ""),
}
"""By where units come from: what is said of that where no place is named, where they go, and how it looks."""

MADE = {
    "ticket": N_("One ticket is made."),
    "project": N_("One project is made."),
    "contract": N_("One contract is made."),
    "job": N_("One job is made."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.win")
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what winning a quote does, and do it."""
    doc = queries.quote(pk)
    lines = list(lines_of(pk, "sheet").select_related("product"))
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(given, lines)

    def show(form: Form) -> HttpResponse:
        picture, refusal = None, form.refusal
        if refusal is None or refusal.code == "quote_expired":
            try:
                picture = winning.picture(actor=request.user, quote=pk, **_homes(chosen))  # type: ignore[arg-type]
            except Refusal as refused:
                refusal = refused
        targets = _places(doc.organization_id)
        context = {
            "doc": doc,
            "form": Form({**chosen, "anyway": given.get("anyway", "")}, refusal),
            "shown": _told(chosen),
            "expired": doc.quote_word == "expired",
            "targets": targets,
            "lines": [line for line in lines if line.parent_id is None and line.taken],
            "split": len(chosen) > 1,
            "picture": picture,
            "work": [_(MADE[kind]) for kind in picture.work] if picture else [],
            "steps": [*_steps(picture, lines), *_ends(lines)] if picture else [],
            "others": queries.other_quotes(doc),
            "won": queries.won_beside(doc),
            "back": reverse("sales:quote", args=[pk]),
        }
        return render(request, "sales/win.html", context)

    # Whoever chose another place since has not seen what that does.
    if request.method != "POST" or request.POST.get("shown", _told(chosen)) != _told(chosen):
        return show(Form())
    return page_act(
        request,
        lambda: winning.win(
            actor=request.user,  # type: ignore[arg-type]
            quote=pk,
            anyway=bool(given.get("anyway")),
            **_homes(chosen),
        ),
        ok=lambda done: _said(done, doc.number, request.user.pk),
        back=lambda done: _to_made(done, pk),
        again=show,
        more=lambda _done: [
            *((one.number, document_address(one)) for one in queries.became(pk)[1:]),
            *(
                (_("%(number)s is still open") % {"number": one.number}, document_address(one))
                for one in queries.other_quotes(doc)
            ),
        ],
    )


def _said(done: Written, number: str, actor: int | None) -> str:
    if not done.replayed:
        return _("%(number)s is won.") % {"number": number}
    said = _("%(number)s was won already.") % {"number": number}
    return f"{said} {before(done.entry, actor).words()}"


def _to_made(done: Written, quote: int) -> str:
    return document_address(queries.became(quote)[0])


def _chosen(given: Mapping[str, Any], lines: list[Line]) -> dict[str, str]:
    """Where the quote goes, and the lines that go elsewhere, as the fields of the form say it."""
    names = [f"into-{line.pk}" for line in lines if line.parent_id is None and line.taken]
    return {"into": given.get("into", "order"), **{n: given[n] for n in names if given.get(n)}}


def _told(chosen: Mapping[str, str]) -> str:
    return " ".join(
        [chosen["into"], *(f"{name}={where}" for name, where in chosen.items() if name != "into")]
    )


def _homes(chosen: Mapping[str, str]) -> dict[str, Any]:
    each = {
        int(name.partition("-")[2]): _into(where, name) for name, where in chosen.items() if name != "into"
    }
    return {"into": _into(chosen["into"], "into"), "each": each}


def _into(text: str, field: str) -> Into | None:
    kind, _sep, pk = text.partition(":")
    if kind == "order":
        return None
    if kind not in KINDS or (pk and not (pk.isascii() and pk.isdecimal() and len(pk) < 19)):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field=field)
    return Into(kind, int(pk) if pk else None)


def _places(organization: int) -> list[tuple[str, str]]:
    fresh = [
        ("ticket", _("A new ticket")),
        ("project", _("A new project")),
        ("contract", _("A new contract")),
        ("job", _("A new job")),
    ]
    known = [(f"{row.kind}:{row.pk}", f"{row.number} {row.title}".strip()) for row in open_work(organization)]
    return [("order", _("The sales order alone")), *fresh, *known]


def _steps(picture: winning.Picture, lines: list[Line]) -> list[tuple[Any, ...]]:
    """What becomes of each line and where it comes from, as the rows of a dry run."""
    known = {line.pk: line for line in lines}
    steps = []
    for won in picture.lines:
        line = known[won.line]
        kit = known.get(line.parent_id or 0)
        note = line.product.name if kit is None else f"{line.product.name} · {kit.product.sku}"
        for source in won.sources:
            word, target, tone = ENDS[source.kind]
            where = source.where or _(word)
            units = written(source.units, line.product.quantity_decimals)
            steps.append((units, line.product.sku, where, source.on, _(target), tone, note))
    return steps


def _ends(lines: list[Line]) -> list[tuple[Any, ...]]:
    """The options that nobody has taken, as rows of the dry run: they end."""
    return [
        (
            written(line.quantity, line.product.quantity_decimals),
            line.product.sku,
            _("Not taken"),
            None,
            _("Is left out"),
            "warn",
            line.product.name,
        )
        for line in lines
        if line.parent_id is None and not line.taken
    ]
