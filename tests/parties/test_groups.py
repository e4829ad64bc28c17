"""Customers for whom the same prices hold are kept as groups."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import World, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.groups import add_customer_group, change_customer_group
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.models import CustomerGroup, Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def group(name: str = "Resellers") -> int:
    return add_customer_group(actor=HOUSE, values={"name": name}).one("parties.CustomerGroup")


def test_a_customer_joins_a_group_and_undo_takes_them_out(company: World) -> None:
    resellers = group()
    joined = change_organization(
        actor=HOUSE, organization=company.customer.pk, values={"customer_group": resellers}
    )
    assert Organization.objects.get(pk=company.customer.pk).customer_group_id == resellers
    reverse(actor=HOUSE, entry=joined.id)
    assert Organization.objects.get(pk=company.customer.pk).customer_group_id is None


def test_two_groups_have_two_names(company: World) -> None:
    group()
    schools = group("Schools")
    before = entries()
    for act in (
        lambda: group(" resellers "),
        lambda: change_customer_group(actor=HOUSE, group=schools, values={"name": "RESELLERS"}),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("name_taken", "name")
    assert entries() == before


def test_nobody_joins_a_group_that_is_retired_and_who_is_in_it_stays(company: World) -> None:
    resellers = group()
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"customer_group": resellers})
    change_customer_group(actor=HOUSE, group=resellers, values={"retired_on": "2026-01-01"})
    change_organization(
        actor=HOUSE, organization=company.customer.pk, values={"customer_group": resellers, "phone": "1"}
    )
    before = entries()
    for wanted in (resellers, 999):
        with pytest.raises(BadInput) as refused:
            change_organization(
                actor=HOUSE, organization=company.vendor.pk, values={"customer_group": wanted}
            )
        assert (refused.value.code, refused.value.field) == ("no_such_group", "customer_group")
    assert entries() == before


def test_pages_keep_groups(client: Client, company: World) -> None:
    client.force_login(company.user)
    assert client.post("/settings/customer-groups/new/", {"name": "Schools"}).status_code == 303
    schools = CustomerGroup.objects.get()
    form = {
        "name": "Acme",
        "customer": "yes",
        "currency": "EUR",
        "language": "en",
        "terms_days": "14",
        "billing_policy": "shipment",
        "customer_group": str(schools.pk),
    }
    assert client.post(f"/organizations/{company.customer.pk}/change/", form).status_code == 303
    assert "Schools" in seen(client, f"/organizations/{company.customer.pk}/")
    assert "Acme" in seen(client, f"/organizations/?tab=all&group={schools.pk}")
    assert "Schools" in seen(client, "/settings/customer-groups/")
    page = client.post(f"/settings/customer-groups/{schools.pk}/", {"name": ""})
    assert page.status_code == 422
    renamed = {"name": "Schools and clubs", "retired_on": ""}
    assert client.post(f"/settings/customer-groups/{schools.pk}/", renamed).status_code == 303
    assert CustomerGroup.objects.get().name == "Schools and clubs"


def test_the_api_keeps_groups(client: Client, company: World) -> None:
    client.force_login(company.user)
    json = "application/json"
    made = client.post("/api/v1/customer-groups", {"name": "Resellers"}, content_type=json)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    joined = client.patch(
        f"/api/v1/organizations/{company.customer.pk}", {"customer_group": pk}, content_type=json
    )
    assert joined.json()["customer_group"] == pk
    found = client.get(f"/api/v1/organizations?customer_group={pk}").json()["items"]
    assert [one["id"] for one in found] == [company.customer.pk]
    retired = client.patch(f"/api/v1/customer-groups/{pk}", {"retired_on": "2026-11-01"}, content_type=json)
    assert retired.json()["retired_on"] == "2026-11-01"
    assert client.get("/api/v1/customer-groups?retired=false").json()["items"] == []
