"""The verbs of users, roles and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from wharfinger.base import clock
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import text
from wharfinger.base.refusal import N_, BadInput, NotAllowed
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties import rules
from wharfinger.parties.actions.organizations import quietly, read_location
from wharfinger.parties.models import Grant, Role, Token, User, covers
from wharfinger.parties.queries import digest

Values = Mapping[str, Any]


def add_user(
    *,
    actor: Actor,
    values: Values,
    password: str | None = None,
    roles: Sequence[int] = (),
    key: str | None = None,
) -> Written:
    """Add a person who may sign in; without a password they cannot until they have one."""
    require(actor, "parties.user")
    clean = rules.columns(rules.clean(rules.USER, values))
    _name_is_free(clean.get("username", ""))
    plan = partial(rules.plan_user, values=clean, password=_hashed(password, clean), roles=list(roles))
    return post("add", Wish(reads=(_read_roles, *read_location(clean))), plan, actor=actor, key=key)


def change_user(
    *,
    actor: Actor,
    user: int,
    values: Values,
    roles: Sequence[int] | None = None,
    password: str | None = None,
    key: str | None = None,
) -> Written:
    """Change a person, what they may do, or their password."""
    require(actor, "parties.user")
    clean = rules.columns(rules.clean(rules.USER, values))
    if "username" in clean:
        _name_is_free(clean["username"], but=user)
    hidden = clean if password is None else {**clean, "password": _hashed(password, clean)}
    plan = partial(
        rules.plan_user_change, pk=user, values=clean, roles=None if roles is None else list(roles)
    )
    grants = Grant.objects.filter(user_id=user, ended_at__isnull=True, void__isnull=True).values_list(
        "pk", flat=True
    )
    # Roles are locked first, all of them: two administrators must not dismiss each other at once.
    every = Role.objects.values_list("pk", flat=True)
    reads = (_read_roles, *read_location(clean))
    wish = Wish(documents=[(Role, every), (User, [user]), (Grant, grants)], reads=reads)
    return quietly(User, user, hidden, lambda: post("change", wish, plan, actor=actor, key=key))


def change_password(*, user: Any, old: str, new: str) -> Written:
    """Give oneself another password, knowing the present one; the journal tells that, not the password."""
    if not user.check_password(old):
        raise BadInput("wrong_password", N_("This is not your present password. Type it again."), field="old")
    hidden = {"password": _hashed(new, {"username": user.username, "name": user.name}, field="new")}
    plan = partial(rules.plan_own, pk=user.pk, values={})
    wish = Wish(documents=[(User, [user.pk])])
    return quietly(User, user.pk, hidden, lambda: post("change_password", wish, plan, actor=user))


def change_language(*, user: Any, language: str) -> Written:
    """Choose the language of one's own pages and mails."""
    values = rules.clean({"language": rules.USER["language"]}, {"language": language})
    plan = partial(rules.plan_own, pk=user.pk, values=values)
    return post("change", Wish(documents=[(User, [user.pk])]), plan, actor=user)


def add_role(*, actor: Actor, name: str, permissions: Sequence[str], key: str | None = None) -> Written:
    """Add a named set of permissions."""
    require(actor, "parties.role")
    plan = partial(
        rules.plan_role, name=text(60, needed=True)(name, "name"), names=rules.permissions(list(permissions))
    )
    return post("add", Wish(), plan, actor=actor, key=key)


def change_role(*, actor: Actor, role: int, values: Values, key: str | None = None) -> Written:
    """Rename a role, or give it other permissions; it acts at once."""
    require(actor, "parties.role")
    clean = rules.clean({"name": text(60, needed=True), "permissions": rules.permissions}, values)
    every = Role.objects.values_list("pk", flat=True)
    wish = Wish(documents=[(Role, every)], reads=(_read_roles,))
    return post("change", wish, partial(rules.plan_role_change, pk=role, values=clean), actor=actor, key=key)


class NewToken(NamedTuple):
    """A token as it is shown once, and the entry that made it."""

    text: str
    written: Written


def create_token(
    *,
    actor: Actor,
    user: int,
    name: str,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
    key: str | None = None,
) -> NewToken:
    """Make a token for oneself, or for others where one may; its text is shown once and kept only hashed."""
    if actor.pk != user:
        require(actor, "parties.token")
    clean = rules.permissions(list(scopes), "scopes")
    _no_wider(actor, clean)
    if expires_at is not None and expires_at.tzinfo is None:
        raise BadInput(
            "needs_offset",
            N_("Give the time with its offset, like 2026-11-30T10:00:00+01:00."),
            field="expires_at",
        )
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("in_the_past", N_("This time has passed. Choose a later one."), field="expires_at")
    shown = f"wh_{secrets.token_urlsafe(32)}"
    values = {
        "name": text(100, needed=True)(name, "name"),
        "digest": digest(shown),
        "prefix": shown[:8],
        "scopes": clean,
        "expires_at": expires_at,
    }
    wish = Wish(documents=[(User, [user])])
    return NewToken(
        shown, post("add", wish, partial(rules.plan_token, user=user, values=values), actor=actor, key=key)
    )


def revoke_token(*, actor: Actor, token: int, key: str | None = None) -> Written:
    """End a token now: one's own, or others' where one may."""
    if not Token.objects.filter(pk=token, user_id=actor.pk or 0).exists():
        require(actor, "parties.token")
    return post(
        "revoke",
        Wish(documents=[(Token, [token])]),
        partial(rules.plan_revoke, pk=token),
        actor=actor,
        key=key,
    )


def _no_wider(actor: Actor, scopes: Sequence[str]) -> None:
    """Refuse a token that may do more than the narrowed token which asks for it."""
    held = getattr(actor, "scopes", None)
    if held is not None and not (scopes and all(covers(held, scope) for scope in scopes)):
        raise NotAllowed(
            "wider_token", N_("A token cannot make one that may do more. Make it signed in by your password.")
        )


def _read_roles(truth: Truth) -> None:
    truth.read["roles"] = {role.pk: role for role in Role.objects.all()}
    truth.read["grants"] = list(Grant.objects.filter(ended_at__isnull=True, void__isnull=True))
    truth.read["active"] = set(User.objects.filter(is_active=True).values_list("pk", flat=True))


def _name_is_free(name: str, *, but: int | None = None) -> None:
    if User.objects.filter(username__iexact=name).exclude(pk=but or 0).exists():
        raise BadInput(
            "name_taken", N_("Somebody signs in with this name already. Choose another."), field="username"
        )


def _hashed(password: str | None, values: Values, *, field: str = "password") -> str:
    if password is None:
        return make_password(None)
    try:
        validate_password(password, User(username=values.get("username", ""), name=values.get("name", "")))
    except ValidationError as error:
        raise BadInput(
            "weak_password",
            N_("Choose another password. {why}"),
            field=field,
            why=" ".join(error.messages),
        ) from None
    return make_password(password)
