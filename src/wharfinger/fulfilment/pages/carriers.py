"""The list of carriers under the settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.fulfilment.actions import carriers as actions
from wharfinger.fulfilment.queries import carriers as queries
from wharfinger.ledger.telling import timeline


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, queries.carriers()), {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("fulfilment:carrier", args=[one.pk])),
            "services": ", ".join(one.services) or None,
            "link": one.link or None,
            "word": kept.word(one),
        },
    )


CARRIERS = Table(
    name="carriers",
    title=N_("Carriers"),
    permission="fulfilment.read",
    columns=(
        Column("name", N_("Carrier"), "link", sortable=True),
        Column("services", N_("Services")),
        Column("link", N_("Link")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New carrier"), "fulfilment:new_carrier", "fulfilment.carrier"),
    rows=_rows,
    empty=N_("Add the carriers you ship with: forms propose them, and tracking numbers become links."),
)


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "name": post.get("name", ""),
        "services": [line.strip() for line in post.get("services", "").splitlines() if line.strip()],
        "link": post.get("link", ""),
    }


CARRIER = Kept(
    rows=queries.carriers,
    missing=("no_such_carrier", N_("There is no such carrier. Look at the list of carriers.")),
    listed="fulfilment:carriers",
    template="fulfilment/carrier.html",
    known_by="name",
    fields=("name", "services", "link"),
    typed=_typed,
    stands=lambda found: {"name": found.name, "services": "\n".join(found.services), "link": found.link},
    add=lambda actor, values: actions.add_carrier(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_carrier(actor=actor, carrier=pk, values=values),
    besides=lambda found: {"entries": timeline(f"carrier:{found.pk}", most=12) if found else []},
)


@require_safe
def carriers(request: HttpRequest) -> HttpResponse:
    """Every carrier that forms propose."""
    return table_page(request, CARRIERS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.carrier")
def new_carrier(request: HttpRequest) -> HttpResponse:
    """Add a carrier to the list."""
    return kept.add_one(request, CARRIER)


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.carrier")
def carrier(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a carrier, or take it off the list."""
    return kept.change_one(request, CARRIER, pk)
