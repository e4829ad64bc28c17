"""Short lists that a company keeps under its settings: each a list in use or whole, and a form to add and change one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Tab

TABS = (Tab("used", N_("In use")), Tab("all", N_("All")))
"""What is in use comes first; the rest is kept for what it was given to."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One such list: where it is, what its form asks, and which actions it calls."""

    rows: Callable[[], QuerySet[Any, Any]]
    missing: tuple[str, str]
    """Code and sentence where somebody asks for one that is not there."""
    listed: str
    """The URL name of the list."""
    template: str
    """The form: it extends ``site/kept.html`` and fills in the fields."""
    known_by: str
    """The field by which people call one."""
    fields: Sequence[str]
    """Those that the form shows beside ``retired_on``, so that a refusal about them stands beside them."""
    typed: Callable[[QueryDict], Values]
    stands: Callable[[Any], Values]
    """What the form begins with."""
    add: Callable[[Any, Values], Any]
    change: Callable[[Any, int, Values], Any]
    born: Mapping[str, Any] = field(default_factory=dict)
    """What the form of a new one begins with."""
    besides: Callable[[Any], Values] = lambda found: {}
    """What else the form shows, of one that is there or, with nothing, of a new one."""


def add_one(request: HttpRequest, kept: Kept) -> HttpResponse:
    """Show the form of a new one, and take it."""
    if request.method != "POST":
        return form_of(request, kept, None, Form(kept.born))
    actor: Any = request.user
    return page_act(
        request,
        lambda: kept.add(actor, kept.typed(request.POST)),
        ok=_("Added %(name)s.") % {"name": request.POST.get(kept.known_by, "").strip()},
        back=reverse(kept.listed),
        again=partial(form_of, request, kept, None),
    )


def change_one(request: HttpRequest, kept: Kept, pk: int) -> HttpResponse:
    """Show the form of one that is there, and take it; a day retires it."""
    found = one_of(kept, pk)
    if request.method != "POST":
        day = found.retired_on.isoformat() if found.retired_on else ""
        return form_of(request, kept, found, Form({**kept.stands(found), "retired_on": day}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: kept.change(actor, pk, kept.typed(request.POST) | _retired(request.POST)),
        ok=_("Changed %(name)s.")
        % {"name": request.POST.get(kept.known_by, "").strip() or getattr(found, kept.known_by)},
        back=reverse(kept.listed),
        again=partial(form_of, request, kept, found),
    )


def one_of(kept: Kept, pk: int) -> Any:
    """One that is there; raises NotThere otherwise."""
    found = kept.rows().filter(pk=pk).first()
    if found is None:
        raise NotThere(*kept.missing)
    return found


def form_of(request: HttpRequest, kept: Kept, found: Any, form: Form) -> HttpResponse:
    """The form, with what was typed and why not."""
    context = {
        "form": form,
        "found": found,
        "back": reverse(kept.listed),
        "known": (*kept.fields, "retired_on"),
    }
    return render(request, kept.template, context | kept.besides(found))


def in_use(ask: Ask, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Those of the tab that is open."""
    return rows if ask.tab == "all" else rows.filter(retired_on__isnull=True)


def word(one: Any) -> tuple[str, str] | None:
    """The chip of one that is retired."""
    return ("grey", _("Retired")) if one.retired_on else None


def _retired(post: QueryDict) -> Values:
    return {"retired_on": post.get("retired_on", "").strip() or None}
