"""Terms of payment in the browser."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.base.typed import percent, written
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import terms as actions
from wharfinger.parties.models import Terms
from wharfinger.parties.pages.organizations import whole
from wharfinger.parties.rules.terms import MOST_PARTS


def _rows(ask: Ask) -> Rows:
    found = kept.in_use(ask, Terms.objects.annotate(members=Count("organizations")))
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:terms", args=[one.pk])),
            "days": ", ".join(str(each) for each in (*(part["days"] for part in one.instalments), one.days)),
            "discount": f"{written(one.discount_micro, 4)} %" if one.discount_micro else None,
            "within": one.discount_days if one.discount_micro else None,
            "members": one.members,
            "word": kept.word(one),
        },
    )


TERMS = Table(
    name="terms",
    title=N_("Agreed terms of payment"),
    permission="parties.read",
    columns=(
        Column("name", N_("Terms of payment"), "link", sortable=True),
        Column("days", N_("Days to pay")),
        Column("discount", N_("Cash discount")),
        Column("within", N_("Within days"), "number"),
        Column("members", N_("Customers"), "number"),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New terms of payment"), "parties:new_terms", "parties.terms"),
    rows=_rows,
    empty=N_("Write terms of payment down once, and name them for your customers."),
)


def _names(parts: int) -> list[tuple[str, str]]:
    """The fields of so many instalments: the share of each, and its days."""
    return [(f"instalments.{n}.percent", f"instalments.{n}.days") for n in range(parts)]


def _parts(post: QueryDict) -> list[dict[str, int]]:
    """The instalments that were typed; those without a share and days are left out."""
    return [
        {"share_micro": percent(share.rstrip("% "), field=to[0]), "days": whole(post, to[1])}
        for to in _names(MOST_PARTS)
        if (share := post.get(to[0], "").strip()) or post.get(to[1], "").strip()
    ]


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "name": post.get("name", "").strip(),
        "days": whole(post, "days"),
        "end_of_month": post.get("end_of_month") == "yes",
        "day_of_month": whole(post, "day_of_month") if post.get("day_of_month", "").strip() else None,
        "instalments": _parts(post),
        "discount_micro": percent(post.get("discount", "").strip().rstrip("% "), field="discount"),
        "discount_days": whole(post, "discount_days") if post.get("discount_days", "").strip() else 0,
    }


def _stands(found: Any) -> dict[str, Any]:
    return {
        "name": found.name,
        "days": found.days,
        "end_of_month": found.end_of_month,
        "day_of_month": found.day_of_month or "",
        **{
            name: value
            for names, one in zip(_names(MOST_PARTS), found.instalments, strict=False)
            for name, value in zip(names, (written(one["share_micro"], 4), one["days"]), strict=True)
        },
        "discount": written(found.discount_micro, 4) if found.discount_micro else "",
        "discount_days": found.discount_days if found.discount_micro else "",
    }


ONE = Kept(
    rows=Terms.objects.all,
    missing=("no_such_terms", N_("There are no such terms.")),
    listed="parties:terms_list",
    template="parties/terms_form.html",
    known_by="name",
    fields=(
        *("name", "days", "end_of_month", "day_of_month", "discount", "discount_days"),
        *(name for names in _names(MOST_PARTS) for name in names),
    ),
    typed=_typed,
    stands=_stands,
    add=lambda actor, values: actions.add_terms(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_terms(actor=actor, terms=pk, values=values),
    born={"days": 30},
    besides=lambda found: {
        "entries": timeline(f"terms:{found.pk}", most=12) if found else [],
        "parts": _names(min(MOST_PARTS, (len(found.instalments) if found else 0) + 2)),
    },
)


@require_safe
def terms_list(request: HttpRequest) -> HttpResponse:
    """All terms of payment."""
    return table_page(request, TERMS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.terms")
def new_terms(request: HttpRequest) -> HttpResponse:
    """Add terms of payment."""
    return kept.add_one(request, ONE)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.terms")
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or retire terms of payment."""
    return kept.change_one(request, ONE, pk)
