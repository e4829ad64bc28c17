"""The worklists, and the views of lists that people keep."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.door import module_on
from wharfinger.base.page import came_from, page, page_act, signed_in
from wharfinger.base.table import Table, table_page
from wharfinger.boards import actions, rules
from wharfinger.boards.listing import TABLES, on_tab
from wharfinger.boards.worklists import BY_NAME
from wharfinger.parties.queries import names_who_may

MOST_NAMES = 6


def worklist(request: HttpRequest, name: str) -> HttpResponse:
    """One page of work: what waits there, and what can be done with it."""
    one = BY_NAME[name]
    if (door := signed_in(request, one.permission)) is not None:
        return door
    if one.module:
        module_on(one.module, getattr(request, "house", {}).get("modules"))
    tab = request.GET.get("tab") or next(iter(one.tabs))
    table = on_tab(TABLES[name], one, tab, request.user)
    return table_page(request, table, others=_others(table, request.user))


def _others(table: Table, actor: Any) -> str:
    """Who does what is to be done here, for whoever may only read it."""
    if not table.acts or any(actor.may(act.permission) for act in table.acts):
        return ""
    first = table.acts[0]
    names = names_who_may(first.permission)
    told = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return _("You may read this. “%(act)s” is for: %(names)s.") % {"act": _(first.label), "names": told}


@require_POST
@page()
def save_view(request: HttpRequest) -> HttpResponse:
    """Save what the list shows now."""
    given = request.POST
    path = came_from(request, "/").partition("?")[0]
    return page_act(
        request,
        lambda: actions.save_view(
            actor=request.user,
            table=given.get("table", ""),
            name=given.get("name", ""),
            query=given.get("query", ""),
            shared=given.get("shared") == "yes",
        ),
        ok=_("Saved the view “%(name)s”.") % {"name": given.get("name", "").strip()},
        back=lambda done: f"{path}?{rules.kept(given.get('query', ''))}",
    )


@require_POST
@page()
def drop_view(request: HttpRequest, view: int) -> HttpResponse:
    """Delete one's own view."""
    return page_act(
        request,
        lambda: actions.drop_view(actor=request.user, view=view),
        ok=_("Deleted the view."),
        back=came_from(request, "/"),
    )
