"""The page on which lines are added to a document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import further
from wharfinger.base.access import require
from wharfinger.base.door import there
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.demand import actions, options
from wharfinger.demand.entry import in_rows
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import another_row, document_address, offers, typed_lines
from wharfinger.demand.queries.standing import standing
from wharfinger.demand.rules.permitted import let_in, permission


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def add(request: HttpRequest, sheet: int) -> HttpResponse:
    """Add lines to a document; charges may be picked, ordered or handed over in the same save."""
    user: Any = request.user
    let_in(user)
    found = there(Sheet.objects.filter(void__isnull=True), sheet)
    firm = standing([sheet])[sheet].firm
    require(user, permission(found.kind, firm=firm, adds=True))
    back = document_address(found)

    def show(form: Form) -> HttpResponse:
        context = {"sheet": found, "form": form, "back": came_from(request, back), **offers(form.values)}
        context["ways"] = further.ways(user, found.kind)
        if found.kind == "quote":
            context |= {"options": options.in_a_row(), "periods": options.recurs()}
        return render(request, "demand/add.html", context)

    if request.method != "POST" or another_row(request):
        return show(Form(request.POST))

    def act() -> Any:
        wishes = typed_lines(request.POST)
        if then := request.POST.get("then"):
            return further.charging[0].add(actor=user, sheet=sheet, wishes=wishes, then=then)
        return actions.add_lines(actor=user, sheet=sheet, wishes=wishes)

    return page_act(
        request,
        act,
        ok=lambda done: (
            further.charged(done, request.POST) or _("Added to %(number)s.") % {"number": found.number}
        ),
        back=back,
        again=in_rows(show, request.POST),
    )
