"""What is always agreed with a vendor: a section of its page, and the form behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.typed import amount, minor, percent, written
from wharfinger.demand.pages import typed_id
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization
from wharfinger.parties.pages.organizations import whole
from wharfinger.purchasing.actions import vendor_terms as actions
from wharfinger.purchasing.queries import paper
from wharfinger.purchasing.queries import vendor_terms as queries
from wharfinger.purchasing.rules.taxing import NO_TAX


def part(request: HttpRequest, pk: int) -> str:
    """What is agreed with an organization, where it is a vendor."""
    actor: Any = request.user
    vendor = Organization.objects.filter(pk=pk, vendor=True).first()
    if vendor is None or not actor.may("purchasing.read"):
        return ""
    terms = queries.of_vendor(pk)
    share = f"{written(terms.discount_micro, 4)} %" if terms else ""
    context = {"vendor": vendor, "terms": terms, "share": share}
    return render_to_string("purchasing/vendor_terms_card.html", context, request)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.vendor_terms")
def vendor_terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is agreed with a vendor."""
    vendor, terms, user = there(Organization.objects.all(), pk), queries.of_vendor(pk), request.user

    def show(form: Form) -> HttpResponse:
        context = {
            "vendor": vendor,
            "tax_codes": paper.tax_codes(),
            "form": form,
            "entries": timeline(f"vendor_terms:{terms.pk}", most=12) if terms else [],
        }
        return render(request, "purchasing/vendor_terms.html", context)

    if request.method != "POST":
        return show(Form(_stands(terms, vendor.currency)))
    return page_act(
        request,
        lambda: actions.keep_terms(
            actor=user,  # type: ignore[arg-type]
            vendor=pk,
            values=_typed(request.POST, vendor.currency),
        ),
        ok=_("New orders to this vendor begin with it."),
        back=reverse("parties:organization", args=[pk]),
        again=show,
    )


def _typed(post: QueryDict, currency: str) -> dict[str, Any]:
    least = post.get("minimum", "").strip()
    return {
        "tax_code": typed_id(post, "tax_code") or None,
        "shipping_method": post.get("shipping_method", ""),
        "orders_email": post.get("orders_email", ""),
        "minimum": minor(least, currency, field="minimum") or None if least else None,
        "discount_micro": percent(post.get("discount", "").strip().rstrip("% "), field="discount"),
        "discount_days": whole(post, "discount_days") if post.get("discount_days", "").strip() else 0,
    }


def _stands(terms: Any, currency: str) -> dict[str, Any]:
    if terms is None:
        return {"tax_code": str(NO_TAX)}
    return {
        "tax_code": str(terms.tax_code_id or NO_TAX),
        "shipping_method": terms.shipping_method,
        "orders_email": terms.orders_email,
        "minimum": "" if terms.minimum_minor is None else amount(terms.minimum_minor, currency),
        "discount": written(terms.discount_micro, 4) if terms.discount_micro else "",
        "discount_days": terms.discount_days if terms.discount_micro else "",
    }
