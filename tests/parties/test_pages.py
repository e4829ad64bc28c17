"""The pages of organizations, as a browser asks for them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.parties.models import Contact, Organization, Role, Site, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


NEW = {
    "name": "Northwind",
    "customer": "yes",
    "currency": "eur",
    "language": "en",
    "terms_days": "30",
    "billing_policy": "monthly",
    "email": "post@northwind.example",
    "contacts.0.name": "Rosa Wind",
    "sites.0.name": "Harbour",
    "sites.0.city": "Kiel",
    "sites.0.country": "DE",
}


def test_customers_and_vendors_are_listed_apart(browser: Client, company: World) -> None:
    page = seen(browser, "/organizations/")
    assert "Acme" in page
    assert "Grossist" not in page
    page = seen(browser, "/organizations/?tab=vendors")
    assert "Grossist" in page
    assert "Acme" not in page
    assert "Acme" in seen(browser, "/organizations/?tab=all&name=acm")
    Site.objects.filter(pk=company.site.pk).update(city="Ulm")
    assert "Acme" in seen(browser, "/organizations/?city=ulm")
    assert "Acme" not in seen(browser, "/organizations/?city=Bern")


def test_a_list_of_organizations_takes_few_statements(browser: Client, company: World) -> None:
    for n in range(40):
        Organization.objects.create(name=f"Customer {n:02}")
    seen(browser, "/organizations/")
    with CaptureQueriesContext(connection) as found:
        seen(browser, "/organizations/?sort=name")
    assert len(found) <= 12, [query["sql"] for query in found]


def test_an_organization_is_added_with_contact_and_site(browser: Client) -> None:
    assert 'name="contacts.0.name"' in seen(browser, "/organizations/new/")
    response = browser.post("/organizations/new/", NEW)
    assert response.status_code == 303
    made = Organization.objects.get(name="Northwind")
    assert response["Location"] == f"/organizations/{made.pk}/"
    assert (made.currency, made.terms_days, made.vendor) == ("EUR", 30, False)
    page = seen(browser, f"/organizations/{made.pk}/")
    for word in ("Rosa Wind", "Harbour", "Kiel", "Once a month", "Added Northwind."):
        assert word in page
    clean()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("currency", "Euro"),
        ("terms_days", "soon"),
        ("email", "nobody"),
        ("sites.0.country", "D"),
    ],
)
def test_a_refusal_stands_beside_its_field(browser: Client, field: str, typed: str) -> None:
    before = entries()
    response = browser.post("/organizations/new/", NEW | {field: typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="f-{field}-e"' in page
    assert 'value="Rosa Wind"' in page
    assert entries() == before
    assert not Organization.objects.filter(email="post@northwind.example").exists()


def test_an_organization_is_changed_and_retired(browser: Client, company: World) -> None:
    at = f"/organizations/{company.customer.pk}/change/"
    assert 'value="Acme"' in seen(browser, at)
    values = {k: v for k, v in NEW.items() if "." not in k} | {"retired_on": "2026-01-31"}
    assert browser.post(at, values).status_code == 303
    company.customer.refresh_from_db()
    assert (company.customer.name, str(company.customer.retired_on)) == ("Northwind", "2026-01-31")
    assert browser.post(at, values | {"retired_on": "soon"}).status_code == 422
    clean()


def test_contacts_and_sites_are_added_and_changed(browser: Client, company: World) -> None:
    at = f"/organizations/{company.customer.pk}"
    assert browser.post(f"{at}/contacts/new/", {"name": "Ida"}).status_code == 303
    made = Contact.objects.get(name="Ida")
    assert 'value="Ida"' in seen(browser, f"/contacts/{made.pk}/change/")
    assert (
        browser.post(f"/contacts/{made.pk}/change/", {"name": "Ida Lund", "phone": "12"}).status_code == 303
    )
    assert "Ida Lund" in seen(browser, f"{at}/")
    site = {"name": "Depot", "country": "de", "ship_to": "yes"}
    assert browser.post(f"{at}/sites/new/", site).status_code == 303
    depot = Site.objects.get(name="Depot")
    assert (depot.country, depot.ship_to, depot.bill_to) == ("DE", True, False)
    assert browser.post(f"/sites/{depot.pk}/change/", site | {"city": "Ulm"}).status_code == 303
    before = entries()
    refused = browser.post(f"/sites/{depot.pk}/change/", site | {"country": "Germany"})
    assert refused.status_code == 422
    assert 'id="f-country-e"' in refused.content.decode()
    assert browser.post(f"{at}/contacts/new/", {"name": "", "email": "x@y"}).status_code == 422
    assert entries() == before
    clean()


def test_who_may_only_read_gets_no_form(client: Client, company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["parties.read"]))
    client.force_login(clerk)
    page = seen(client, f"/organizations/{company.customer.pk}/")
    assert "/change/" not in page
    assert client.get("/organizations/new/").status_code == 403
    assert client.get("/organizations/999999/").status_code == 404
