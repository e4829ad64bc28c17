"""Organizations, people, products, locations, settings through the API: added, changed, undone, refused."""

from typing import Any

import pytest
from django.test import Client

from tests.world import clean, entries
from wharfinger.ledger.models import Fact, Lot, Place
from wharfinger.parties.models import Contact, Token, User
from wharfinger.parties.queries import digest
from wharfinger.site.commands.init import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company(name="Quay & Sons", admin="ada", password="three small boats at noon")


class Caller:
    """A person at the API, by session."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        call = getattr(self.client, method)
        return (
            call(f"/api/v1{path}", body, "application/json", headers=headers)
            if method != "get"
            else call(f"/api/v1{path}", headers=headers)
        )

    def good(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        response = self.send(method, path, body, **headers)
        assert response.status_code in (200, 201), response.content
        return response.json()

    def refused(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, str, str | None]:
        before = entries()
        response = self.send(method, path, body, **headers)
        assert entries() == before, "a refusal wrote something"
        shown = response.json()
        return response.status_code, shown["code"], shown.get("field")


@pytest.fixture
def ada(company: Company) -> Caller:
    return Caller(User.objects.get(username="ada"))


def person(role: str) -> Caller:
    """Somebody who holds one of the first roles."""
    user = User.objects.create(username=role)
    user.roles.add(user.roles.model.objects.get(name=role))
    return Caller(user)


ACME = {
    "name": "Acme",
    "contacts": [{"name": "Rosa", "email": "rosa@example.com"}],
    "sites": [{"name": "Head office", "city": "Hamburg"}, {"name": "Depot", "country": "AT"}],
}


def test_an_organization_comes_with_contacts_sites_and_their_places(ada: Caller) -> None:
    made = ada.good("post", "/organizations", ACME)
    assert [site["country"] for site in made["sites"]] == ["DE", "AT"]
    assert (made["currency"], made["terms_days"]) == ("EUR", 14)
    assert Place.objects.filter(kind="customer").count() == Place.objects.filter(kind="rented").count() == 2
    assert ada.good("get", f"/organizations/{made['id']}") == {k: v for k, v in made.items() if k != "entry"}
    clean()


def test_a_change_is_a_fact_and_undo_brings_the_old_value_back(ada: Caller) -> None:
    made = ada.good("post", "/organizations", ACME)
    done = ada.good("patch", f"/organizations/{made['id']}", {"name": "Acme Group", "terms_days": 30})
    assert (done["name"], done["terms_days"]) == ("Acme Group", 30)
    changes = ada.good("get", f"/journal/{done['entry']}")["changes"]
    assert {c["field"]: (c["old"], c["new"]) for c in changes} == {
        "name": ("Acme", "Acme Group"),
        "terms_days": (14, 30),
    }
    ada.good("post", f"/journal/{done['entry']}/reverse", {})
    assert ada.good("get", f"/organizations/{made['id']}")["name"] == "Acme"
    clean()


def test_a_person_stays_out_of_the_journal(ada: Caller) -> None:
    made = ada.good("post", "/organizations", ACME)
    contact = made["contacts"][0]["id"]
    done = ada.good(
        "patch", f"/organizations/{made['id']}/contacts/{contact}", {"email": "petri@example.com"}
    )
    assert done["contacts"][0]["email"] == "petri@example.com"
    assert not Fact.objects.filter(subject=f"contact:{contact}", field__isnull=False).exists()
    assert not Fact.objects.filter(new__contains="example.com").exists()


def test_bad_fields_of_an_organization_are_named(ada: Caller) -> None:
    assert ada.refused("post", "/organizations", {**ACME, "name": ""}) == (422, "bad_input", "name")
    assert ada.refused("post", "/organizations", {"name": " "}) == (422, "missing", "name")
    assert ada.refused("post", "/organizations", {"name": "A", "currency": "eur"}) == (
        422,
        "bad_input",
        "currency",
    )
    wrong = {"name": "A", "contacts": [{"name": "B"}, {"name": "C", "email": "no address"}]}
    assert ada.refused("post", "/organizations", wrong) == (422, "not_an_address", "contacts.1.email")
    assert ada.refused("patch", "/organizations/999", {"name": "A"})[0] == 404


def test_a_stale_write_is_refused(ada: Caller) -> None:
    made = ada.good("post", "/organizations", ACME)
    address = f"/organizations/{made['id']}"
    tag = ada.send("get", address)["ETag"]
    done = ada.send("patch", address, {"terms_days": 7}, **{"if-match": tag})
    assert done.status_code == 200
    assert done["ETag"] != tag
    assert ada.refused("patch", address, {"terms_days": 8}, **{"if-match": tag}) == (412, "stale", "If-Match")
    assert ada.send("patch", address, {"terms_days": 8}, **{"if-match": done["ETag"]}).status_code == 200
    assert ada.send("get", address, **{"if-none-match": ada.send("get", address)["ETag"]}).status_code == 304


def test_a_product_comes_with_its_loose_lot_and_the_default_tax(ada: Caller) -> None:
    vendor = ada.good("post", "/organizations", {"name": "Grossist", "customer": False, "vendor": True})["id"]
    body = {
        "sku": "AP-1",
        "name": "Access point",
        "price": "49.90",
        "vendors": [{"organization": vendor, "cost": "31.5"}],
    }
    made = ada.good("post", "/products", body)
    assert (
        made["price"],
        made["cost_method"],
        made["vendors"][0]["cost"],
        made["vendors"][0]["default"],
    ) == ("49.9", "fifo", "31.5", True)
    assert ada.good("get", f"/tax-codes/{made['tax_code']}")["rate"] == "19"
    assert Lot.objects.get(product_id=made["id"]).code_key == ""
    traced = ada.good("post", "/products", {"sku": "AP-2", "name": "Access point", "traced": "serial"})
    assert traced["cost_method"] == "specific"
    assert ada.refused("post", "/products", {**body, "name": "Another"}) == (422, "sku_taken", "sku")
    assert ada.refused("post", "/products", {"sku": "X", "name": "X", "gtin": "4006381333932"}) == (
        422,
        "not_a_gtin",
        "gtin",
    )
    assert ada.refused("post", "/products", {"sku": "X", "name": "X", "price": "1e3"}) == (
        422,
        "bad_input",
        "price",
    )
    assert (
        ada.refused(
            "post", "/products", {"sku": "X", "name": "X", "traced": "serial", "quantity_decimals": 2}
        )[1]
        == "serials_are_whole"
    )
    unknown = {"sku": "X", "name": "X", "vendors": [{"organization": 999}]}
    assert ada.refused("post", "/products", unknown) == (422, "no_such_vendor", "vendors.0.organization")
    clean()


def test_the_default_vendor_passes_to_another(ada: Caller) -> None:
    vendors = [ada.good("post", "/organizations", {"name": n, "vendor": True})["id"] for n in ("One", "Two")]
    body = {
        "sku": "AP-1",
        "name": "Access point",
        "vendors": [{"organization": v, "cost": "3"} for v in vendors],
    }
    made = ada.good("post", "/products", body)
    done = ada.good(
        "patch",
        f"/products/{made['id']}",
        {"vendors": [{"organization": vendors[1], "cost": "2", "default": True}]},
    )
    assert {v["organization"]: (v["cost"], v["default"]) for v in done["vendors"]} == {
        vendors[0]: ("3", False),
        vendors[1]: ("2", True),
    }
    clean()


def test_who_may_not_see_costs_sees_none(ada: Caller) -> None:
    vendor = ada.good("post", "/organizations", {"name": "Grossist", "vendor": True})["id"]
    made = ada.good(
        "post", "/products", {"sku": "A", "name": "A", "vendors": [{"organization": vendor, "cost": "31.5"}]}
    )
    seller = person("sales")
    assert seller.good("get", f"/products/{made['id']}")["vendors"][0]["cost"] is None
    assert seller.refused("patch", f"/products/{made['id']}", {"price": "1"}) == (403, "not_allowed", None)


def test_products_are_found_by_several_values_and_words(ada: Caller) -> None:
    for sku, category in (("A-1", "Network"), ("A-2", "Power"), ("B-1", "Network"), ("C-1", "Print")):
        ada.good("post", "/products", {"sku": sku, "name": f"Thing {sku}", "category": category})

    def skus(query: str) -> list[str]:
        return [item["sku"] for item in ada.good("get", f"/products?{query}")["items"]]

    assert skus("sort=sku") == ["A-1", "A-2", "B-1", "C-1"]
    assert skus("sort=-sku&limit=2") == ["C-1", "B-1"]
    assert skus("sort=sku&category=Network&category=Print") == ["A-1", "B-1", "C-1"]
    assert skus("sort=sku&q=a-") == ["A-1", "A-2"]


def test_a_location_has_bins_in_the_order_of_the_walk(ada: Caller, company: Company) -> None:
    made = ada.good(
        "post",
        "/locations",
        {"name": "South", "bins": [{"name": "B2", "sequence": 9}, {"name": "B1", "sequence": 2}]},
    )
    assert [(b["name"], b["default"]) for b in made["bins"]] == [("B1", False), ("B2", True)]
    assert made["default"] is False
    done = ada.good("patch", f"/locations/{made['id']}", {"default": True})
    assert done["default"] is True
    assert ada.good("get", f"/locations/{company.location}")["default"] is False
    walk = ada.good("patch", f"/locations/{made['id']}/bins/{made['bins'][1]['id']}", {"sequence": 1})
    assert [b["name"] for b in walk["bins"]] == ["B2", "B1"]
    assert ada.refused("post", "/locations", {"name": "South"}) == (422, "name_taken", "name")
    assert ada.refused("patch", f"/locations/{made['id']}", {"retired_on": "2026-01-01"}) == (
        422,
        "no_default",
        "default",
    )
    assert ada.refused("post", f"/locations/{made['id']}/bins", {"name": "B1"}) == (422, "name_taken", "name")
    ada.good("post", f"/journal/{done['entry']}/reverse", {})
    assert ada.good("get", f"/locations/{company.location}")["default"] is True
    clean()


def test_roles_are_granted_and_ended_by_entries(ada: Caller, company: Company) -> None:
    made = ada.good(
        "post",
        "/users",
        {"username": "mara", "password": "three small boats at noon", "roles": [company.roles["sales"]]},
    )
    assert made["roles"] == [company.roles["sales"]]
    done = ada.good("patch", f"/users/{made['id']}", {"roles": [company.roles["approver"]]})
    assert done["roles"] == [company.roles["approver"]]
    mara = User.objects.get(pk=made["id"])
    assert mara.may("purchasing.approve")
    assert not mara.may("sales.order")
    ada.good("post", f"/journal/{done['entry']}/reverse", {})
    assert ada.good("get", f"/users/{made['id']}")["roles"] == [company.roles["sales"]]
    assert ada.refused("post", "/users", {"username": "MARA"}) == (422, "name_taken", "username")
    assert ada.refused("post", "/users", {"username": "x", "password": "123"}) == (
        422,
        "weak_password",
        "password",
    )


def test_somebody_remains_who_may_do_everything(ada: Caller, company: Company) -> None:
    user = User.objects.get(username="ada").pk
    for body in ({"roles": []}, {"is_active": False}):
        assert ada.refused("patch", f"/users/{user}", body) == (409, "last_administrator", None)
    everything = company.roles["administrator"]
    assert ada.refused("patch", f"/roles/{everything}", {"permissions": ["*.read"]}) == (
        409,
        "last_administrator",
        None,
    )


def test_a_role_names_only_permissions_that_there_are(ada: Caller) -> None:
    assert ada.refused("post", "/roles", {"name": "x", "permissions": ["sales.dance"]}) == (
        422,
        "no_such_permission",
        "permissions",
    )


def test_a_token_is_shown_once_and_can_be_revoked(ada: Caller) -> None:
    made = ada.good("post", "/tokens", {"name": "Shop", "scopes": ["*.read"]})
    kept = Token.objects.get(pk=made["id"])
    assert kept.digest == digest(made["token"])
    headers = {"authorization": f"Bearer {made['token']}"}
    stranger = Client()
    assert stranger.get("/api/v1/products", headers=headers).status_code == 200
    assert (
        stranger.post(
            "/api/v1/products", {"sku": "A", "name": "A"}, "application/json", headers=headers
        ).status_code
        == 403
    )
    ada.good("post", f"/tokens/{made['id']}/revoke", {})
    assert stranger.get("/api/v1/products", headers=headers).status_code == 401


def test_a_repeated_answer_does_not_keep_the_token(ada: Caller) -> None:
    key = {"idempotency-key": "once"}
    first = ada.good("post", "/tokens", {"name": "Shop"}, **key)
    again = ada.good("post", "/tokens", {"name": "Shop"}, **key)
    assert first.pop("token").startswith("wh_")
    assert again == first


def test_others_tokens_are_hidden_and_safe(ada: Caller) -> None:
    made = ada.good("post", "/tokens", {"name": "Shop"})
    seller = person("sales")
    assert seller.good("get", "/tokens")["items"] == []
    assert seller.refused("post", f"/tokens/{made['id']}/revoke", {})[0] == 403
    assert (
        seller.refused("post", "/tokens", {"name": "x", "user": User.objects.get(username="ada").pk})[0]
        == 403
    )


def test_a_setting_acts_at_once_and_can_be_undone(ada: Caller) -> None:
    done = ada.good("patch", "/settings/terms_days", {"value": 45})
    assert ada.good("post", "/organizations", {"name": "Late payer"})["terms_days"] == 45
    ada.good("post", f"/journal/{done['entry']}/reverse", {})
    assert ada.good("get", "/settings/terms_days")["value"] == 14
    assert ada.refused("patch", "/settings/terms_days", {"value": -1}) == (422, "out_of_bounds", "terms_days")
    assert ada.refused("patch", "/settings/colour", {"value": 1})[0] == 404
    company = {"value": {"name": "Quay", "country": "Germany"}}
    assert ada.refused("patch", "/settings/company", company) == (422, "not_a_country", "company.country")
    clean()


def test_a_module_is_switched_off_for_everyone(ada: Caller) -> None:
    done = ada.good("patch", "/modules", {"rma": False})
    assert (done["rma"], done["jobs"], done["procurement"]) == (False, True, True)
    assert person("sales").refused("patch", "/modules", {"rma": True})[0] == 403


def test_contacts_and_sites_are_changed_only_under_their_organization(ada: Caller) -> None:
    acme = ada.good("post", "/organizations", ACME)
    other = ada.good("post", "/organizations", {"name": "Other"})
    site = acme["sites"][0]["id"]
    assert ada.refused("patch", f"/organizations/{other['id']}/sites/{site}", {"name": "Mine"})[0] == 404
    done = ada.good("patch", f"/organizations/{acme['id']}/sites/{site}", {"city": "Bremen"})
    assert done["sites"][0]["city"] == "Bremen"
    assert Contact.objects.count() == 1
