"""Own fields in the browser: what the company adds to its nouns."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.models import OwnField
from wharfinger.base.own import KINDS, NOUNS
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import own_fields as actions
from wharfinger.parties.pages.organizations import whole

MARKS = ("required", "in_lists", "on_documents")


def _rows(ask: Ask) -> Rows:
    found = OwnField.objects.all() if ask.tab == "all" else OwnField.objects.filter(retired_at=None)
    if nouns := ask.many("noun"):
        found = found.filter(noun__in=nouns)
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: OwnField) -> Row:
    marks = {"required": _("Required"), "in_lists": _("In lists"), "on_documents": _("On documents")}
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:own_field", args=[one.pk])),
            "noun": _(NOUNS[one.noun]),
            "kind": _(KINDS[one.kind]),
            "marks": ", ".join(words for name, words in marks.items() if getattr(one, name)) or None,
            "key": one.key,
            "word": ("grey", _("Retired")) if one.retired_at else None,
        },
    )


OWN_FIELDS = Table(
    name="own_fields",
    title=N_("Own fields"),
    permission="parties.read",
    columns=(
        Column("name", N_("Own field"), "link", sortable=True),
        Column("noun", N_("Of")),
        Column("kind", N_("Kind")),
        Column("marks", N_("Shown and asked")),
        Column("key", N_("Key"), optional=True),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("noun", N_("Of"), "many", lambda _ask: [(noun, _(words)) for noun, words in NOUNS.items()]),
    ),
    tabs=(Tab("used", N_("In use")), Tab("all", N_("All"))),
    new=New(N_("New own field"), "parties:new_own_field", "site.own_fields"),
    rows=_rows,
    empty=N_("Add what you want to know of your products, customers, orders or devices beyond what is here."),
)


@require_safe
def own_fields(request: HttpRequest) -> HttpResponse:
    """Every own field."""
    return table_page(request, OWN_FIELDS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.own_fields")
def new_own_field(request: HttpRequest) -> HttpResponse:
    """Add a field to a noun."""
    show = partial(_form, request, None)
    if request.method != "POST":
        return show(Form({"noun": request.GET.get("noun", ""), "kind": "text"}))
    actor: Any = request.user
    post = request.POST
    values = {**_typed(post), "noun": post.get("noun", ""), "kind": post.get("kind", "")}
    return page_act(
        request,
        lambda: actions.add_own_field(actor=actor, values=values),
        ok=_("Added %(name)s.") % {"name": values["name"]},
        back=reverse("parties:own_fields"),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.own_fields")
def own_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an own field, retire it, or bring it back."""
    found = OwnField.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_own_field", N_("There is no such own field. Look at the list of own fields."))
    show = partial(_form, request, found)
    if request.method != "POST":
        start = {name: getattr(found, name) for name in ("name", "position", *MARKS)}
        retired = found.retired_at is not None
        return show(Form({**start, "choices": "\n".join(found.choices), "retired": retired}))
    actor: Any = request.user

    def act() -> Any:
        post = request.POST
        values = _typed(post)
        values |= {"position": whole(post, "position"), "retired": post.get("retired") == "yes"}
        return actions.change_own_field(actor=actor, own_field=pk, values=values)

    return page_act(
        request,
        act,
        ok=_("Changed %(name)s.") % {"name": request.POST.get("name", "").strip()},
        back=reverse("parties:own_fields"),
        again=show,
    )


def _typed(post: QueryDict) -> dict[str, Any]:
    choices = [line.strip() for line in post.get("choices", "").splitlines() if line.strip()]
    return {
        "name": post.get("name", "").strip(),
        "choices": choices,
        **{name: post.get(name) == "yes" for name in MARKS},
    }


def _form(request: HttpRequest, found: OwnField | None, form: Form) -> HttpResponse:
    return render(
        request,
        "parties/own_field_form.html",
        {
            "form": form,
            "found": found,
            "nouns": [(noun, _(words)) for noun, words in NOUNS.items()],
            "kinds": [(kind, _(words)) for kind, words in KINDS.items()],
            "of": _(NOUNS[found.noun]) if found else "",
            "kind": _(KINDS[found.kind]) if found else "",
            "entries": timeline(f"own_field:{found.pk}", most=12) if found else [],
        },
    )
