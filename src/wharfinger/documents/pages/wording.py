"""The words that a company writes on its documents, under the settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.documents.actions import wording as actions
from wharfinger.documents.models import Wording
from wharfinger.documents.pages import pdf_answer
from wharfinger.documents.queries.wording import wordings
from wharfinger.documents.rules.wording import KINDS
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, wordings()), {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Wording) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("documents:wording", args=[one.pk])),
            "kind": _(KINDS[one.kind]),
            "whose": one.organization.name if one.organization else one.country or _("Everybody"),
            "language": dict(settings.LANGUAGES).get(one.language, _("Any")),
            "word": kept.word(one),
        },
    )


WORDINGS = Table(
    name="wordings",
    title=N_("Words on documents"),
    permission="site.settings",
    columns=(
        Column("name", N_("Name"), "link", sortable=True),
        Column("kind", N_("Document")),
        Column("whose", N_("For whom")),
        Column("language", N_("Language")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New words"), "documents:new_wording", "site.settings"),
    rows=_rows,
    empty=N_(
        "Documents open and close with our own words until you write yours: for all, a country or one organization."
    ),
)


@require_safe
def wording_list(request: HttpRequest) -> HttpResponse:
    """Every wording."""
    return table_page(request, WORDINGS)


def _typed(post: QueryDict) -> dict[str, Any]:
    whose = post.get("organization", "").strip()
    if whose and not (whose.isascii() and whose.isdecimal() and len(whose) < 19):
        raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
    return {
        **{name: post.get(name, "") for name in ("name", "kind", "language", "opening", "closing")},
        "country": post.get("country", "").strip().upper(),
        "organization": int(whose) if whose else None,
    }


def _stands(found: Wording) -> dict[str, Any]:
    names = ("name", "kind", "country", "language", "opening", "closing")
    return {name: getattr(found, name) for name in names} | {"organization": found.organization_id or ""}


def _besides(found: Wording | None) -> dict[str, Any]:
    rows = Organization.objects.filter(retired_on__isnull=True).order_by("name")
    return {
        "kinds": [(kind, _(word)) for kind, word in KINDS.items()],
        "organizations": [("", _("All")), *rows.values_list("pk", "name")],
        "languages": [("", _("Any")), *settings.LANGUAGES],
        "entries": timeline(f"wording:{found.pk}", most=12) if found else [],
    }


WORDING = Kept(
    rows=wordings,
    missing=("no_such_wording", N_("There are no such words. Look at the list of them.")),
    listed="documents:wordings",
    template="documents/wording.html",
    known_by="name",
    fields=("name", "kind", "organization", "country", "language", "opening", "closing"),
    typed=_typed,
    stands=_stands,
    born={"kind": "purchase-order"},
    add=lambda actor, values: actions.add_wording(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_wording(actor=actor, wording=pk, values=values),
    besides=_besides,
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def new_wording(request: HttpRequest) -> HttpResponse:
    """Write words for a kind of document."""
    return kept.add_one(request, WORDING)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """Change words, or retire them."""
    return kept.change_one(request, WORDING, pk)


@require_GET
@page("site.settings")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest such document with these words."""
    actor: Any = request.user
    return pdf_answer(actions.preview(actor=actor, wording=pk), f"wording-{pk}")
