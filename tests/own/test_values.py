"""Own fields have values: checked alike for every noun, one fact for each change, undone like any."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.own.making import Call, field
from tests.world import World, clean, entries, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Fact
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.own_fields import change_own_field
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


def own_of(product: Product) -> dict[str, Any]:
    """What stands in a product's own fields."""
    return Product.objects.values_list("own", flat=True).get(pk=product.pk)


def set_own(product: Product, **values: Any) -> int:
    """Give a product own values; the entry that did."""
    return change_product(actor=HOUSE, product=product.pk, values={"own": values}).id


def test_a_change_is_a_fact_for_each_field_and_undone_by_itself(company: World) -> None:
    product = company.product()
    field("product", "Colour")
    field("product", "Depth", "number")
    first = set_own(product, colour="red", depth="12.50")
    assert own_of(product) == {"colour": "red", "depth": "12.5"}
    facts = Fact.objects.filter(entry=first, subject=f"product:{product.pk}").order_by("field")
    assert [(f.field, f.old, f.new) for f in facts] == [
        ("own.colour", "null", '"red"'),
        ("own.depth", "null", '"12.5"'),
    ]
    second = set_own(product, colour="blue")
    third = set_own(product, depth=None)
    assert own_of(product) == {"colour": "blue"}
    reverse(actor=HOUSE, entry=second)
    assert own_of(product) == {"colour": "red"}
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=first)
    assert refused.value.code == "changed_since"
    reverse(actor=HOUSE, entry=third)
    assert own_of(product) == {"colour": "red", "depth": "12.5"}
    clean()


KINDS = [
    ("text", "  a word ", "a word"),
    ("text", "", None),
    ("number", "0012.500", "12.5"),
    ("number", "-3", "-3"),
    ("number", 7, "7"),
    ("number", "123456789012345.123456", "123456789012345.123456"),
    ("date", "2026-11-30", "2026-11-30"),
    ("choice", "red", "red"),
    ("yes_no", True, True),
    ("yes_no", False, False),
]


@pytest.mark.parametrize(("kind", "given", "kept"), KINDS)
def test_a_value_is_kept_in_one_form(company: World, kind: str, given: Any, kept: Any) -> None:
    product = company.product()
    field("product", "Extra", kind, **({"choices": ["red"]} if kind == "choice" else {}))
    set_own(product, extra=given)
    assert own_of(product).get("extra") == kept
    assert type(own_of(product).get("extra")) is type(kept)


REFUSED = [
    ("text", 5, "not_a_text"),
    ("text", "x" * 501, "too_long"),
    ("text", "a\x00b", "control_characters"),
    ("number", "12,50", "not_a_number"),
    ("number", "NaN", "not_a_number"),
    ("number", "1e3", "not_a_number"),
    ("number", 1.5, "not_a_number"),
    ("number", True, "not_a_number"),
    ("number", "1.1234567", "too_precise"),
    ("number", "1234567890123456", "not_a_number"),
    ("date", "30.11.2026", "not_a_date"),
    ("date", 5, "not_a_date"),
    ("choice", "green", "not_one_of"),
    ("yes_no", "yes", "not_yes_or_no"),
    ("yes_no", 1, "not_yes_or_no"),
]


@pytest.mark.parametrize(("kind", "given", "code"), REFUSED)
def test_what_a_field_cannot_hold_is_refused(company: World, kind: str, given: Any, code: str) -> None:
    product = company.product()
    field("product", "Extra", kind, **({"choices": ["red"]} if kind == "choice" else {}))
    before = entries()
    with pytest.raises(BadInput) as refused:
        set_own(product, extra=given)
    assert (refused.value.code, refused.value.field) == (code, "own.extra")
    assert entries() == before
    assert own_of(product) == {}


