"""Organizations in the browser: the list, one of them, its contacts and sites, and their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration, further, owned
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, minor, percent, written
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import organizations as actions
from wharfinger.parties.models import Contact, CustomerGroup, Organization, Site, Terms
from wharfinger.parties.queries import location_choices, proposed_tax_code, tax_code_choices

POLICIES = {
    "order": N_("When ordered"),
    "shipment": N_("When shipped"),
    "delivery": N_("When delivered"),
    "monthly": N_("Once a month"),
    "hand": N_("By hand"),
}
BILLS_BY = {"mail": N_("By mail, once they are posted"), "hand": N_("By hand")}
TEXTS = (
    *("name", "currency", "language", "tax_number", "email", "phone", "reference"),
    *("billing_policy", "bills_by"),
)
CONTACT = ("name", "email", "phone")
SITE = ("name", "street", "postcode", "city", "region", "country")


def _rows(ask: Ask) -> Rows:
    used = Organization.objects.filter(retired_on__isnull=True)
    tabs = {
        "customers": used.filter(customer=True),
        "vendors": used.filter(vendor=True),
        "all": Organization.objects.all(),
    }
    found = tabs.get(ask.tab, tabs["all"])
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    if text := ask.one("reference"):
        found = found.filter(reference__icontains=text)
    if groups := ask.ids("group"):
        found = found.filter(customer_group__in=groups)
    if text := ask.one("city"):
        found = found.filter(pk__in=Site.objects.filter(city__icontains=text).values("organization_id"))
    found = owned.narrowed(found, ask, "organization")
    cut = ask.slice(found.select_related("customer_group"), {"name": "name"})
    return Rows(
        [_row(one) for one in cut.items],
        cut.before,
        cut.after,
        counts={key: capped(tabs[key]) for key in ("customers", "vendors")},
    )


def _row(one: Organization) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:organization", args=[one.pk])),
            "is": kind_words(one),
            "email": one.email or None,
            "phone": one.phone or None,
            "reference": one.reference or None,
            "group": one.customer_group.name if one.customer_group else None,
            "terms": one.terms_days,
            "word": ("grey", _("Retired")) if one.retired_on else None,
        },
        own=one.own,
    )


def kind_words(one: Organization) -> str:
    """Whether an organization buys from us, sells to us, or both."""
    words = [_("Customer")] if one.customer else []
    return ", ".join([*words, _("Vendor")] if one.vendor else words) or "–"


ORGANIZATIONS = Table(
    name="organizations",
    title=N_("Organizations"),
    permission="parties.read",
    columns=(
        Column("name", N_("Organization"), "link", sortable=True),
        Column("is", N_("Kind")),
        Column("email", N_("Mail")),
        Column("phone", N_("Phone")),
        Column("reference", N_("Reference number")),
        Column("group", N_("Customer group"), optional=True),
        Column("terms", N_("Days to pay"), "number", optional=True),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("name", N_("Name")),
        Filter("reference", N_("Reference number")),
        Filter("city", N_("City")),
        Filter(
            "group",
            N_("Customer group"),
            "many",
            lambda _ask: [
                (str(pk), name)
                for pk, name in CustomerGroup.objects.order_by("name").values_list("pk", "name")
            ],
        ),
    ),
    tabs=(Tab("customers", N_("Customers")), Tab("vendors", N_("Vendors")), Tab("all", N_("All"))),
    new=New(N_("New organization"), "parties:new_organization", "parties.organization"),
    rows=_rows,
    empty=N_("Add the customers you sell to and the vendors you buy from."),
    own="organization",
)


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """Every customer and vendor."""
    return table_page(request, ORGANIZATIONS)


def _there(pk: int) -> Organization:
    found = (
        Organization.objects.select_related("customer_group", "merged_into", "location", "terms", "tax_code")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotThere("no_such_organization", N_("There is no such organization."))
    return found


@require_safe
@page("parties.read")
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """One organization: who is there, where its goods go, its documents, what happened."""
    found = _there(pk)
    return render(
        request,
        "parties/organization.html",
        {
            "organization": found,
            "kind": kind_words(found),
            "discount": f"{written(found.discount_micro, 4)} %" if found.discount_micro else "",
            "policy": _(POLICIES[found.billing_policy]),
            "contacts": found.contacts.order_by("retired_on", "name"),
            "sites": found.sites.order_by("retired_on", "name"),
            "treated": proposed_tax_code(found) if found.customer else None,
            "parts": further.told("organization", request, pk),
            "entries": timeline(f"organization:{pk}", most=12),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def new_organization(request: HttpRequest) -> HttpResponse:
    """Add a customer, a vendor or both, with a first contact and a first address where they are given."""
    show = partial(_form, request, None)
    if request.method != "POST":
        home = configuration.read("currency", "terms_days", "terms", "language", "company")
        return show(
            Form(
                {
                    "customer": request.GET.get("vendor") is None,
                    "vendor": request.GET.get("vendor") is not None,
                    "currency": home["currency"],
                    "language": home["language"],
                    "terms_days": home["terms_days"],
                    "terms": home["terms"] or "",
                    "discount": "",
                    "billing_policy": "shipment",
                    "sites.0.country": home["company"]["country"],
                }
            )
        )
    actor: Any = request.user
    post = request.POST
    contact = {name: post.get(f"contacts.0.{name}", "").strip() for name in CONTACT}
    site = {name: post.get(f"sites.0.{name}", "").strip() for name in SITE}
    return page_act(
        request,
        lambda: actions.add_organization(
            actor=actor,
            values=_values(post),
            contacts=[contact] if any(contact.values()) else [],
            sites=[site] if any(site[name] for name in ("name", "street", "postcode", "city")) else [],
        ),
        ok=_("Added %(name)s.") % {"name": post.get("name", "").strip()},
        back=lambda done: reverse("parties:organization", args=[done.one("parties.Organization")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def change_organization(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what we know of an organization, or retire it."""
    found = _there(pk)
    show = partial(_form, request, found)
    if request.method != "POST":
        fields = (*TEXTS, "customer", "vendor", "terms_days")
        start: dict[str, Any] = {name: getattr(found, name) for name in fields}
        start["discount"] = written(found.discount_micro, 4) if found.discount_micro else ""
        start |= {"terms": found.terms_id or "", "tax_code": found.tax_code_id or ""}
        limit = found.credit_limit_minor
        start["credit_limit"] = "" if limit is None else amount(limit, configuration.one("currency"))
        start |= {"customer_group": found.customer_group_id or "", "location": found.location_id or ""}
        return show(Form({**start, "retired_on": _day(found.retired_on)}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.change_organization(
            actor=actor, organization=pk, values=_values(request.POST) | retired(request.POST)
        ),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("parties:organization", args=[pk]),
        again=show,
    )


@require_POST
@page("parties.organization")
def treat_organization(request: HttpRequest, pk: int) -> HttpResponse:
    """Tax an organization by another code in place of a standard rate."""
    found = _there(pk)
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.change_organization(
            actor=actor, organization=pk, values={"tax_code": whole(request.POST, "tax_code")}
        ),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("parties:organization", args=[pk]),
    )


