"""Founds a company: what every company needs, and nothing in one that exists."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from django.db import transaction

from wharfinger.base import configuration
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import N_, Refusal
from wharfinger.catalog.actions import add_tax_code
from wharfinger.catalog.models import TaxCode
from wharfinger.parties.actions.people import add_role, add_user
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role, User
from wharfinger.parties.permissions import ROLES
from wharfinger.site.commands import Misused, refused_by_system
from wharfinger.site.tables import bring_up_to_date
from wharfinger.site.taxes import tax_codes
from wharfinger.stock.actions.locations import add_location
from wharfinger.stock.models import Location

LOCATION = {"en": "Warehouse", "de": "Lager"}
ZONES = {
    "DE": "Europe/Berlin",
    "AT": "Europe/Vienna",
    "CH": "Europe/Zurich",
    "FR": "Europe/Paris",
    "NL": "Europe/Amsterdam",
    "BE": "Europe/Brussels",
    "IT": "Europe/Rome",
    "ES": "Europe/Madrid",
    "PL": "Europe/Warsaw",
    "GB": "Europe/London",
    "US": "America/New_York",
}


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it was founded."""

    admin: int | None
    location: int
    roles: dict[str, int]
    tax_codes: dict[str, int]


def exists() -> bool:
    """Whether a company lives in this database already."""
    return (
        User.objects.exists() or Location.objects.exists() or Setting.objects.filter(key="company").exists()
    )


def found_company(
    *,
    name: str,
    currency: str = "EUR",
    country: str = "DE",
    language: str = "en",
    admin: str = "",
    password: str | None = None,
    location: str = "",
) -> Company:
    """Make an empty company: settings, roles, tax codes, one location with a bin, an administrator if named.

    All of it or nothing. Raises Refusal when a company is there already.
    """
    with transaction.atomic():
        if exists():
            raise Refusal(
                "company_exists", N_("There is a company in this database already; it stays as it is.")
            )
        set_setting(actor=HOUSE, name="company", value={"name": name, "country": country})
        set_setting(actor=HOUSE, name="currency", value=currency)
        set_setting(actor=HOUSE, name="language", value=language)
        set_setting(
            actor=HOUSE, name="time_zone", value=ZONES.get(country, configuration.DEFAULTS["time_zone"])
        )
        roles = {
            role: add_role(actor=HOUSE, name=role, permissions=permissions).one("parties.Role")
            for role, permissions in ROLES.items()
        }
        for code in tax_codes(country):
            add_tax_code(actor=HOUSE, values=code)
        made = add_location(actor=HOUSE, values={"name": location or LOCATION[language]})
        user = None
        if admin:
            values = {"username": admin, "language": language}
            done = add_user(actor=HOUSE, values=values, password=password, roles=[roles["administrator"]])
            user = done.one("parties.User")
    return Company(
        admin=user,
        location=made.one("stock.Location"),
        roles=dict(Role.objects.values_list("name", "pk")),
        tax_codes=dict(TaxCode.objects.values_list("code", "pk")),
    )


def arguments(parser: ArgumentParser) -> None:
    """Take the company's name, currency and country, and who administers it."""
    parser.add_argument("--company", required=True, type=_name, help="the company's name")
    parser.add_argument("--currency", default="EUR", help="three letters, like EUR")
    parser.add_argument("--country", default="DE", help="two letters, like DE; decides the tax codes")
    parser.add_argument("--language", default="en", choices=("en", "de"), help="of the company's documents")
    parser.add_argument(
        "--admin", required=True, type=_name, metavar="USER", help="the name of the first administrator"
    )
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="F",
        help="a file with the password; - reads standard input; without it you are asked at a terminal",
    )


def run(options: Namespace) -> int:
    """Prepare the database and found the company; one that exists is left alone, and that is no error."""
    bring_up_to_date()
    if exists():
        print("There is a company in this database already; it stays as it is.")
        return 0
    password = _password(options.password_file)
    found_company(
        name=options.company,
        currency=options.currency,
        country=options.country,
        language=options.language,
        admin=options.admin,
        password=password,
    )
    if password is None:
        print(
            f"{options.company} is ready. {options.admin} has no password yet: `wharfinger token create "
            f"{options.admin}` makes a token, by which the API sets one."
        )
    else:
        print(f"{options.company} is ready; sign in as {options.admin}.")
    return 0


def _name(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("a name is needed")
    return text.strip()


def _password(file: Path | None) -> str | None:
    """The first line of the file, or what is typed; with neither nobody can sign in by password yet."""
    if file is None:
        return getpass("Password of the administrator: ") if sys.stdin.isatty() else None
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Misused(f"{file} is no text in UTF-8.") from error
    except OSError as error:
        raise Misused(refused_by_system(error)) from error
    return text.split("\n", 1)[0].rstrip("\r")
