"""Pages about what a customer may owe us: beside their documents, on their own page, and the release of a document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.typed import amount, minor
from wharfinger.billing.actions import limits as actions
from wharfinger.billing.queries import exposure, shown
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address
from wharfinger.parties.models import Organization


def of_an_organization(request: HttpRequest, pk: int) -> str:
    """What a customer may owe us and owes us, with the hold of their account."""
    user: Any = request.user
    row = Organization.objects.get(pk=pk)
    if not row.customer or not (row.limited or user.may("parties.hold")):
        return ""
    known = _figures(row) if row.limited and user.may("billing.read") else {}
    return render_to_string("billing/credit.html", {"customer": row, **known}, request)


def of_a_document(request: HttpRequest, pk: int) -> str:
    """What stops a document of a customer who is limited, and who released it."""
    user: Any = request.user
    sheet = Sheet.objects.select_related("organization").get(pk=pk)
    known = _figures(sheet.organization) if user.may("billing.read") else {}
    released = exposure.releases_of([pk]).get(pk)
    context = {"customer": sheet.organization, "sheet": sheet, "released": released, **known}
    return render_to_string("billing/credit.html", context, request)


def _figures(row: Organization) -> dict[str, Any]:
    home = configuration.one("currency")
    return {"home": home, "found": exposure.exposures([row.pk], home, shown.today())[row.pk]}


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.limit")
def release_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one quote, order or work order go on up to so much that its customer owes."""
    sheet = get_object_or_404(Sheet.objects.select_related("organization"), pk=pk)
    known = _figures(sheet.organization)

    def show(form: Form) -> HttpResponse:
        return render(
            request,
            "billing/release.html",
            {"form": form, "sheet": sheet, "customer": sheet.organization, **known},
        )

    if request.method != "POST":
        up_to = known["found"].minor + exposure.adds(pk, known["home"], shown.today())
        return show(Form({"up_to": amount(up_to, known["home"])}))
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.release_limit(
            actor=user,
            sheet=pk,
            up_to_minor=minor(request.POST.get("up_to", ""), known["home"], field="up_to"),
            reason=request.POST.get("reason", ""),
        ),
        ok=_("%(number)s is released.") % {"number": sheet.number},
        back=document_address(sheet),
        again=show,
    )
