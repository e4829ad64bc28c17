"""Users, roles and tokens over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.parties import queries
from wharfinger.parties.actions import people as actions
from wharfinger.parties.models import Role, Token, User

router = Router(tags=["people"])

Language = Literal["en", "de"]


class UserGiven(Given):
    """A new person who may sign in."""

    username: str = Field(min_length=1, max_length=150, examples=["mara"])
    name: str = Field(default="", max_length=200, examples=["Mara Lindt"])
    email: str = Field(default="", max_length=254, examples=["mara@example.com"])
    language: Language = "en"
    is_active: bool = True
    location: Id | None = Field(
        default=None, examples=[None], description="From where goods of what they sell are taken first."
    )
    password: str | None = Field(default=None, max_length=200, examples=["three small boats at noon"])
    roles: list[Id] = Field(default=[], max_length=100)


class UserChange(Given):
    """What changes of a person."""

    username: str | None = Field(default=None, min_length=1, max_length=150, examples=["mara"])
    name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254, examples=["mara@example.com"])
    language: Language | None = None
    is_active: bool | None = None
    location: Id | None = Field(default=None, examples=[None], description="Null for none.")
    password: str | None = Field(default=None, max_length=200, examples=["three small boats at noon"])
    roles: list[Id] | None = Field(default=None, max_length=100, description="All roles held from now on.")


class UserOut(Shown):
    """A person who may sign in."""

    id: Id
    username: str = Field(examples=["mara"])
    name: str = Field(examples=["Mara Lindt"])
    email: str
    language: str = Field(examples=["en"])
    is_active: bool
    location: Id | None = Field(description="From where goods of what they sell are taken first.")
    roles: list[Id]


class UserDone(UserOut, Done):
    """A person, and the entry that wrote them."""


class RoleGiven(Given):
    """A new role."""

    name: str = Field(min_length=1, max_length=60, examples=["buyer"])
    permissions: list[str] = Field(default=[], max_length=500, examples=[["*.read", "purchasing.order"]])


class RoleChange(Given):
    """What changes of a role."""

    name: str | None = Field(default=None, min_length=1, max_length=60)
    permissions: list[str] | None = Field(
        default=None, max_length=500, examples=[["*.read", "purchasing.order"]]
    )


class RoleOut(Shown):
    """A named set of permissions."""

    id: Id
    name: str = Field(examples=["buyer"])
    permissions: list[str] = Field(examples=[["*.read", "purchasing.order"]])


class RoleDone(RoleOut, Done):
    """A role, and the entry that wrote it."""


class TokenGiven(Given):
    """A new token."""

    name: str = Field(min_length=1, max_length=100, examples=["Web shop"])
    user: Id | None = Field(default=None, description="Whom it stands for; oneself without it.")
    scopes: list[str] = Field(
        default=[],
        max_length=500,
        examples=[["*.read"]],
        description="What it is narrowed to; empty is nothing less.",
    )
    expires_at: AwareDatetime | None = None


class TokenOut(Shown):
    """A token; its text is shown once, when it is made."""

    id: Id
    user: Id
    name: str = Field(examples=["Web shop"])
    prefix: str = Field(examples=["wh_3fK9x"])
    scopes: list[str] = Field(examples=[["*.read"]])
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut, Done):
    """A new token with its text."""

    token: str | None = Field(
        default=None, examples=["wh_3fK9xT0aN4…"], description="Missing where the answer is a repeated one."
    )


class TokenDone(TokenOut, Done):
    """A token, and the entry that wrote it."""


USERS = Listing(
    "users",
    sorts={"username": "username", "name": "name"},
    filters={"username": "username", "is_active": "is_active", "role": queries.with_role},
    q=("username", "name", "email"),
)
ROLES = Listing("roles", sorts={"name": "name"}, filters={"name": "name"}, q=("name",))
TOKENS = Listing("tokens", sorts={"name": "name"}, filters={"user": "user_id"}, q=("name",))


def _show_user(pk: int) -> dict[str, Any]:
    return queries.show_users([there(User.objects.all(), pk)])[0]


def _show_role(pk: int) -> dict[str, Any]:
    return queries.show_roles([there(Role.objects.all(), pk)])[0]


def _show_token(pk: int) -> dict[str, Any]:
    return queries.show_tokens([there(Token.objects.all(), pk)])[0]


@router.get("/users", response=Page[UserOut], openapi_extra=USERS.described, summary="List users")
def users(request: Request) -> HttpResponse:
    """People who may sign in."""
    require(request.auth, "parties.read")
    return USERS.answer(request, User.objects.all(), queries.show_users)


@router.get("/users/{id}", response=UserOut, summary="Read a user")
def user(request: Request, id: Id) -> HttpResponse:
    """A person with the roles they hold."""
    require(request.auth, "parties.read")
    return detail(request, f"user:{id}", _show_user(id))


@router.post("/users", response={201: UserDone}, summary="Add a user")
def add_user(request: Request, body: UserGiven) -> HttpResponse:
    """Add a person who may sign in."""
    values = body.model_dump(exclude_unset=True)
    apart = {"password": values.pop("password", None), "roles": values.pop("roles", [])}
    act = partial(actions.add_user, actor=request.auth, values=values, **apart)
    return make(request, act, "parties.User", _show_user, subject="user")


@router.patch("/users/{id}", response=UserDone, summary="Change a user")
def change_user(request: Request, id: Id, body: UserChange) -> HttpResponse:
    """Change a person, their roles or their password; ``is_active`` false shuts them out at once."""
    values = body.model_dump(exclude_unset=True)
    apart = {"password": values.pop("password", None), "roles": values.pop("roles", None)}
    act = partial(actions.change_user, actor=request.auth, user=id, values=values, **apart)
    return write(request, act, lambda _: _show_user(id), about=f"user:{id}")


@router.get("/roles", response=Page[RoleOut], openapi_extra=ROLES.described, summary="List roles")
def roles(request: Request) -> HttpResponse:
    """Roles with their permissions."""
    require(request.auth, "parties.read")
    return ROLES.answer(request, Role.objects.all(), queries.show_roles)


@router.get("/roles/{id}", response=RoleOut, summary="Read a role")
def role(request: Request, id: Id) -> HttpResponse:
    """A role with its permissions."""
    require(request.auth, "parties.read")
    return detail(request, f"role:{id}", _show_role(id))


@router.post("/roles", response={201: RoleDone}, summary="Add a role")
def add_role(request: Request, body: RoleGiven) -> HttpResponse:
    """Add a named set of permissions."""
    act = partial(actions.add_role, actor=request.auth, name=body.name, permissions=body.permissions)
    return make(request, act, "parties.Role", _show_role, subject="role")


@router.patch("/roles/{id}", response=RoleDone, summary="Change a role")
def change_role(request: Request, id: Id, body: RoleChange) -> HttpResponse:
    """Rename a role, or give it other permissions; it acts at once."""
    act = partial(
        actions.change_role, actor=request.auth, role=id, values=body.model_dump(exclude_unset=True)
    )
    return write(request, act, lambda _: _show_role(id), about=f"role:{id}")


@router.get("/tokens", response=Page[TokenOut], openapi_extra=TOKENS.described, summary="List tokens")
def tokens(request: Request) -> HttpResponse:
    """One's own tokens; everybody's for those who may make tokens for others."""
    everybody = request.auth.may("parties.token")
    return TOKENS.answer(
        request,
        Token.objects.all() if everybody else Token.objects.filter(user=request.auth),
        queries.show_tokens,
    )


@router.post("/tokens", response={201: TokenMade}, summary="Make a token")
def create_token(request: Request, body: TokenGiven) -> HttpResponse:
    """Make a token; the answer is the only time its text is shown."""
    shown: dict[str, str] = {}

    def act() -> Written:
        made = actions.create_token(
            actor=request.auth,
            user=body.user or request.auth.pk,
            name=body.name,
            scopes=body.scopes,
            expires_at=body.expires_at,
        )
        shown["token"] = made.text
        return made.written

    return make(request, act, "parties.Token", _show_token, subject="token", once=shown)


@router.post("/tokens/{id}/revoke", response=TokenDone, summary="Revoke a token")
def revoke_token(request: Request, id: Id) -> HttpResponse:
    """End a token now."""
    act = partial(actions.revoke_token, actor=request.auth, token=id)
    return write(request, act, lambda _: _show_token(id), about=f"token:{id}")
