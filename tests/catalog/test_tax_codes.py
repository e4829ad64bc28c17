"""Tax codes hold from a day until a day and are followed by another; where nothing is charged a code says why."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.conftest import call
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import add_tax_code
from wharfinger.catalog.models import TaxCode
from wharfinger.catalog.rules.validity import that_holds
from wharfinger.catalog.rules.vatex import CATEGORY_OF, REASONED
from wharfinger.site.taxes import RATES, tax_codes

__all__ = ["call"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def code(pk: int, first: str = "", last: str = "", then: int | None = None) -> Any:
    """A tax code of these days."""
    days = [date.fromisoformat(one) if one else None for one in (first, last)]
    return SimpleNamespace(pk=pk, code=f"C{pk}", valid_from=days[0], valid_until=days[1], successor_id=then)


def test_the_one_that_holds_is_found_forwards_and_backwards() -> None:
    chain = [code(1, "", "2020-06-30", 2), code(2, "2020-07-01", "2020-12-31", 3), code(3, "2021-01-01")]
    codes = {one.pk: one for one in chain}
    days = {"2020-06-30": 1, "2020-07-01": 2, "2020-12-31": 2, "2021-01-01": 3}
    for day, pk in days.items():
        assert [that_holds(codes, one, date.fromisoformat(day)).pk for one in chain] == [pk] * 3


def test_a_gap_is_refused_and_not_searched_for_ever() -> None:
    codes = {1: code(1, "", "2020-06-30", 2), 2: code(2, "2020-07-10")}
    for one in codes.values():
        with pytest.raises(Refusal) as refused:
            that_holds(codes, one, date(2020, 7, 5))
        assert refused.value.code == "tax_code_not_yet"


def test_every_exemption_code_has_a_category_in_which_it_is_used() -> None:
    assert set(CATEGORY_OF.values()) == set(REASONED)
    assert [
        CATEGORY_OF[f"VATEX-EU-{name}"] for name in ("AE", "IC", "G", "O", "132-1Q", "79-C", "151-1AA", "D")
    ] == [
        *("AE", "K", "G", "O"),
        *("E",) * 4,
    ]
    assert len(CATEGORY_OF) == 64


def test_what_a_company_begins_with_passes(company: World) -> None:
    for country in RATES:
        TaxCode.objects.all().update(default=False)
        for one in tax_codes(country):
            code = f"{country} {one['code']}"
            made = add_tax_code(actor=HOUSE, values={**one, "code": code, "default": False})
            row = TaxCode.objects.get(pk=made.one("catalog.TaxCode"))
            assert row.exemption_code == "" or CATEGORY_OF[row.exemption_code] == row.category


def test_days_successor_and_exemption_are_said_and_shown(company: World, call: Any) -> None:
    body = {"code": "V20", "name": "20 %", "rate": "20", "valid_from": "2021-01-01"}
    status, made = call("post", "/tax-codes", body)
    assert (status, made["valid_from"], made["valid_until"], made["successor"]) == (
        201,
        "2021-01-01",
        None,
        None,
    )
    change = {"valid_until": "2020-12-31", "successor": made["id"]}
    status, found = call("patch", f"/tax-codes/{company.tax.pk}", change)
    assert (status, found["valid_until"], found["successor"]) == (200, "2020-12-31", made["id"])
    exempt = {"code": "K", "name": "EU", "category": "K", "exemption_code": "vatex-eu-ic"}
    status, found = call("post", "/tax-codes", exempt)
    assert (status, found["exemption_code"]) == (201, "VATEX-EU-IC")
    clean()


def test_the_rate_of_a_code_that_only_follows_may_still_change(company: World, call: Any) -> None:
    made = call("post", "/tax-codes", {"code": "V20", "name": "20 %", "rate": "20"})[1]
    call("patch", f"/tax-codes/{company.tax.pk}", {"valid_until": "2020-12-31", "successor": made["id"]})
    status, found = call("patch", f"/tax-codes/{made['id']}", {"rate": "21"})
    assert (status, found["rate"]) == (200, "21")


def test_what_does_not_fit_is_refused_beside_its_field(company: World, call: Any) -> None:
    made = call("post", "/tax-codes", {"code": "V20", "name": "20 %", "rate": "20"})[1]["id"]
    at = f"/tax-codes/{company.tax.pk}"
    call("patch", at, {"valid_until": "2020-12-31", "successor": made})
    before = entries()
    for path, body, code, field in (
        (at, {"valid_from": "2021-02-01"}, "ends_before_it_begins", "valid_until"),
        (at, {"valid_until": None}, "never_ends", "valid_until"),
        (at, {"successor": 10**9}, "no_such_tax_code", "successor"),
        (at, {"successor": company.tax.pk}, "leads_back", "successor"),
        (
            f"/tax-codes/{made}",
            {"valid_until": "2030-01-01", "successor": company.tax.pk},
            "leads_back",
            "successor",
        ),
        (at, {"exemption_code": "VATEX-EU-O"}, "taxed_after_all", "exemption_code"),
        (at, {"category": "E", "exemption_code": "VATEX-EU-IC"}, "of_another_category", "exemption_code"),
        (at, {"category": "E", "exemption_code": "VATEX-EU-99"}, "no_such_exemption", "exemption_code"),
    ):
        status, found = call("patch", path, body)
        assert (status in (409, 422), found["code"], found["field"]) == (True, code, field), body
    assert entries() == before
    clean()


def test_the_page_keeps_and_lists_them(company: World, client: Client) -> None:
    client.force_login(company.user)
    made = add_tax_code(actor=HOUSE, values={"code": "V20", "name": "20 %", "rate": "20"}).one(
        "catalog.TaxCode"
    )
    at = f"/settings/tax-codes/{company.tax.pk}/"
    values = {"code": "S19", "name": "19 %", "rate": "19", "category": "S", "default": "yes"}
    days = {"valid_until": "2020-12-31", "successor": str(made)}
    assert client.post(at, values | days).status_code == 303
    company.tax.refresh_from_db()
    assert (company.tax.valid_until, company.tax.successor_id) == (date(2020, 12, 31), made)
    page = client.get(at).content.decode()
    assert 'value="2020-12-31"' in page
    assert f'<option value="{made}" selected>' in page
    assert 'value="VATEX-EU-IC"' in page
    assert f'href="/settings/tax-codes/{made}/"' in client.get("/settings/tax-codes/").content.decode()
    refused = client.post(at, values | {"successor": str(made)})
    assert refused.status_code == 422
    assert 'id="f-valid_until-e"' in refused.content.decode()
    assert client.post(at, values).status_code == 303
    company.tax.refresh_from_db()
    assert (company.tax.valid_until, company.tax.successor_id) == (None, None)