@require_POST
@page("parties.hold")
def hold_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Sell and send an organization nothing more until somebody ends that."""
    found = _there(pk)
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.hold_account(actor=actor, organization=pk, reason=request.POST.get("reason", "")),
        ok=_("The account of %(name)s is on hold.") % {"name": found.name},
        back=reverse("parties:organization", args=[pk]),
    )


@require_POST
@page("parties.hold")
def unhold_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Sell and send an organization again whose account was on hold."""
    found = _there(pk)
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.unhold_account(actor=actor, organization=pk),
        ok=_("The account of %(name)s is free again.") % {"name": found.name},
        back=reverse("parties:organization", args=[pk]),
    )


def _form(request: HttpRequest, found: Organization | None, form: Form) -> HttpResponse:
    policies = [(key, _(word)) for key, word in POLICIES.items()]
    bills_by = [("", _("As the company")), *((key, _(word)) for key, word in BILLS_BY.items())]
    return render(
        request,
        "parties/organization_form.html",
        {
            "form": form,
            "organization": found,
            "policies": policies,
            "bills_by": bills_by,
            "groups": _groups(found),
        }
        | {
            "home": configuration.one("currency"),
            "terms": _terms(found),
            "tax_codes": tax_code_choices(found.tax_code_id if found else None),
        }
        | {"locations": location_choices(found.location_id if found else None)},
    )


def _groups(found: Organization | None) -> list[tuple[int, str]]:
    """The customer groups that one may choose, with the one that is chosen."""
    used = Q(retired_on__isnull=True) | Q(pk=found.customer_group_id if found else None)
    return list(CustomerGroup.objects.filter(used).order_by("name").values_list("pk", "name"))


