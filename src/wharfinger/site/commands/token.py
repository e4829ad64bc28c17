"""Makes an API token for a user, or ends one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.parties.actions.people import create_token, revoke_token
from wharfinger.parties.models import Token, User
from wharfinger.site.commands import Misused, counted


def arguments(parser: ArgumentParser) -> None:
    """Take `create USER` or `revoke PREFIX`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="{create,revoke}")
    create = acts.add_parser("create", help="make a token and print it, and nothing else")
    create.add_argument("user", metavar="USER", help="the name the user signs in with")
    create.add_argument("--name", default="command line", help="what the token is for")
    create.add_argument(
        "--scope", action="append", default=[], help="a permission it is narrowed to; may be repeated"
    )
    create.add_argument(
        "--days", type=counted(1, 36500), help="how many days it is good for; without it, until it is revoked"
    )
    revoke = acts.add_parser("revoke", help="end a token now")
    revoke.add_argument("prefix", metavar="PREFIX", help="how the token begins, as its user's page shows it")


def run(options: Namespace) -> int:
    """Print the new token and nothing else, so that a script can take it; complaints go to stderr."""
    return _create(options) if options.act == "create" else _revoke(options.prefix)


def _create(options: Namespace) -> int:
    user = User.objects.filter(username__iexact=options.user, is_active=True).first()
    if user is None:
        raise Misused(f"There is no user {options.user!r} who may sign in.")
    until = clock.now() + timedelta(days=options.days) if options.days else None
    print(
        create_token(
            actor=HOUSE, user=user.pk, name=options.name, scopes=options.scope, expires_at=until
        ).text
    )
    return 0


def _revoke(prefix: str) -> int:
    found = (
        list(Token.objects.filter(prefix=prefix[:8], revoked_at__isnull=True)[:2]) if len(prefix) >= 8 else []
    )
    if len(found) != 1:
        raise Misused(
            f"{len(found) or 'No'} tokens in use begin like this; give the eight characters of one."
        )
    revoke_token(actor=HOUSE, token=found[0].pk)
    return 0
