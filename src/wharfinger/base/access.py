"""Who may do what: each verb has one permission, checked in its action, so every door is locked alike."""

from __future__ import annotations

from typing import Protocol

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


def require(actor: Actor, permission: str) -> None:
    """Let the actor pass who holds the permission; raise NotAllowed, naming it, otherwise."""
    if not actor.may(permission):
        raise NotAllowed(
            "not_allowed",
            N_("This needs the permission “{permission}”. Ask an administrator for it."),
            permission=permission,
        )
