"""Pages of opportunities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import further
from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.words import tidy
from wharfinger.demand.pages import chosen_customer, offers, typed_day, typed_id
from wharfinger.ledger.pictures import Step, picture
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.sales import queries
from wharfinger.sales.actions import quotes as actions
from wharfinger.sales.models import Opportunity
from wharfinger.sales.pages.quotes import OWNER, QUOTE_TONES, QUOTE_WORDS, owned_by, owners
from wharfinger.sales.queries import deals
from wharfinger.sales.rules.quotes import OpportunityWish

STEPS = {
    "new": N_("new"),
    "qualified": N_("qualified"),
    "proposal": N_("proposal"),
    "negotiation": N_("negotiation"),
}
"""The steps with which a company begins, which read in everybody's language; it names others itself."""


def step_words(step: str) -> str:
    """What a step of the pipeline is called."""
    return _(STEPS[step]) if step in STEPS else step


def deal_word(row: Opportunity) -> tuple[str, str]:
    """Whether a deal is open, won or lost, as a chip."""
    if row.won_at is not None:
        return "green", _("Won")
    return ("red", _("Lost")) if row.lost_at is not None else ("blue", _("Open"))


def _rows(ask: Ask) -> Rows:
    found = queries.opportunities()
    if ask.tab == "open":
        found = found.filter(won_at__isnull=True, lost_at__isnull=True)
    if ask.tab == "won":
        found = found.filter(won_at__isnull=False)
    if ask.tab == "lost":
        found = found.filter(lost_at__isnull=False)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    found = owned_by(found, ask)
    if steps := ask.many("step"):
        found = found.filter(pipeline_step__in=steps)
    first, last = ask.days("close")
    found = found.filter(expected_close_on__gte=first) if first else found
    found = found.filter(expected_close_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "close": "expected_close_on", "title": "title"})
    worth = deals.worth_of([deal.pk for deal in cut.items])
    return Rows([_row(deal, worth.get(deal.pk)) for deal in cut.items], cut.before, cut.after)


def _row(deal: Opportunity, worth: deals.Worth | None) -> Row:
    return Row(
        id=deal.pk,
        name=deal.number,
        cells={
            "number": (deal.number, reverse("sales:opportunity", args=[deal.pk])),
            "title": deal.title,
            "customer": deal.organization.name,
            "word": deal_word(deal),
            "step": step_words(deal.pipeline_step),
            "probability": deal.probability_percent,
            "net": (worth.net, worth.currency) if worth else None,
            "weighted": (worth.weighted, worth.currency) if worth else None,
            "close": deal.expected_close_on,
            "owner": str(deal.owner) if deal.owner else None,
            "why": deal.lost_reason or None,
        },
    )


OPPORTUNITIES = Table(
    name="opportunities",
    title=N_("Opportunities"),
    permission="sales.read",
    columns=(
        Column("number", N_("Opportunity"), "link", sortable=True),
        Column("title", N_("Title"), sortable=True),
        Column("customer", N_("Customer")),
        Column("word", N_("Progress"), "chip"),
        Column("step", N_("Pipeline step")),
        Column("probability", N_("Probability"), "number", optional=True),
        Column("net", N_("Value"), "money"),
        Column("weighted", N_("Weighted"), "money"),
        Column("close", N_("Expected close"), "date", sortable=True),
        Column("owner", N_("Owner"), "person"),
        Column("why", N_("Why lost"), optional=True),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        OWNER,
        Filter("step", N_("Pipeline step"), "many"),
        Filter("close", N_("Expected close"), "date"),
    ),
    tabs=(Tab("open", N_("Open")), Tab("won", N_("Won")), Tab("lost", N_("Lost")), Tab("all", N_("All"))),
    new=New(N_("New opportunity"), "sales:new_opportunity", "sales.opportunity"),
    empty=N_("Deals appear here when one is written down or a quote is made."),
    rows=_rows,
)


_ON_LOST = {"why": False, "word": True, "step": True, "weighted": True}
"""On the tab of lost deals whether a column is only shown to who chooses it: there why comes first."""