def _terms(found: Organization | None) -> list[tuple[int, str]]:
    """The terms of payment that one may choose, with those that are chosen."""
    used = Q(retired_on__isnull=True) | Q(pk=found.terms_id if found else None)
    return list(Terms.objects.filter(used).order_by("name").values_list("pk", "name"))


def _values(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in TEXTS}
    values["customer"] = post.get("customer") == "yes"
    values["vendor"] = post.get("vendor") == "yes"
    values["currency"] = values["currency"].upper()
    values["terms_days"] = whole(post, "terms_days")
    values["discount_micro"] = percent(post.get("discount", "").strip().rstrip("% "), field="discount")
    if "credit_limit" in post:
        text, home = post.get("credit_limit", "").strip(), configuration.one("currency")
        values["credit_limit_minor"] = minor(text, home, field="credit_limit") if text else None
    if "customer_group" in post:
        values["customer_group"] = whole(post, "customer_group") if post["customer_group"] else None
    if "terms" in post:
        values["terms"] = whole(post, "terms") if post["terms"] else None
    if "tax_code" in post:
        values["tax_code"] = whole(post, "tax_code") if post["tax_code"] else None
    if "location" in post:
        values["location"] = whole(post, "location") if post["location"] else None
    values["own"] = owned.read(post, "organization")
    return values


def whole(post: QueryDict, name: str) -> int:
    """A whole number as typed; raises BadInput when it is none."""
    text = post.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is no whole number. Write it like 12."),
            field=name,
            text=text[:40],
        )
    return int(text)


def retired(post: QueryDict) -> dict[str, Any]:
    """The day something is retired as typed; nothing brings it back."""
    return {"retired_on": post.get("retired_on", "").strip() or None}


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _contact(post: QueryDict) -> dict[str, Any]:
    return {name: post.get(name, "").strip() for name in CONTACT}


def _site(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in SITE}
    values["country"] = values["country"].upper()
    return values | {name: post.get(name) == "yes" for name in ("ship_to", "bill_to")}


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def new_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a person to an organization."""
    actor: Any = request.user

    def act() -> Any:
        return actions.add_contact(actor=actor, organization=pk, values=_contact(request.POST))

    return _part(request, "contact", _there(pk), None, {}, act, _("Added the contact."))


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def change_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person at an organization."""
    found = _part_there(Contact, pk)
    actor: Any = request.user

    def act() -> Any:
        values = _contact(request.POST) | retired(request.POST)
        return actions.change_contact(actor=actor, contact=pk, values=values)

    start = {name: getattr(found, name) for name in CONTACT}
    return _part(request, "contact", found.organization, found, start, act, _("Changed the contact."))


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def new_site(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an address to an organization."""
    actor: Any = request.user

    def act() -> Any:
        return actions.add_site(actor=actor, organization=pk, values=_site(request.POST))

    start = {"country": configuration.one("company")["country"], "ship_to": True, "bill_to": True}
    return _part(request, "site", _there(pk), None, start, act, _("Added the site."))


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def change_site(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an address of an organization."""
    found = _part_there(Site, pk)
    actor: Any = request.user

    def act() -> Any:
        return actions.change_site(actor=actor, site=pk, values=_site(request.POST) | retired(request.POST))

    start = {name: getattr(found, name) for name in (*SITE, "ship_to", "bill_to")}
    return _part(request, "site", found.organization, found, start, act, _("Changed the site."))


def _part_there(model: type[Model], pk: int) -> Any:
    found = model._default_manager.select_related("organization").filter(pk=pk).first()
    if found is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return found


def _part(
    request: HttpRequest,
    what: str,
    organization: Organization,
    found: Any,
    start: Mapping[str, Any],
    act: Callable[[], Any],
    ok: str,
) -> HttpResponse:
    """The form of a contact or a site, shown and taken."""

    def show(form: Form) -> HttpResponse:
        context = {"form": form, "organization": organization, "found": found}
        return render(request, f"parties/{what}_form.html", context)

    if request.method != "POST":
        return show(Form({**start, "retired_on": _day(found.retired_on) if found else ""}))
    back = reverse("parties:organization", args=[organization.pk])
    return page_act(request, act, ok=ok, back=back, again=show)
