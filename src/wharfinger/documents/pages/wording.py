"""The words that a company writes on its documents, under the settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from wharfinger.base import configuration, kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.documents.actions import wording as actions
from wharfinger.documents.models import Wording
from wharfinger.documents.pages import pdf_answer
from wharfinger.documents.queries.parties import language_of
from wharfinger.documents.queries.wording import wordings
from wharfinger.documents.rules.columns import CHOICE, COLUMNS, shipped
from wharfinger.documents.rules.wording import KINDS
from wharfinger.documents.words import words
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
    new=New(N_("New words"), "documents:shipped_wordings", "site.settings"),
    rows=_rows,
    empty=N_(
        "Documents open and close with our own words until you write yours: for all, a country or one organization."
    ),
)


@require_safe
def wording_list(request: HttpRequest) -> HttpResponse:
    """Every wording."""
    return table_page(request, WORDINGS)


def _shipped(ask: Ask) -> Rows:
    return Rows([_shipped_row(kind, word) for kind, word in KINDS.items()])


def _shipped_row(kind: str, word: str) -> Row:
    return Row(
        id=kind,
        name=_(word),
        cells={
            "kind": (_(word), reverse("documents:new_wording", args=[kind])),
            "opening": _greeting(kind),
            "columns": ", ".join(_(COLUMNS[one]) for one in _as_shipped(kind)),
            "preview": (_("Preview"), reverse("documents:shipped_preview", args=[kind])),
        },
    )


GREETINGS = {
    "quote": "quote_greeting",
    "order-confirmation": "order_greeting",
    "delivery-note": "delivery_greeting",
    "invoice": "invoice_greeting",
    "credit-note": "credit_greeting",
    **{f"reminder-{level}": f"reminder_greeting_{level}" for level in (1, 2, 3)},
    "purchase-order": "purchase_greeting",
    "rfq": "rfq_greeting",
    "vendor-return": "vendor_return_greeting",
    "vendor-claim": "vendor_claim_greeting",
}
"""Our own sentence above the lines, by what it means."""
SHIPPED = Table(
    name="shipped_wordings",
    title=N_("Choose what to copy"),
    permission="site.settings",
    columns=(
        Column("kind", N_("Document"), "link"),
        Column("opening", N_("Opening")),
        Column("columns", N_("Each line shows")),
        Column("preview", N_("As we ship it"), "link"),
    ),
    rows=_shipped,
)


@require_safe
def shipped_list(request: HttpRequest) -> HttpResponse:
    """What documents say where nobody has written anything: it stays as it is, and each can be copied."""
    return table_page(request, SHIPPED)


def _greeting(kind: str) -> str:
    said = words(language_of(get_language() or ""))
    return said.get(GREETINGS.get(kind, ""), "").format(number="…")


def _as_shipped(kind: str) -> tuple[str, ...]:
    return shipped(kind, bool(configuration.one("pictures_on_quotes")))


def _typed(post: QueryDict) -> dict[str, Any]:
    whose, kind = post.get("organization", "").strip(), post.get("kind", "")
    if whose and not (whose.isascii() and whose.isdecimal() and len(whose) < 19):
        raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
    columns: list[str] | None = post.getlist("columns")
    if kind in KINDS and set(columns or ()) == set(_as_shipped(kind)):
        columns = None
    return {
        **{name: post.get(name, "") for name in ("name", "kind", "language", "opening", "closing")},
        "country": post.get("country", "").strip().upper(),
        "organization": int(whose) if whose else None,
        "columns": columns,
    }


def _stands(found: Wording) -> dict[str, Any]:
    names = ("name", "kind", "country", "language", "opening", "closing")
    stands = {name: getattr(found, name) for name in names}
    columns = _as_shipped(found.kind) if found.columns is None else found.columns
    return stands | {"organization": found.organization_id or "", "columns": columns}


def _besides(kind: str, found: Wording | None) -> dict[str, Any]:
    rows = Organization.objects.filter(retired_on__isnull=True).order_by("name")
    return {
        "kind": _(KINDS[kind]),
        "choice": [(one, _(COLUMNS[one])) for one in CHOICE[kind]],
        "organizations": [("", _("All")), *rows.values_list("pk", "name")],
        "languages": [("", _("Any")), *settings.LANGUAGES],
        "entries": timeline(f"wording:{found.pk}", most=12) if found else [],
    }


MISSING = ("no_such_wording", N_("There are no such words. Look at the list of them."))


def _kept(kind: str, born: Mapping[str, Any] = MappingProxyType({})) -> Kept:
    return Kept(
        rows=wordings,
        missing=MISSING,
        listed="documents:wordings",
        template="documents/wording.html",
        known_by="name",
        fields=("name", "kind", "organization", "country", "language", "opening", "closing", "columns"),
        typed=_typed,
        stands=_stands,
        born=born,
        add=lambda actor, values: actions.add_wording(actor=actor, values=values),
        change=lambda actor, pk, values: actions.change_wording(actor=actor, wording=pk, values=values),
        besides=partial(_besides, kind),
    )


def _one(pk: str) -> Wording:
    found = wordings().filter(pk=pk).first() if pk.isascii() and pk.isdecimal() and len(pk) < 19 else None
    if found is None:
        raise NotThere(*MISSING)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def new_wording(request: HttpRequest, kind: str) -> HttpResponse:
    """Write words for a kind of document: a copy of what we ship, or of others."""
    if kind not in KINDS:
        raise NotThere("no_such_document", N_("There is no such document."))
    born: dict[str, Any] = {"kind": kind, "columns": _as_shipped(kind)}
    if copied := request.GET.get("copy"):
        born = _stands(_one(copied)) | {"name": "", "kind": kind}
    return kept.add_one(request, _kept(kind, born))


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """Change words, or retire them."""
    return kept.change_one(request, _kept(_one(str(pk)).kind), pk)


@require_GET
@page("site.settings")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest such document with these words."""
    actor: Any = request.user
    return pdf_answer(actions.preview(actor=actor, wording=pk), f"wording-{pk}")


@require_GET
@page("site.settings")
def preview_shipped(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest such document as we ship it."""
    actor: Any = request.user
    return pdf_answer(actions.preview_shipped(actor=actor, kind=kind), f"shipped-{kind}")
