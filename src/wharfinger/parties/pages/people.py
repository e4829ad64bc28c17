"""Users and roles in the browser: who signs in, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import people as actions
from wharfinger.parties.models import Grant, Role, User
from wharfinger.parties.pages.organizations import whole
from wharfinger.parties.queries import location_choices
from wharfinger.parties.rights import grouped, lacking, named

TEXTS = ("username", "name", "email", "language")


def _users(ask: Ask) -> Rows:
    active = User.objects.filter(is_active=True)
    found = User.objects.all() if ask.tab == "all" else active
    if text := ask.one("name"):
        found = found.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if roles := ask.ids("role"):
        found = found.filter(pk__in=_held().filter(role_id__in=roles).values("user_id"))
    cut = ask.slice(found, {"name": "name", "username": "username"})
    held: dict[int, list[str]] = {}
    mine = _held().filter(user_id__in=[one.pk for one in cut.items])
    for user, role in mine.order_by("role__name").values_list("user_id", "role__name"):
        held.setdefault(user, []).append(role)
    rows = [_user_row(one, held.get(one.pk, [])) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"active": capped(active)})


def _held() -> Any:
    return Grant.objects.filter(ended_at__isnull=True, void__isnull=True)


def _user_row(one: User, roles: list[str]) -> Row:
    return Row(
        id=one.pk,
        name=str(one),
        cells={
            "username": (one.username, reverse("parties:user", args=[one.pk])),
            "name": one.name or None,
            "email": one.email or None,
            "roles": ", ".join(roles) or None,
            "word": ("green", _("Active")) if one.is_active else ("grey", _("Deactivated")),
        },
    )


USERS = Table(
    name="users",
    title=N_("Users"),
    permission="parties.user",
    columns=(
        Column("username", N_("Signs in as"), "link", sortable=True),
        Column("name", N_("Name"), sortable=True),
        Column("email", N_("Mail")),
        Column("roles", N_("Roles")),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("name", N_("Name")),
        Filter("role", N_("Role"), "many", lambda _ask: [(str(pk), name) for pk, name in role_names()]),
    ),
    tabs=(Tab("active", N_("Active")), Tab("all", N_("All"))),
    new=New(N_("New user"), "parties:new_user", "parties.user"),
    rows=_users,
)


def role_names() -> list[tuple[int, str]]:
    """Every role by its number."""
    return list(Role.objects.order_by("name").values_list("pk", "name"))


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """Everyone who signs in."""
    return table_page(request, USERS)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.user")
def new_user(request: HttpRequest) -> HttpResponse:
    """Add a person who may sign in."""
    show = partial(_user_form, request, None)
    if request.method != "POST":
        return show(Form({"language": "en", "is_active": True, "roles": ()}))
    actor: Any = request.user
    post = request.POST
    return page_act(
        request,
        lambda: actions.add_user(
            actor=actor,
            values=_values(post),
            password=post.get("password") or None,
            roles=_numbers(request),
        ),
        ok=_("Added %(name)s.") % {"name": post.get("username", "").strip()},
        back=lambda done: reverse("parties:user", args=[done.one("parties.User")]),
        again=show,
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.user")
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """A person: their name, what they may do, whether they may sign in."""
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_user", N_("There is no such user."))
    show = partial(_user_form, request, found)
    if request.method != "POST":
        start: dict[str, Any] = {name: getattr(found, name) for name in (*TEXTS, "is_active")}
        start["location"] = found.location_id or ""
        held = _held().filter(user_id=pk).values_list("role_id", flat=True)
        return show(Form(start | {"roles": [str(role) for role in held]}))
    actor: Any = request.user
    post = request.POST
    return page_act(
        request,
        lambda: actions.change_user(
            actor=actor,
            user=pk,
            values=_values(post) | {"is_active": post.get("is_active") == "yes"},
            password=post.get("password") or None,
            roles=_numbers(request),
        ),
        ok=_("Changed %(name)s.") % {"name": found.username},
        back=reverse("parties:user", args=[pk]),
        again=show,
    )


def _values(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in TEXTS}
    if "location" in post:
        values["location"] = whole(post, "location") if post["location"] else None
    return values


def _user_form(request: HttpRequest, found: User | None, form: Form) -> HttpResponse:
    return render(
        request,
        "parties/user.html",
        {
            "form": form,
            "found": found,
            "roles": role_names(),
            "languages": settings.LANGUAGES,
            "locations": location_choices(found.location_id if found else None),
            "entries": timeline(f"user:{found.pk}", most=12) if found else [],
        },
    )


def _numbers(request: HttpRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("roles") if one.isdecimal() and len(one) < 19]


def _roles(ask: Ask) -> Rows:
    held = Count("grants", filter=Q(grants__ended_at__isnull=True, grants__void__isnull=True))
    cut = ask.slice(Role.objects.annotate(people=held), {"name": "name"})
    return Rows([_role_row(one) for one in cut.items], cut.before, cut.after)


def _role_row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:role", args=[one.pk])),
            "people": one.people,
            "lacks": len(lacking(one.name, one.permissions)) or None,
            "permissions": _("everything") if "*" in one.permissions else ", ".join(one.permissions[:6]),
        },
    )


ROLES = Table(
    name="roles",
    title=N_("Roles"),
    permission="parties.role",
    columns=(
        Column("name", N_("Role"), "link", sortable=True),
        Column("people", N_("People"), "number"),
        Column("permissions", N_("Permissions")),
        Column("lacks", N_("Permissions to look at"), "number"),
    ),
    new=New(N_("New role"), "parties:new_role", "parties.role"),
    rows=_roles,
)


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every named set of permissions."""
    return table_page(request, ROLES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.role")
def new_role(request: HttpRequest) -> HttpResponse:
    """Add a named set of permissions."""
    actor: Any = request.user
    post = request.POST

    def act() -> Any:
        names = post.getlist("permissions")
        return actions.add_role(actor=actor, name=post.get("name", ""), permissions=names)

    return _role_form(request, None, act, _("Added %(name)s.") % {"name": post.get("name", "").strip()})


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.role")
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a role, or give it other permissions; it acts at once."""
    found = Role.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_role", N_("There is no such role."))
    actor: Any = request.user
    post = request.POST

    def act() -> Any:
        values = {"name": post.get("name", ""), "permissions": post.getlist("permissions")}
        return actions.change_role(actor=actor, role=pk, values=values)

    return _role_form(request, found, act, _("Changed %(name)s.") % {"name": found.name})


def _role_form(request: HttpRequest, found: Role | None, act: Callable[[], Any], ok: str) -> HttpResponse:
    lacks = lacking(found.name, found.permissions) if found else []

    def show(form: Form) -> HttpResponse:
        there = {
            "form": form,
            "found": found,
            "groups": grouped(),
            "lacks": [] if "more" in request.GET else [named(one) for one in lacks],
        }
        return render(request, "parties/role.html", there)

    if request.method != "POST":
        more = lacks if "more" in request.GET else []
        start = {"name": found.name, "permissions": [*found.permissions, *more]} if found else {}
        return show(Form({"permissions": ()} | start))
    return page_act(request, act, ok=ok, back=reverse("parties:roles"), again=show)
