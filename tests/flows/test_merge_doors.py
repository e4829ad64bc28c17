"""Merging through the API and in the browser, and the list of what is likely a double."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange.test_import import bring
from tests.world import World, clean, entries
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.models import Line
from wharfinger.flows.actions.merging import merge_organizations, merge_products
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.actions.attachments import attach
from wharfinger.notices.models import Attachment
from wharfinger.parties.models import Organization
from wharfinger.site.queries.search import search

pytestmark = pytest.mark.django_db


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(company: World, call: Any) -> None:
    old, new = company.product(), company.product()
    VendorPrice.objects.filter(product=new).delete()
    company.stock(old, 3)
    before = entries()
    code, _ = call("post", f"/products/{old.pk}/merge?dry_run=true", {"into": new.pk})
    assert (code, entries()) == (200, before)
    code, done = call("post", f"/products/{old.pk}/merge", {"into": new.pk, "reason": "Twice in the list"})
    assert (code, done["stock"], done["on_order"], done["with_customers"]) == (200, "3", "0", "0")
    assert (done["goes"], done["stays"]) == ({"vendor_price": 1}, {})
    assert call("get", f"/products/{old.pk}")[1]["merged_into"] == new.pk
    assert [one["id"] for one in call("get", f"/products?code={old.sku}")[1]["items"]] == [new.pk]
    code, refused = call("post", f"/products/{new.pk}/merge", {"into": old.pk})
    assert (code, refused["code"], refused["field"]) == (409, "merges_into_retired", "into")
    clean()


def test_organizations_over_the_api(company: World, call: Any) -> None:
    stays = Organization.objects.create(name="Acme")
    code, done = call("post", f"/organizations/{company.customer.pk}/merge", {"into": stays.pk})
    assert (code, done["goes"]) == (200, {"site": 1})
    assert call("get", f"/organizations/{company.customer.pk}")[1]["merged_into"] == stays.pk
    assert [one["name"] for one in call("get", f"/organizations/{stays.pk}")[1]["sites"]] == ["Head office"]


def test_likely_doubles_are_listed(company: World, call: Any) -> None:
    one = company.product(name="Access point AP-1040", gtin="4006381333931")
    two = company.product(name="access-point AP 1040", gtin="4006381333931")
    VendorPrice.objects.filter(product__in=(one, two)).update(part_number="GR-1")
    other = company.product(name="Cable")
    VendorPrice.objects.filter(product=other).update(part_number="GR-2")
    code, found = call("get", "/doubles/products")
    assert code == 200
    assert [(pair["id"], pair["into"], sorted(pair["why"])) for pair in found["items"]] == [
        (two.pk, one.pk, ["gtin", "name", "part_number"])
    ]
    for name, values in (
        ("Borg Cube GmbH", {"email": "a@borg.example", "tax_number": "DE 1"}),
        ("Borg GmbH", {"email": "b@BORG.example", "tax_number": "de1"}),
        ("Data GmbH", {"email": "c@borg.example"}),
        ("ACME.", {}),
    ):
        Organization.objects.create(name=name, **values)
    items = call("get", "/doubles/organizations")[1]["items"]
    assert [(pair["name"], pair["into_name"], sorted(pair["why"])) for pair in items] == [
        ("Borg GmbH", "Borg Cube GmbH", ["email", "tax_number"]),
        ("ACME.", "Acme", ["name"]),
    ]


def test_the_pages(company: World, client: Client, django_assert_max_num_queries: Any) -> None:
    one = company.product(name="Router")
    two = company.product(name="router")
    company.stock(two, 4)
    client.force_login(company.user)
    with django_assert_max_num_queries(12):
        listed = client.get("/doubles/").content.decode()
    at = f"/products/{two.pk}/merge/"
    assert f"{at}?into={one.sku}" in listed
    assert "Acme" not in client.get("/doubles/?tab=organizations").content.decode()
    before = entries()
    shown = client.get(f"{at}?into={one.sku}").content.decode()
    assert "In stock" in shown
    assert entries() == before
    unknown = client.get(f"{at}?into=nothing").content.decode()
    assert "There is no product “nothing”." in unknown
    assert client.post(at, {"into": two.sku}).status_code in (400, 409, 422)
    assert entries() == before
    done = client.post(at, {"into": one.sku, "reason": "One and the same"})
    assert done["Location"] == f"/products/{two.pk}/"
    page = client.get(done["Location"]).content.decode()
    assert f'href="/products/{one.pk}/"' in page
    stays = Organization.objects.create(name="Acme again")
    at = f"/organizations/{company.customer.pk}/merge/"
    assert "Sites" in client.get(f"{at}?into={stays.pk}").content.decode()
    assert client.post(at, {"into": stays.pk})["Location"] == f"/organizations/{company.customer.pk}/"
    assert "Acme again" in client.get(f"/organizations/{company.customer.pk}/").content.decode()
    clean()


def test_a_double_on_which_nothing_hangs_is_merged_on_its_page(company: World, client: Client) -> None:
    one, two = company.product(name="Router"), company.product(name="Router")
    VendorPrice.objects.filter(product=one).delete()
    client.force_login(company.user)
    path = f"/products/{one.pk}/merge/"
    tried = client.get(path, {"into": two.sku}).content.decode()
    assert "Nothing hangs on it" in tried
    assert 'method="post" class="card form narrow"' in tried
    assert client.post(path, {"into": two.sku})["Location"] == f"/products/{one.pk}/"
    assert Product.objects.get(pk=one.pk).merged_into_id == two.pk
    clean()


def test_search_and_imports_lead_to_the_one_that_stays(company: World) -> None:
    old, new = company.product(sku="OLD-1", name="Router"), company.product(sku="NEW-1", name="Access point")
    merge_products(actor=company.user, product=old.pk, into=new.pk)
    stays = Organization.objects.create(name="Borg")
    merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    for text, subject in (("OLD-1", f"product:{new.pk}"), ("Acme", f"organization:{stays.pk}")):
        assert [hit.subject for hit in search(actor=company.user, text=text)] == [subject]
    order = "order,customer,sku,quantity,price\n77,Acme,OLD-1,2,280\n"
    assert bring("orders", order).problems == []
    line = Line.objects.get()
    assert (line.product, line.organization) == (new, stays)
    clean()


def test_a_vendors_number_of_a_double_leads_to_the_one_that_stays(company: World) -> None:
    """What the vendor asks under the number of the double is from now on what the one that stays costs."""
    old, new = company.product(sku="OLD-1"), company.product(sku="NEW-1")
    VendorPrice.objects.filter(product=old).update(part_number="K-9")
    VendorPrice.objects.filter(product=new).update(part_number="K-10")
    merge_products(actor=company.user, product=old.pk, into=new.pk)
    before = VendorPrice.objects.get(product=old).cost_micro
    assert [hit.subject for hit in search(actor=company.user, text="K-9")] == [f"product:{new.pk}"]
    run = bring("vendor_prices", "vendor,part number,cost\nGrossist,K-9,7.25\n")
    assert (run.problems, [one["what"] for one in run.changes]) == ([], ["cost", "part_number"])
    assert VendorPrice.objects.get(product=new).cost_micro == 7_250_000
    assert VendorPrice.objects.get(product=old).cost_micro == before
    clean()


def test_files_follow_behind_those_of_the_one_that_stays(
    company: World, tmp_path: Any, settings: Any
) -> None:
    """What both have is not had twice; undoing brings the files back."""
    settings.MEDIA_ROOT = str(tmp_path)
    old, new = company.product(), company.product()

    def attach_to(product: Product, name: str, content: bytes) -> None:
        attach(actor=company.user, subject=f"product:{product.pk}", files=[SimpleUploadedFile(name, content)])

    def names(product: Product) -> list[str]:
        found = Attachment.objects.filter(about=f"product:{product.pk}", retired_on__isnull=True)
        return list(found.order_by("rank").values_list("name", flat=True))

    attach_to(new, "guide.txt", b"How it is used")
    attach_to(old, "guide-2.txt", b"How it is used")
    attach_to(old, "sheet.txt", b"What it is")
    done = merge_products(actor=company.user, product=old.pk, into=new.pk)
    assert (names(old), names(new)) == ([], ["guide.txt", "sheet.txt"])
    clean()
    reverse(actor=company.user, entry=done.id)
    assert (names(old), names(new)) == (["guide-2.txt", "sheet.txt"], ["guide.txt"])
    clean()
