"""What is proposed to be held, and where the goods of a deal will come from: only what is sold, only what is taken."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.sales.actions.winning import Source, picture
from wharfinger.sales.models import Quote
from wharfinger.stock.models import Location
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client) -> World:
    made = world()
    client.force_login(made.user)
    return made


def test_nothing_is_proposed_for_an_option_that_nobody_took(client: Client, company: World) -> None:
    firm, extra = company.product(), company.product()
    for product in (firm, extra):
        company.stock(product, 5)
    quote, (one, two) = quote_of(
        company, LineWish(firm.pk, 2), LineWish(extra.pk, 3, option="optional", taken=False)
    )
    page = see(client, f"/quotes/{quote}/reserve/")
    place = company.location.place_id
    typed = dict(re.findall(r'name="reserve-(\d+)-' + str(place) + r'" [^>]*?value="(\d*)"', page))
    assert typed == {str(one): "2", str(two): ""}
    # Whoever wants it held all the same types how many.
    do(client, f"/quotes/{quote}/reserve/", {f"reserve-{two}-{place}": "3"})
    assert held(two)["bin"] == 3


def test_what_is_lent_is_not_proposed_to_be_sold(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    Location.objects.filter(pk=company.location.pk).update(channel="rental")
    place = company.location.place_id
    quote, (line,) = quote_of(company, LineWish(product.pk, 2))
    job = create_work_order(
        actor=HOUSE, wish=WorkWish("job", company.customer.pk, (LineWish(product.pk, 2),))
    )
    lent = job.one("ledger.Claim")
    words = "Rental: transfer it before it is sold."
    for path, one, proposed in (
        (f"/quotes/{quote}", line, ""),
        (f"/work-orders/{job.one('demand.Sheet')}", lent, "2"),
    ):
        page = see(client, f"{path}/reserve/")
        assert re.search(rf'name="reserve-{one}-{place}" [^>]*?value="{proposed}"', page)
        assert (words in page) == (not proposed)
    # Whoever names it holds it, and transfers it.
    do(client, f"/quotes/{quote}/reserve/", {f"reserve-{line}-{place}": "2"})
    assert held(line)["bin"] == 2
    clean()


def test_what_has_to_be_got_comes_from_where_it_is_free_and_then_from_its_vendor(
    client: Client, company: World
) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 3)
    quote, _ = quote_of(company, LineWish(product.pk, 2), LineWish(product.pk, 4))
    first, second = picture(actor=HOUSE, quote=quote).lines
    assert first.sources == (Source("to_order", 2, "Main"),)
    assert second.sources == (Source("to_order", 1, "Main"), Source("to_order", 3, "Grossist"))
    Location.objects.filter(pk=company.location.pk).update(channel="rental")
    assert picture(actor=HOUSE, quote=quote).lines[0].sources == (Source("to_order", 2, "Grossist"),)


def test_winning_says_what_is_left_out_and_which_quotes_stay_open(client: Client, company: World) -> None:
    product, extra = company.product(), company.product(sku="EXTRA")
    quote, (_one, two) = quote_of(
        company, LineWish(product.pk, 2), LineWish(extra.pk, 3, option="optional", taken=False)
    )
    deal = Quote.objects.get(pk=quote).opportunity_id
    other, _ = quote_of(company, LineWish(product.pk, 1), opportunity=deal)
    page = see(client, f"/quotes/{quote}/win/")
    assert f"into-{two}" not in page
    assert "Is left out" in page
    stays = page.split("Other quotes of this opportunity stay open")[1].split("</p>")[0]
    assert f'href="/quotes/{other}/"' in stays
    made = do(client, f"/quotes/{quote}/win/", {"into": "order", "shown": "order"})
    said = see(client, made["Location"])
    assert "Q-2 is still open" in said
    assert "Other quotes" not in see(client, f"/quotes/{other}/win/")
