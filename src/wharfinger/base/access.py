"""Who may do what: each verb has one permission, checked in its action, so every door is locked alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from wharfinger.base.refusal import N_, NotAllowed


class Actor(Protocol):
    """Whoever acts: a user, or the house itself."""

    pk: int | None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission ``module.verb``."""
        ...


class TheHouse:
    """The worker and the command line, which act for the company and may do everything."""

    pk: int | None = None

    def may(self, permission: str) -> bool:  # noqa: ARG002 - whatever it is
        """Whatever it is, the house may."""
        return True


HOUSE = TheHouse()


class Right(str):
    """A permission by its name, which reads in a sentence as the page of roles calls it."""

    __slots__ = ()
    named: ClassVar[Callable[[str], str]] = str
    """How it is called; the site says it, for the words belong to whoever keeps roles."""

    def __format__(self, spec: str) -> str:
        return type(self).named(str(self))


class Whoever(str):
    """A permission by its name, which reads in a sentence as the people who hold it."""

    __slots__ = ()
    named: ClassVar[Callable[[str], str]] = str
    """What they are called, said by the site as well."""

    def __format__(self, spec: str) -> str:
        return type(self).named(str(self))


def lacks(permission: str) -> NotAllowed:
    """What whoever lacks a permission is told."""
    return NotAllowed(
        "not_allowed",
        N_("This needs the permission “{permission}”. Ask an administrator for it."),
        permission=Right(permission),
    )


def require(actor: Actor, permission: str) -> None:
    """Let the actor pass who holds the permission; raise NotAllowed, naming it, otherwise."""
    if not actor.may(permission):
        raise lacks(permission)