def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Every deal, and what the open ones come to."""
    steps = deals.pipeline()
    known = Filter(
        "step", N_("Pipeline step"), "many", lambda _ask: [(step, step_words(step)) for step in steps]
    )
    filters = [known if one.key == "step" else one for one in OPPORTUNITIES.filters]
    lost = request.GET.get("tab") == "lost"
    columns = [
        replace(one, optional=_ON_LOST[one.key]) if lost and one.key in _ON_LOST else one
        for one in OPPORTUNITIES.columns
    ]
    table = replace(OPPORTUNITIES, filters=filters, columns=columns)
    return table_page(request, table, template="sales/opportunities.html", steps=_Steps(steps))


@dataclass(frozen=True, slots=True)
class _Steps:
    """What open deals come to by step, read only where it is shown."""

    steps: Sequence[str]

    @property
    def told(self) -> list[dict[str, Any]]:
        """A row for each step and currency."""
        return [
            {
                "step": step_words(one.step),
                "deals": one.deals,
                "net": (one.net, one.currency),
                "weighted": (one.weighted, one.currency),
            }
            for one in deals.by_step(self.steps)
        ]


@page("sales.read")
def opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """One deal with its quotes."""
    deal = there(queries.opportunities(), pk)
    quotes = list(queries.quotes().filter(quote__opportunity_id=pk).order_by("-pk"))
    sums = queries.quote_totals(quotes)
    rows = [
        {
            "number": (row.number, reverse("sales:quote", args=[row.pk])),
            "word": (QUOTE_TONES[row.quote_word], _(QUOTE_WORDS[row.quote_word])),
            "expires": row.quote.expires_on,
            "total": (sums[row.pk].total, row.currency),
        }
        for row in quotes
    ]
    context = {
        "deal": deal,
        "word": deal_word(deal),
        "step": step_words(deal.pipeline_step),
        "quotes": rows,
        "parts": further.told("opportunity", request, pk),
        "timeline": timeline(f"opportunity:{pk}"),
    }
    return render(request, "sales/opportunity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.opportunity")
def new_opportunity(request: HttpRequest) -> HttpResponse:
    """Write a deal down."""

    def show(form: Form) -> HttpResponse:
        context = {"form": form, "heading": _("New opportunity"), "back": reverse("sales:opportunities")}
        context |= {"customers": offers()["customers"], **_choices()}
        return render(request, "sales/opportunity_form.html", context)

    if request.method != "POST":
        mine = str(request.user.pk) if isinstance(request.user, User) else ""
        return show(Form({"owner": mine, **request.GET.dict()}))
    given = request.POST
    return page_act(
        request,
        lambda: actions.create_opportunity(
            actor=request.user,  # type: ignore[arg-type]
            wish=OpportunityWish(organization=chosen_customer(given), **_typed(given)),
        ),
        ok=_("The opportunity is written down."),
        back=lambda done: reverse("sales:opportunity", args=[done.one("sales.Opportunity")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.opportunity")
def edit_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a deal."""
    deal = there(queries.opportunities(), pk)
    back = reverse("sales:opportunity", args=[pk])

    def show(form: Form) -> HttpResponse:
        context = {"form": form, "heading": _("Edit %(number)s") % {"number": deal.number}, "back": back}
        return render(request, "sales/opportunity_form.html", context | _choices(deal))

    if request.method != "POST":
        close = deal.expected_close_on.isoformat() if deal.expected_close_on else ""
        names = ("title", "pipeline_step", "probability_percent")
        start = {name: getattr(deal, name) for name in names}
        return show(Form(start | {"expected_close_on": close, "owner": deal.owner_id or ""}))
    return page_act(
        request,
        lambda: actions.change_opportunity(
            actor=request.user,  # type: ignore[arg-type]
            opportunity=pk,
            values=_changed(request.POST, deal),
        ),
        ok=_("Changed %(number)s.") % {"number": deal.number},
        back=back,
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.lose")
def lose_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is lost with a deal, and lose it."""
    deal = there(queries.opportunities(), pk)
    back = reverse("sales:opportunity", args=[pk])
    reason = request.POST.get("reason", "").strip()[:200]
    standing = queries.quotes().filter(
        quote__opportunity_id=pk, quote__won_at__isnull=True, quote__lost_at__isnull=True
    )

    def lose() -> Written:
        return actions.lose_opportunity(actor=request.user, opportunity=pk, reason=reason)  # type: ignore[arg-type]

    def show(form: Form) -> HttpResponse:
        steps: list[Step] = []
        refusal = form.refusal
        if refusal is None:
            try:
                steps = attempt(lambda: dry(lambda: picture(lose().id)))
            except Refusal as refused:
                refusal = refused
        context = {
            "deal": deal,
            "quotes": standing.order_by("pk"),
            "form": Form(form.values, refusal),
            "steps": steps,
            "back": back,
        }
        return render(request, "sales/lose_opportunity.html", context)

    if request.method != "POST":
        return show(Form())
    return page_act(
        request, lose, ok=_("%(number)s is lost.") % {"number": deal.number}, back=back, again=show
    )


def _choices(deal: Opportunity | None = None) -> dict[str, Any]:
    """Whom and which step a form offers; a step that is no longer in use stays where it is chosen."""
    steps = deals.pipeline()
    if deal is not None and deal.pipeline_step not in steps:
        steps = [deal.pipeline_step, *steps]
    return {
        "steps": [(step, step_words(step)) for step in steps],
        "owners": owners(deal.owner if deal is not None else None),
    }


def _changed(given: Mapping[str, Any], deal: Opportunity) -> dict[str, Any]:
    """The words and figures of a deal as typed; an owner who left stays where nobody else is chosen."""
    values = _typed(given)
    owner = values.pop("owner")
    values["pipeline_step"] = values["pipeline_step"] or deal.pipeline_step
    return values if owner == deal.owner_id else values | {"owner_id": owner}


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    text = str(given.get("probability_percent", "")).strip() or "50"
    if not (text.isascii() and text.isdecimal() and int(text) <= 100):
        raise BadInput("not_a_share", N_("Give a whole number from 0 to 100."), field="probability_percent")
    return {
        "title": tidy(str(given.get("title", "")), field="title"),
        "owner": typed_id(given, "owner"),
        "pipeline_step": str(given.get("pipeline_step", "")).strip() or None,
        "probability_percent": int(text),
        "expected_close_on": typed_day(given, "expected_close_on"),
    }
