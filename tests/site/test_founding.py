"""The first minutes by command line: init, token, audit, each in a process of its own on a new home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import clean, entries
from wharfinger.base import clock, configuration
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import TaxCode
from wharfinger.parties.models import User
from wharfinger.parties.permissions import ROLES
from wharfinger.parties.queries import user_of
from wharfinger.site.commands.init import found_company
from wharfinger.site.taxes import RATES
from wharfinger.stock.models import Bin, Location


def wharfinger(home: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command on an installation of its own."""
    variables = os.environ | {"WHARFINGER_HOME": str(home), "DATABASE_URL": "", "WHARFINGER_TEST_DB": ""}
    command = [sys.executable, "-m", "wharfinger", *words]
    return subprocess.run(command, env=variables, input=given, capture_output=True, text=True, timeout=120)


@pytest.mark.django_db
def test_a_company_has_what_every_company_needs_and_no_more() -> None:
    company = found_company(
        name="Quay & Sons", country="AT", language="de", admin="ada", password="three small boats"
    )
    assert set(company.roles) == set(ROLES)
    assert TaxCode.objects.get(default=True).rate_micro == 200_000
    assert Location.objects.get(default=True).pk == company.location
    assert list(Bin.objects.values_list("default", flat=True)) == [True]
    settings = configuration.read("company", "time_zone", "language")
    assert (settings["company"]["name"], settings["time_zone"], settings["language"]) == (
        "Quay & Sons",
        "Europe/Vienna",
        "de",
    )
    user = User.objects.get(pk=company.admin)
    assert user.check_password("three small boats")
    assert user.may("site.settings")
    clean()


@pytest.mark.django_db
def test_a_company_that_exists_is_never_touched() -> None:
    found_company(name="Quay", admin="ada")
    before = entries()
    with pytest.raises(Refusal) as refused:
        found_company(name="Other", admin="eve")
    assert refused.value.code == "company_exists"
    assert entries() == before
    assert configuration.one("company")["name"] == "Quay"


@pytest.mark.django_db
@pytest.mark.parametrize("country", [*RATES, "SE"])
def test_each_country_has_exactly_one_default_tax_code(country: str) -> None:
    found_company(name="Quay", country=country)
    assert TaxCode.objects.filter(default=True).count() == 1
    assert TaxCode.objects.count() == len(set(TaxCode.objects.values_list("code", flat=True)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"currency": "Euro"}, "not_a_currency", "currency"),
        ({"country": "Germany"}, "not_a_country", "company.country"),
        ({"admin": "ada", "password": "123"}, "weak_password", "password"),
    ],
)
def test_a_company_is_founded_whole_or_not_at_all(values: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        found_company(**{"name": "Quay", **values})
    assert (refused.value.code, refused.value.field) == (code, field)
    assert entries() == 0


@pytest.mark.slow
def test_init_token_and_audit_work_by_command_line(tmp_path: Path) -> None:
    words = ("init", "--company", "Quay", "--currency", "EUR", "--country", "DE", "--admin", "ada")
    weak = wharfinger(tmp_path, *words, "--password-file", "-", given="123\n")
    assert (weak.returncode, weak.stdout) == (2, "")
    made = wharfinger(tmp_path, *words, "--password-file", "-", given="three small boats at noon\n")
    assert (made.returncode, made.stdout) == (0, "Quay is ready; sign in as ada.\n")
    again = wharfinger(tmp_path, *words)
    assert (again.returncode, again.stdout) == (
        0,
        "There is a company in this database already; it stays as it is.\n",
    )
    token = wharfinger(tmp_path, "token", "create", "ADA", "--scope", "*.read")
    assert token.returncode == 0
    assert token.stdout.startswith("wh_")
    assert len(token.stdout.split()) == 1
    stranger = wharfinger(tmp_path, "token", "create", "nobody")
    assert (stranger.returncode, stranger.stdout) == (2, "")
    revoked = wharfinger(tmp_path, "token", "revoke", token.stdout[:8])
    assert (revoked.returncode, revoked.stderr) == (0, "")
    audit = wharfinger(tmp_path, "audit")
    assert audit.returncode == 0
    assert audit.stdout.endswith("laws hold.\n")


@pytest.mark.django_db
def test_a_token_that_nobody_made_stands_for_nobody() -> None:
    found_company(name="Quay", admin="ada")
    assert user_of("wh_guess", now=clock.now()) is None
    assert user_of("wh_ü", now=clock.now()) is None
