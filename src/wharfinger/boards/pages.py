"""Keep a view of a list from the list itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.page import came_from, page, page_act
from wharfinger.boards import actions


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
        ok=lambda view: _("Saved the view “%(name)s”.") % {"name": view.name},
        back=lambda view: f"{path}?{view.query}",
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