def test_a_key_that_there_is_not_is_refused_with_those_there_are(company: World, call: Call) -> None:
    product = company.product()
    none = call("patch", f"/products/{product.pk}", {"own": {"color": "red"}}, status=422)
    assert none["message"] == "There is no own field “color” here. Add it in Settings, Own fields."
    field("product", "Colour")
    before = entries()
    refused = call("patch", f"/products/{product.pk}", {"own": {"color": "red"}}, status=422)
    assert (refused["code"], refused["field"]) == ("no_such_own_field", "own.color")
    assert "There are: colour." in refused["message"]
    assert entries() == before


def test_a_required_field_is_asked_when_one_is_made_and_changed(company: World, call: Call) -> None:
    product = company.product()
    colour = field("product", "Colour", required=True)
    given = {"sku": "P-9", "name": "Nine"}
    before = entries()
    for method, path, body in (
        ("post", "/products", given),
        ("post", "/products", {**given, "own": {"colour": ""}}),
        ("patch", f"/products/{product.pk}", {"name": "Other"}),
    ):
        refused = call(method, path, body, status=422)
        assert (refused["code"], refused["field"]) == ("own_field_missing", "own.colour")
        assert refused["message"] == "“Colour” is required. Fill it in."
    assert entries() == before
    made = call("post", "/products", {**given, "own": {"colour": "red"}}, status=201)
    assert made["own"] == {"colour": "red"}
    assert call("patch", f"/products/{made['id']}", {"name": "Other"})["own"] == {"colour": "red"}
    refused = call("patch", f"/products/{made['id']}", {"own": {"colour": None}}, status=422)
    assert refused["field"] == "own.colour"
    # Nobody has to fill in anything to retire what is no longer used.
    assert call("patch", f"/products/{product.pk}", {"retired_on": "2026-01-01"})["own"] == {}
    change_own_field(actor=HOUSE, own_field=colour.pk, values={"retired": True})
    call("post", "/products", {"sku": "P-10", "name": "Ten"}, status=201)


def test_a_retired_field_keeps_its_values_and_takes_no_new_ones(company: World, client: Client) -> None:
    product, other = company.product(), company.product()
    colour = field("product", "Colour")
    field("product", "Depth", "number")
    set_own(product, colour="red")
    change_own_field(actor=HOUSE, own_field=colour.pk, values={"retired": True})
    set_own(product, colour="red", depth="3")
    before = entries()
    for value in ("blue", " red"):
        with pytest.raises(BadInput) as refused:
            set_own(other, colour=value)
        assert (refused.value.code, refused.value.field) == ("own_field_retired", "own.colour")
    assert entries() == before
    client.force_login(company.user)
    assert "<dt>Colour</dt>" in seen(client, f"/products/{product.pk}/")
    assert "<dt>Colour</dt>" not in seen(client, f"/products/{other.pk}/")
    assert "own.colour" not in seen(client, f"/products/{product.pk}/change/")
    set_own(product, colour=None)
    assert own_of(product) == {"depth": "3"}


def test_renaming_and_choosing_otherwise_loses_nothing(company: World) -> None:
    product, other = company.product(), company.product()
    colour = field("product", "Colour", "choice", choices=["red", "blue"])
    set_own(product, colour="red")
    change_own_field(actor=HOUSE, own_field=colour.pk, values={"name": "Farbe", "choices": ["blue"]})
    assert own_of(product) == {"colour": "red"}
    set_own(product, colour="red")
    with pytest.raises(BadInput) as refused:
        set_own(other, colour="red")
    assert refused.value.code == "not_one_of"
    assert own_of(other) == {}


