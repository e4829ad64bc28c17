"""What is proposed to be held, and where the goods of a deal will come from: only what is sold, only what is taken."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.winning import Source, picture
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.stock.models import Location
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


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


def test_units_are_held_at_each_location_that_has_some(client: Client, company: World) -> None:
    """AT-34: one line for each location with what is free there, and each holds its own."""
    product = company.product(sku="AP-1")
    company.stock(product, 4)
    company.stock(product, 7, bin=company.bins[2])
    other, (theirs,) = quote_of(company, LineWish(product.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(theirs, 1, company.location.place_id)])
    quote, (line,) = quote_of(company, LineWish(product.pk, 6))
    main, van = company.location.place_id, company.other.place_id

    def free() -> dict[str, str]:
        page = see(client, f"/quotes/{quote}/reserve/")
        rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        return {
            place: cells[0]
            for place in (str(main), str(van))
            for row in rows
            if f'name="reserve-{line}-{place}"' in row
            and (cells := re.findall(r'data-l="Available">\s*(\d+)', row))
        }

    assert free() == {str(main): "3", str(van): "7"}
    before = entries()
    too_many = {f"reserve-{line}-{main}": "4", f"reserve-{line}-{van}": "2"}
    assert "3 free" in do(client, f"/quotes/{quote}/reserve/", too_many, 409).content.decode()
    assert (entries(), held(line).get("bin")) == (before, None)
    do(client, f"/quotes/{quote}/reserve/", {f"reserve-{line}-{main}": "2", f"reserve-{line}-{van}": "3"})
    assert entries() == before + 1
    where = Holding.objects.filter(claim=line, kind="bin", quantity__gt=0)
    assert dict(where.values_list("place__parent", "quantity")) == {main: 2, van: 3}
    assert free() == {str(main): "1", str(van): "4"}
    assert other
    clean()


def test_winning_says_that_another_quote_of_the_deal_is_won(client: Client, company: World) -> None:
    """Both may be won: a customer orders both offers. Who meant only one sees it before."""
    product = company.product()
    first, _ = quote_of(company, LineWish(product.pk, 2))
    deal = Quote.objects.get(pk=first).opportunity_id
    second, _ = quote_of(company, LineWish(product.pk, 1), opportunity=deal)
    words = "Another quote of this opportunity is won; this one will be sold in addition to it:"
    assert words not in see(client, f"/quotes/{first}/win/")
    done = send(client, "POST", f"/quotes/{first}/win", {})
    assert done["won_beside"] == []
    page = see(client, f"/quotes/{second}/win/")
    said = page.split(words)[1].split("</p>")[0]
    assert f'href="/quotes/{first}/"' in said
    assert "stay open" not in page
    tried = send(client, "POST", f"/quotes/{second}/win?dry_run=true", {})
    assert tried["document"]["won_beside"] == [first]
    assert Quote.objects.get(pk=second).won_at is None
    both = send(client, "POST", f"/quotes/{second}/win", {})
    assert both["won_beside"] == [first]
    assert both["order"] not in (None, done["order"])
    send(client, "POST", f"/journal/{done['entry']}/reverse", {})
    third, _ = quote_of(company, LineWish(product.pk, 1), opportunity=deal)
    said = see(client, f"/quotes/{third}/win/").split(words)[1].split("</p>")[0]
    assert (f"/quotes/{first}/" in said, f"/quotes/{second}/" in said) == (False, True)
    clean()
