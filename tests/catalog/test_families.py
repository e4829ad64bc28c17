"""A family holds products that differ by up to three attributes: each is an ordinary product of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import add_product, change_product
from wharfinger.catalog.actions.families import (
    add_family,
    change_family,
    join_family,
    leave_family,
    make_variants,
    rename_value,
)
from wharfinger.catalog.models import Family, Product
from wharfinger.catalog.queries import scanned, to_choose, variants_of
from wharfinger.catalog.rules.families import full_name, proposals, values_of, words_of
from wharfinger.ledger.models import Entry, Fact, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import tell
from wharfinger.site.queries.search import search

pytestmark = pytest.mark.django_db

CABLE: dict[str, Any] = {
    "name": "Patch cable",
    "attributes": [
        {"name": "Colour", "values": [{"value": "Grey"}, {"value": "Blue", "code": "BL"}]},
        {"name": "Length", "values": [{"value": "2 m"}, {"value": "5 m", "more": "1.50"}]},
    ],
    "sku_pattern": "PC-{1}-{2}",
    "name_pattern": "Patch cable {1}",
    "price": "3.90",
}


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def family(company: World) -> Family:
    made = add_family(actor=company.user, values=CABLE)
    return Family.objects.get(pk=made.one("catalog.Family"))


def variants(family: Family) -> list[tuple[str, str]]:
    return [(one.sku, " ".join(values_of(one))) for one in variants_of([family.pk])[family.pk]]


def made(company: World, family: Family, *values: list[str], **also: Any) -> list[Product]:
    wanted = [{"values": one} for one in values]
    done = make_variants(actor=company.user, family=family.pk, variants=wanted, **also)
    return list(Product.objects.filter(pk__in=done.made["catalog.Product"]).order_by("pk"))


EVERY = (["Grey", "2 m"], ["Grey", "5 m"], ["Blue", "2 m"], ["Blue", "5 m"])


def test_what_is_not_there_is_proposed_and_made_in_one_act(company: World, family: Family) -> None:
    assert [(one.sku, one.name, one.price_micro) for one in proposals(family, ())] == [
        ("PC-GREY-2M", "Patch cable Grey", 3_900_000),
        ("PC-GREY-5M", "Patch cable Grey", 5_400_000),
        ("PC-BL-2M", "Patch cable Blue", 3_900_000),
        ("PC-BL-5M", "Patch cable Blue", 5_400_000),
    ]
    like = company.product(
        kind="stocked", traced="batch", unit="m", quantity_decimals=2, manufacturer="Wire & Co"
    )
    before = entries()
    done = make_variants(
        actor=company.user,
        family=family.pk,
        like=like.pk,
        variants=[{"values": ["blue", "5 M"]}, {"values": ["Grey", "2 m"], "sku": "OWN-1", "price": "2"}],
    )
    assert entries() == before + 1
    blue, grey = Product.objects.filter(pk__in=done.made["catalog.Product"]).order_by("pk")
    assert (blue.sku, blue.first, blue.second, blue.price_micro) == ("PC-BL-5M", "Blue", "5 m", 5_400_000)
    assert (grey.sku, grey.price_micro, grey.manufacturer) == ("OWN-1", 2_000_000, "Wire & Co")
    assert (blue.traced, blue.unit, blue.quantity_decimals, blue.gtin) == ("batch", "m", 2, "")
    assert Lot.objects.filter(product__in=[blue, grey]).count() == 2
    # In the order of the values, not of their making.
    assert variants(family) == [("OWN-1", "Grey 2 m"), ("PC-BL-5M", "Blue 5 m")]
    assert [one.values for one in proposals(family, [values_of(blue), values_of(grey)])] == [
        ("Grey", "5 m"),
        ("Blue", "2 m"),
    ]
    assert Fact.objects.filter(entry=done.entry, subject=f"product:{blue.pk}").exists()
    clean()


@pytest.mark.parametrize(
    ("wishes", "code", "field"),
    [
        ([{"values": ["Grey", "2 m"]}], "variant_there", "variants.0.values"),
        ([{"values": ["Blue", "2 m"]}, {"values": ["BLUE", "2 M"]}], "variant_there", "variants.1.values"),
        ([{"values": ["Grey"]}], "one_of_each", "variants.0.values"),
        ([{"values": ["Grey", "9 m"]}], "no_such_value", "variants.0.values.1"),
        ([{"values": ["Blue", "2 m"], "sku": "PC-GREY-2M"}], "sku_taken", "variants.0.sku"),
        (
            [{"values": ["Blue", "2 m"], "sku": "A"}, {"values": ["Blue", "5 m"], "sku": "A"}],
            "sku_taken",
            "variants.1.sku",
        ),
        ([], "so_many_variants", "variants"),
    ],
)
def test_what_cannot_be_a_variant_is_refused_and_none_is_made(
    company: World, family: Family, wishes: list[Any], code: str, field: str
) -> None:
    made(company, family, ["Grey", "2 m"])
    before = entries(), Product.objects.count()
    with pytest.raises(Refusal) as refused:
        make_variants(actor=company.user, family=family.pk, variants=wishes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (entries(), Product.objects.count()) == before


def test_making_variants_is_undone_by_retiring_them(company: World, family: Family) -> None:
    done = make_variants(actor=company.user, family=family.pk, variants=[{"values": one} for one in EVERY])
    company.stock(Product.objects.get(sku="PC-BL-2M"), 1)
    before = entries()
    with pytest.raises(Refusal) as used:
        reverse(actor=company.user, entry=done.id)
    assert (used.value.code, used.value.values["sku"], entries()) == ("used_already", "PC-BL-2M", before)
    again = make_variants(
        actor=company.user,
        family=add_family(
            actor=company.user, values={**CABLE, "name": "Drum", "sku_pattern": "DR-{1}-{2}"}
        ).one("catalog.Family"),
        variants=[{"values": one} for one in EVERY],
    )
    undone = reverse(actor=company.user, entry=again.id)
    made = Product.objects.filter(sku__startswith="DR-")
    assert [one.retired_on is None for one in made] == [False] * 4
    first = made.get(sku="DR-GREY-2M")
    assert first.family_id is not None
    back = make_variants(
        actor=company.user,
        family=first.family_id,
        variants=[{"values": EVERY[0], "price": "7"}],
    )
    first.refresh_from_db()
    assert (first.retired_on, first.price_micro, made.count()) == (None, 7_000_000, 4)
    reverse(actor=company.user, entry=back.id)
    first.refresh_from_db()
    assert (first.retired_on is None, first.price_micro) == (False, 3_900_000)
    assert [one.undo for one in tell(Entry.objects.filter(pk__in=(again.id, undone.id)))] == ["", ""]
    clean()


def test_a_family_with_variants_is_not_undone(company: World) -> None:
    born = add_family(actor=company.user, values=CABLE)
    family = Family.objects.get(pk=born.one("catalog.Family"))
    (one,) = made(company, family, ["Grey", "2 m"])
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=company.user, entry=born.id)
    assert (refused.value.code, entries()) == ("has_variants", before)
    leave_family(actor=company.user, family=family.pk, product=one.pk)
    reverse(actor=company.user, entry=born.id)
    family.refresh_from_db()
    assert family.void_id is not None
    clean()


def test_adding_a_product_is_undone_whole(company: World) -> None:
    """The product is retired with the vendors, units and barcodes that it was added with."""
    values = {"sku": "ONCE", "name": "Mistyped", "price": "1"}
    done = add_product(
        actor=company.user,
        values=values,
        vendors=[{"organization": company.vendor.pk, "cost": "5"}],
        units=[{"name": "case", "factor": "24"}],
        barcodes=[{"code": "X-1"}],
    )
    reverse(actor=company.user, entry=done.id)
    product = Product.objects.get(sku="ONCE")
    assert product.retired_on is not None
    assert scanned(["X-1"]) == {}
    clean()


def test_a_product_joins_and_leaves(company: World, family: Family) -> None:
    other = company.product(name="Old cable")
    done = join_family(actor=company.user, family=family.pk, product=other.pk, values=["Blue", "2 m"])
    other.refresh_from_db()
    assert (other.family_id, values_of(other), full_name(other)) == (
        family.pk,
        ("Blue", "2 m"),
        "Old cable · Blue / 2 m",
    )
    before = entries()
    for values, product, code in (
        (["Blue", "2 m"], company.product().pk, "variant_there"),
        (["Blue", "5 m"], other.pk, "in_a_family"),
        (["Blue", "5 m"], 999_999, "no_such_product"),
    ):
        with pytest.raises(Refusal) as refused:
            join_family(actor=company.user, family=family.pk, product=product, values=values)
        assert refused.value.code == code
    assert entries() == before
    gone = leave_family(actor=company.user, family=family.pk, product=other.pk)
    assert variants(family) == []
    with pytest.raises(Refusal) as refused:
        leave_family(actor=company.user, family=family.pk, product=other.pk)
    assert refused.value.code == "not_in_family"
    reverse(actor=company.user, entry=gone.id)
    assert variants(family) == [(other.sku, "Blue 2 m")]
    reverse(actor=company.user, entry=done.id)
    assert variants(family) == []
    clean()


def test_values_that_variants_have_stay_and_are_renamed_everywhere(company: World, family: Family) -> None:
    made(company, family, *EVERY)
    less = [{"name": "Colour", "values": [{"value": "Grey"}]}, CABLE["attributes"][1]]
    before = entries()
    for attributes, code in ((less, "value_in_use"), (CABLE["attributes"][:1], "has_variants")):
        with pytest.raises(Refusal) as refused:
            change_family(actor=company.user, family=family.pk, values={"attributes": attributes})
        assert refused.value.code == code
    assert entries() == before
    more = [
        {"name": "Colour", "values": [{"value": "Blue"}, {"value": "Red"}, {"value": "Grey"}]},
        CABLE["attributes"][1],
    ]
    change_family(actor=company.user, family=family.pk, values={"attributes": more})
    assert [sku for sku, _values in variants(family)] == ["PC-BL-2M", "PC-BL-5M", "PC-GREY-2M", "PC-GREY-5M"]
    done = rename_value(actor=company.user, family=family.pk, attribute=1, value="grey", to="Anthracite")
    assert [values for _sku, values in variants(family)][2:] == ["Anthracite 2 m", "Anthracite 5 m"]
    for to, value, attribute, code in (
        ("Blue", "Red", 1, "named_twice"),
        ("X", "Grey", 1, "no_such_value"),
        ("X", "Blue", 3, "no_such_attribute"),
    ):
        with pytest.raises(Refusal) as refused:
            rename_value(actor=company.user, family=family.pk, attribute=attribute, value=value, to=to)
        assert refused.value.code == code
    reverse(actor=company.user, entry=done.id)
    assert [values for _sku, values in variants(family)][2:] == ["Grey 2 m", "Grey 5 m"]
    clean()


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "patch CABLE"}, "family_taken", "name"),
        ({"name": ""}, "missing", "name"),
        ({"attributes": []}, "attributes_of_family", "attributes"),
        ({"attributes": [CABLE["attributes"][0]] * 2}, "named_twice", "attributes"),
        ({"attributes": [CABLE["attributes"][0]] * 4}, "attributes_of_family", "attributes"),
        ({"attributes": [{"name": "Size", "values": []}]}, "values_of_attribute", "attributes.0.values"),
        (
            {"attributes": [{"name": "Size", "values": [{"value": "M"}, {"value": "m"}]}]},
            "named_twice",
            "attributes.0.values",
        ),
        (
            {"attributes": [{"name": "Size", "values": [{"value": "M", "more": "x"}]}]},
            "not_a_number",
            "attributes.0.values.0.more",
        ),
    ],
)
def test_what_is_no_family_is_refused(
    company: World, family: Family, values: dict[str, Any], code: str, field: str
) -> None:
    before = entries()
    with pytest.raises(Refusal) as refused:
        add_family(actor=company.user, values=CABLE | {"name": "Another"} | values)
    assert (refused.value.code, refused.value.field, entries()) == (code, field, before)


def test_a_retired_family_makes_no_variants(company: World, family: Family) -> None:
    (one,) = made(company, family, ["Grey", "2 m"])
    done = change_family(actor=company.user, family=family.pk, values={"retired_on": "2026-11-01"})
    before = entries()
    with pytest.raises(Refusal) as refused:
        made(company, family, ["Blue", "2 m"])
    assert (refused.value.code, entries()) == ("family_retired", before)
    one.refresh_from_db()
    assert one.retired_on is None
    reverse(actor=company.user, entry=done.id)
    made(company, family, ["Blue", "2 m"])


def test_making_many_costs_as_many_statements_as_making_one(company: World) -> None:
    def cost(name: str, many: int) -> int:
        values = [{"value": f"V{n}"} for n in range(many)]
        family = add_family(
            actor=company.user, values={"name": name, "attributes": [{"name": "Size", "values": values}]}
        ).one("catalog.Family")
        wishes = [{"values": [value["value"]]} for value in values]
        with CaptureQueriesContext(connection) as asked:
            make_variants(actor=company.user, family=family, variants=wishes)
        return len(asked)

    assert cost("One", 1) == cost("Ten", 10) == cost("Fifty", 50) <= 20


def test_variants_are_found_by_family_and_value(client: Client, company: World, family: Family) -> None:
    client.force_login(company.user)
    made(company, family, *EVERY)
    company.product(name="Blue router")

    def found(text: str) -> set[str]:
        return {hit.title for hit in search(actor=company.user, text=text)}

    assert found("patch cable") == {"Patch cable", "PC-GREY-2M", "PC-GREY-5M", "PC-BL-2M", "PC-BL-5M"}
    assert {"PC-GREY-5M", "PC-BL-5M"} <= found("5 m")
    assert {"PC-BL-2M", "PC-BL-5M"} <= found("blue")
    assert found("cable blue") == {"PC-BL-2M", "PC-BL-5M"}
    shown = seen(client, "/products/?product=cable+grey")
    assert "PC-GREY-2M" in shown
    assert "PC-BL-2M" not in shown
    assert ("PC-BL-5M", "Patch cable Blue · 5 m") in to_choose()
    told = client.get(
        "/lines/about/", {"sku-0": "Patch cable"}, headers={"HX-Trigger-Name": "sku-0"}
    ).content.decode()
    assert "PC-BL-5M (Blue / 5 m)" in told


def test_documents_say_the_values_that_the_name_does_not(
    client: Client, company: World, family: Family
) -> None:
    from wharfinger.documents.queries.lines import described

    client.force_login(company.user)
    (blue,) = made(company, family, ["Blue", "5 m"])
    assert (words_of(blue), full_name(blue)) == ("5 m", "Patch cable Blue · 5 m")
    body = {"organization": company.customer.pk, "lines": [{"product": blue.pk, "quantity": "1"}]}
    quote = client.post("/api/v1/quotes", json.dumps(body), "application/json").json()
    assert quote["lines"][0]["description"] == "Patch cable Blue · 5 m"
    assert described(blue, "Patch cable Blue · 5 m") == "5 m"
    assert described(blue, "Patch cable Blue") == "5 m"
    assert described(blue, "Halogen-free") == "Halogen-free"


def test_families_over_http(client: Client, company: World) -> None:
    client.force_login(company.user)

    def send(path: str, body: Any, method: str = "post") -> Any:
        return getattr(client, method)(f"/api/v1/families{path}", json.dumps(body), "application/json")

    added = send("", CABLE)
    assert added.status_code == 201, added.content
    pk = added.json()["id"]
    assert added.json()["attributes"][1]["values"][1] == {"value": "5 m", "code": "5M", "more": "1.5"}
    asked = client.get(f"/api/v1/families/{pk}/proposals").json()["items"]
    assert asked[3] == {
        "values": ["Blue", "5 m"],
        "sku": "PC-BL-5M",
        "name": "Patch cable Blue",
        "price": "5.4",
    }
    before = entries()
    dry = send(f"/{pk}/variants?dry_run=true", {"variants": [{"values": ["Grey", "2 m"]}]})
    assert (dry.status_code, dry.json()["verb"], entries()) == (200, "make_variants", before)
    done = send(f"/{pk}/variants", {"variants": [{"values": one["values"]} for one in asked]})
    assert [one["sku"] for one in done.json()["variants"]] == [
        "PC-GREY-2M",
        "PC-GREY-5M",
        "PC-BL-2M",
        "PC-BL-5M",
    ]
    product = done.json()["variants"][3]["product"]
    shown = client.get(f"/api/v1/products/{product}").json()
    assert (shown["family"], shown["values"]) == (pk, ["Blue", "5 m"])
    assert len(client.get(f"/api/v1/products?family={pk}").json()["items"]) == 4
    assert send(f"/{pk}/leave", {"product": product}).status_code == 200
    assert send(f"/{pk}/join", {"product": product, "values": ["Blue", "5 m"]}).status_code == 200
    assert send(f"/{pk}/rename-value", {"attribute": 1, "value": "Blue", "to": "Navy"}).status_code == 200
    assert client.get(f"/api/v1/families/{pk}").json()["variants"][3]["values"] == ["Navy", "5 m"]
    assert send(f"/{pk}", {"retired_on": "2026-01-31"}, "patch").json()["retired_on"] == "2026-01-31"
    assert client.get("/api/v1/families?retired=false").json()["items"] == []


def test_a_family_is_made_and_grows_on_pages(client: Client, company: World) -> None:
    client.force_login(company.user)
    assert "A family holds products" in seen(client, "/families/")
    assert 'name="a2-value-0"' in seen(client, "/families/new/")
    typed = {
        "name": "T-shirt",
        "price": "20",
        "a0-name": "Size",
        "a0-value-0": "M",
        "a0-value-2": "XL",
        "a0-more-2": "2.50",
        "sku_pattern": "TS-{1}",
    }
    wrong = client.post("/families/new/", typed | {"a0-more-2": "much"})
    assert (wrong.status_code, 'id="f-a0-more-2-e"' in wrong.content.decode()) == (422, True)
    response = client.post("/families/new/", typed)
    family = Family.objects.get(name="T-shirt")
    assert response["Location"] == f"/families/{family.pk}/variants/"
    form = seen(client, response["Location"])
    assert 'value="TS-XL"' in form
    assert 'value="22.50"' in form
    taken = company.product()
    chosen = {"make-0": "yes", "sku-0": "TS-M", "name-0": "T-shirt M", "price-0": "20"}
    also = {"make-1": "yes", "sku-1": taken.sku, "name-1": "T-shirt XL", "price-1": "22.50"}
    wrong = client.post(f"/families/{family.pk}/variants/", chosen | also)
    assert 'id="f-sku-1-e"' in wrong.content.decode()
    assert (
        client.post(f"/families/{family.pk}/variants/", chosen | also | {"sku-1": "TS-XL"}).status_code == 303
    )
    page = seen(client, f"/families/{family.pk}/")
    assert "TS-XL" in page
    assert "22.50" in page
    assert "Made 2 variants." in page
    small = Product.objects.get(sku="TS-M")
    beside = seen(client, f"/products/{small.pk}/")
    assert "Size: M" in beside
    assert "TS-XL" in beside
    client.post(f"/families/{family.pk}/leave/{small.pk}/", {})
    assert "TS-XL" not in seen(client, f"/products/{small.pk}/")
    client.post(f"/families/{family.pk}/join/", {"product": "TS-M", "value-0": "M"})
    client.post(f"/families/{family.pk}/rename/", {"which": "1:M", "to": "Medium"})
    assert "Size: Medium" in seen(client, f"/products/{small.pk}/")
    changed = client.post(
        f"/families/{family.pk}/change/",
        typed | {"a0-value-0": "Medium", "a0-value-5": "S", "retired_on": "2026-11-01"},
    )
    assert changed.status_code == 303, changed.content
    seen(client, "/families/")
    assert f'href="/families/{family.pk}/"' not in seen(client, "/families/")
    assert "T-shirt" in seen(client, "/families/?tab=all")


def test_the_matrix_asks_little_whatever_the_size(client: Client, company: World) -> None:
    client.force_login(company.user)
    attributes = [
        {"name": name, "values": [{"value": f"{name}{n}"} for n in range(5)]} for name in ("A", "B", "C")
    ]
    family = add_family(actor=company.user, values={"name": "Big", "attributes": attributes}).one(
        "catalog.Family"
    )
    row = Family.objects.get(pk=family)
    make_variants(
        actor=company.user, family=family, variants=[{"values": one.values} for one in proposals(row, ())]
    )
    seen(client, f"/families/{family}/")
    with CaptureQueriesContext(connection) as asked:
        page = seen(client, f"/families/{family}/")
    assert page.count("<table") == 5
    assert len(asked) <= 25, [one["sql"][:80] for one in asked]


def test_a_retired_variant_keeps_its_place(company: World, family: Family) -> None:
    (one,) = made(company, family, ["Grey", "2 m"])
    change_product(actor=company.user, product=one.pk, values={"retired_on": "2026-11-01"})
    assert variants(family) == [("PC-GREY-2M", "Grey 2 m")]
    assert all(sku != "PC-GREY-2M" for sku, _name in to_choose())
    make_variants(actor=company.user, family=family.pk, variants=[{"values": ["Grey", "2 m"]}])
    assert [row.pk for row in Product.objects.filter(family=family)] == [one.pk]
    assert any(sku == "PC-GREY-2M" for sku, _name in to_choose())
    before = entries()
    with pytest.raises(Refusal):
        make_variants(actor=company.user, family=family.pk, variants=[{"values": ["Grey", "2 m"]}])
    assert entries() == before