def test_the_api_reads_merges_and_narrows(company: World, call: Call) -> None:
    field("organization", "Sector", "choice", choices=["School", "Clinic"])
    field("organization", "Seats", "number")
    field("organization", "Invoiced by post", "yes_no")
    path = f"/organizations/{company.customer.pk}"
    assert call("get", path)["own"] == {}
    call("patch", path, {"own": {"sector": "School", "seats": "12.0"}})
    changed = call("patch", path, {"own": {"invoiced_by_post": False}})
    assert changed["own"] == {"sector": "School", "seats": "12", "invoiced_by_post": False}
    made = call("post", "/organizations", {"name": "Clinic B", "own": {"sector": "Clinic"}}, status=201)

    def found(query: str) -> list[int]:
        return [one["id"] for one in call("get", f"/organizations?{query}")["items"]]

    assert found("own.sector=School") == [company.customer.pk]
    assert found("own.sector=School,Clinic") == [made["id"], company.customer.pk]
    assert found("own.seats=12.000") == [company.customer.pk]
    assert found("own.invoiced_by_post=false") == [company.customer.pk]
    assert found("own.invoiced_by_post=true") == []
    for query, code in (("own.sektor=School", "no_such_own_field"), ("own.seats=x", "not_a_number")):
        refused = call("get", f"/organizations?{query}", status=422)
        assert (refused["code"], refused["field"]) == (code, query.partition("=")[0])
    assert call("get", "/products?own.x=1", status=422)["code"] == "no_such_own_field"
    assert Organization.objects.get(pk=made["id"]).own == {"sector": "Clinic"}


def test_pages_show_ask_and_narrow(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    field("product", "Colour", "choice", choices=["red", "blue"], in_lists=True)
    field("product", "Depth", "number", in_lists=True)
    field("product", "On sale since", "date", in_lists=True)
    field("product", "Fragile", "yes_no", required=True)
    form = seen(client, f"/products/{product.pk}/change/")
    assert 'name="own.depth"' in form
    typed = {
        "sku": product.sku,
        "name": product.name,
        "kind": "stocked",
        "traced": "none",
        "traced_from": "receipt",
        "unit": "pc",
        "quantity_decimals": "0",
        "tax_code": str(product.tax_code_id),
        "own.colour": "red",
        "own.depth": "1,234.5",
        "own.on_sale_since": "2026-03-01",
        "own.fragile": "",
    }
    refused = client.post(f"/products/{product.pk}/change/", typed)
    assert refused.status_code == 422
    assert "“Fragile” is required. Fill it in." in refused.content.decode()
    typed["own.fragile"] = "no"
    assert client.post(f"/products/{product.pk}/change/", typed).status_code == 303
    assert own_of(product) == {
        "colour": "red",
        "depth": "1234.5",
        "on_sale_since": "2026-03-01",
        "fragile": False,
    }
    page = seen(client, f"/products/{product.pk}/")
    assert "1,234.5" in page
    assert "1 Mar 2026" in page
    shown = seen(client, "/products/")
    assert "On sale since" in shown
    assert "1,234.5" in shown
    assert "Fragile" not in shown
    for query, there in (
        ("own.colour=red", True),
        ("own.colour=blue", False),
        ("own.depth=1234.50", True),
        ("own.on_sale_since-from=2026-03-01&own.on_sale_since-to=2026-03-01", True),
        ("own.on_sale_since-from=2026-03-02", False),
    ):
        assert (product.name in seen(client, f"/products/?{query}")) is there, query
    assert "1234.5" in client.get("/products/?export=csv").content.decode()
    assert client.get("/products/?own.depth=x").status_code == 422


def test_lists_with_own_fields_take_no_further_statement(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    seen(client, "/products/")
    before = _count(client, "/products/")
    for n in range(5):
        field("product", f"Field {n}", in_lists=True)
    set_own(product, field_1="here")
    assert _count(client, "/products/") == before <= 12
    assert _count(client, "/products/?own.field_1=here") == before


def _count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        seen(client, path)
    return len(found)


def test_the_journal_says_what_a_field_is_called_and_held(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    field("product", "Depth in cm", "number")
    entry = set_own(product, depth_in_cm="1234.5")
    page = seen(client, f"/journal/{entry}/")
    assert "Depth in cm" in page
    assert "1,234.5" in page
