"""What a customer reads and answers by the link of a quote: no account, no guessing, no answer to another offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.documents.house import house
from tests.documents.test_send import worked
from tests.world import World, clean, entries
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.ledger.models import Entry, Fact
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.models import Todo
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, Role, User
from wharfinger.sales import links
from wharfinger.sales.actions import answering
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.quotes import change_quote, create_quote, lose
from wharfinger.sales.actions.sending import mark_quote_sent, send_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    """Let no test be stopped by what others tried."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def company() -> World:
    """A small company whose customer reads English."""
    made = house()
    Organization.objects.filter(pk=made.customer.pk).update(email="buy@x.example", language="en")
    User.objects.filter(pk=made.user.pk).update(email="ada@house.example")
    return made


def offered(company: World, **values: Any) -> Quote:
    """A quote of three units that was sent."""
    wish = LineWish(company.product(sku="AP-1").pk, 3)
    wish_ = QuoteWish(company.customer.pk, (wish,), owner=company.user.pk, **values)
    made = create_quote(actor=company.user, wish=wish_).one("demand.Sheet")
    mark_quote_sent(actor=company.user, quote=made)
    return Quote.objects.get(pk=made)


def version(page: Any) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_a_customer_reads_and_accepts_by_the_link_in_the_mail(client: Client, company: World) -> None:
    quote = offered(company)
    send_quote(actor=company.user, quote=quote.pk)
    worked()
    (sent,) = [one for one in mail.outbox if one.to == ["buy@x.example"]]
    told = re.search(r"https?://[^/]+(/q/\S+)", sent.body)
    assert told is not None
    here = told[1]
    page = client.get(here)
    text = page.content.decode()
    for words in ("AP-1", "Quote", "35.70", "Accept the offer"):
        assert words in text
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "sessionid" not in client.cookies
    assert "csrftoken" not in client.cookies
    assert client.get(f"{here}offer.pdf").content.startswith(b"%PDF")
    mail.outbox.clear()
    answer = client.post(
        f"{here}accept/", {"name": " Jane  Quinn ", "agreed": "yes", "version": version(page)}
    )
    assert (answer.status_code, answer["Location"]) == (303, here)
    quote.refresh_from_db()
    assert (quote.accepted_by, quote.won_at, quote.declined_at) == ("Jane Quinn", None, None)
    assert "Accepted on" in client.get(here).content.decode()
    assert "Jane Quinn" in client.get(here).content.decode()
    worked()
    (told_owner,) = mail.outbox
    assert told_owner.to == ["ada@house.example"]
    assert "has accepted" in told_owner.subject
    assert not Fact.objects.filter(new__contains="Jane").exists()
    clean()


def test_opening_is_written_down_once_and_not_for_ourselves(client: Client, company: World) -> None:
    here = links.path(offered(company))
    before = entries()
    client.head(here)
    client.force_login(company.user)
    client.get(here)
    assert entries() == before
    stranger = Client()
    stranger.get(here)
    stranger.get(here)
    assert entries() == before + 1
    assert Entry.objects.latest("pk").verb == "open_link"
    assert Entry.objects.latest("pk").actor is None


def test_what_is_missing_stands_beside_its_field_and_nothing_is_written(
    client: Client, company: World
) -> None:
    here = links.path(offered(company))
    seen = version(client.get(here))
    before = entries()
    for typed, words in (
        ({"name": "Jane"}, "Tick that you accept"),
        ({"agreed": "yes"}, "Please fill this in"),
        ({"name": "x" * 101, "agreed": "yes"}, "At most 100"),
    ):
        answer = client.post(f"{here}accept/", typed | {"version": seen})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    answer = client.post(f"{here}decline/", {"reason": "x" * 501, "version": seen})
    assert answer.status_code == 422
    assert entries() == before


def test_twice_accepted_is_accepted_once_and_declining_comes_too_late(client: Client, company: World) -> None:
    quote = offered(company)
    here = links.path(quote)
    typed = {"name": "Jane", "agreed": "yes", "version": version(client.get(here))}
    client.post(f"{here}accept/", typed)
    before = entries()
    assert client.post(f"{here}accept/", typed | {"name": "Mallory"}).status_code == 303
    assert client.post(f"{here}decline/", typed | {"reason": "No"}).status_code == 303
    quote.refresh_from_db()
    assert (entries(), quote.accepted_by, quote.declined_at) == (before, "Jane", None)


def test_whoever_declined_may_think_better_of_it(client: Client, company: World) -> None:
    quote = offered(company)
    here = links.path(quote)
    seen = version(client.get(here))
    reason = "<script>alert(1)</script> Too dear"
    client.post(f"{here}decline/", {"reason": reason, "version": seen})
    quote.refresh_from_db()
    assert (quote.decline_reason, quote.lost_at) == (reason, None)
    client.force_login(company.user)
    shown = client.get(f"/quotes/{quote.pk}/").content.decode()
    assert "<script>alert" not in shown
    assert "Too dear" in shown
    client.post(f"{here}accept/", {"name": "<b>J</b>", "agreed": "yes", "version": seen})
    quote.refresh_from_db()
    assert (quote.declined_at, quote.decline_reason, quote.accepted_by) == (None, "", "<b>J</b>")
    assert "<b>J</b>" not in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert "<b>J</b>" not in client.get(here).content.decode()
    clean()


def test_an_offer_that_changed_meanwhile_is_read_again(client: Client, company: World) -> None:
    quote = offered(company)
    here = links.path(quote)
    seen = version(client.get(here))
    line = Line.objects.get(sheet_id=quote.pk)
    company.stock(line.product, 1)
    reserve(actor=HOUSE, holds=[Hold(line.pk, 1)])
    assert version(client.get(here)) == seen
    change_line(actor=HOUSE, line=line.pk, change=LineChange(quantity=4))
    before = entries()
    answer = client.post(f"{here}accept/", {"name": "Jane", "agreed": "yes", "version": seen})
    if answer.status_code == 412:
        assert "changed meanwhile" in answer.content.decode()
        assert version(answer) != seen
    else:
        # A changed quote is one that was not sent.
        assert answer.status_code in (404, 410)
    quote.refresh_from_db()
    assert (entries(), quote.accepted_at) == (before, None)


@pytest.mark.parametrize("how", ["expired", "won", "lost", "revoked", "not sent"])
def test_a_link_that_has_ended_tells_only_whom_to_ask(client: Client, company: World, how: str) -> None:
    quote = offered(company)
    here = links.path(quote)
    number = quote.sheet.number
    seen = version(client.get(here))
    days = 0
    match how:
        case "expired":
            days = (quote.expires_on - clock.today("Europe/Berlin")).days + 1
        case "won":
            win(actor=HOUSE, quote=quote.pk)
        case "lost":
            lose(actor=HOUSE, quote=quote.pk)
        case "revoked":
            answering.revoke_link(actor=HOUSE, quote=quote.pk)
        case _:
            sent = Entry.objects.filter(verb="send_quote").latest("pk")
            reverse(actor=HOUSE, entry=sent.pk, reason="too soon")
    before = entries()
    with time_machine.travel(clock.now() + timedelta(days=days)):
        for answer in (
            client.get(here),
            client.get(f"{here}offer.pdf"),
            client.post(f"{here}accept/", {"name": "J", "agreed": "yes", "version": seen}),
            client.post(f"{here}decline/", {"version": seen}),
        ):
            assert answer.status_code == (404 if how == "revoked" else 410)
            text = answer.content.decode()
            assert number not in text
            assert "ask us for a new one" in text
    quote.refresh_from_db()
    assert (entries(), quote.accepted_at) == (before, None)


def test_a_quote_is_open_to_the_last_second_of_its_day(client: Client, company: World) -> None:
    quote = offered(company)
    here = links.path(quote)
    for moment, code in (("23:59:59", 200), ("", 410)):
        day = quote.expires_on if moment else quote.expires_on + timedelta(days=1)
        with time_machine.travel(f"{day}T{moment or '00:00:00'}+01:00", tick=False):
            assert client.get(here).status_code == code


def test_links_are_not_guessed(client: Client, company: World) -> None:
    quote = offered(company)
    here = links.path(quote)
    wrong = f"/q/{quote.pk}-{'0' * 32}/"
    assert client.get(f"/q/{2**70}-{'0' * 32}/").status_code == 404
    for _ in range(9):
        assert client.get(wrong).status_code == 404
    assert client.get(here).status_code == 429
    assert client.get(here, REMOTE_ADDR="10.9.8.7").status_code == 200
    assert links.mark(quote.pk, 0) != links.mark(quote.pk, 1) != links.mark(quote.pk + 1, 0)


def test_answers_by_one_link_are_few(client: Client, company: World) -> None:
    here = links.path(offered(company))
    for _ in range(30):
        client.post(f"{here}accept/", {})
    seen = version(client.get(here))
    before = entries()
    answer = client.post(f"{here}accept/", {"name": "J", "agreed": "yes", "version": seen})
    assert (answer.status_code, entries()) == (429, before)


def test_the_page_speaks_the_customers_language(client: Client, company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(language="de")
    text = client.get(links.path(offered(company)), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    for words in ('lang="de"', "Angebot", "35,70", "annehmen"):
        assert words in text


def test_who_may_send_sees_ends_and_undoes_the_link(client: Client, company: World) -> None:
    quote = offered(company)
    client.force_login(company.user)
    shown = client.get(f"/quotes/{quote.pk}/").content.decode()
    assert links.path(quote) in shown
    assert client.get(f"/api/v1/quotes/{quote.pk}/link").json()["link"] == links.address(quote)
    assert client.post(f"/quotes/{quote.pk}/revoke-link/").status_code == 303
    assert Client().get(links.path(quote)).status_code == 404
    ended = Entry.objects.latest("pk")
    assert ended.verb == "revoke_link"
    reverse(actor=company.user, entry=ended.pk, reason="a slip")
    assert Client().get(links.path(quote)).status_code == 200
    company.user.roles.set([Role.objects.create(name="reader", permissions=["*.read"])])
    reader = User.objects.get(pk=company.user.pk)
    client.force_login(reader)
    assert links.path(quote) not in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert client.get(f"/api/v1/quotes/{quote.pk}/link").status_code == 403
    before = entries()
    with pytest.raises(NotAllowed):
        answering.revoke_link(actor=reader, quote=quote.pk)
    assert entries() == before


def test_an_answer_is_undone(client: Client, company: World) -> None:
    quote = offered(company)
    seen = answering.Seen(quote.pk, 0, links.version(quote.pk))
    done = answering.accept_quote(seen=seen, name="Jane")
    reverse(actor=company.user, entry=done.id, reason="by mistake")
    quote.refresh_from_db()
    assert quote.accepted_at is None
    with pytest.raises(Refusal) as refused:
        answering.accept_quote(seen=seen, name="Jane")
    assert refused.value.code == "offer_changed"
    clean()


def test_what_is_optional_is_chosen_by_the_customer(client: Client, company: World) -> None:
    products = [company.product(sku=sku).pk for sku in ("FIRM", "EXTRA", "ROUTER", "BETTER")]
    lines = [LineWish(product, 1) for product in products]
    lines[1] = LineWish(products[1], 1, option="optional", taken=False)
    lines[3] = LineWish(products[3], 1, option="alternative", instead=2, taken=False)
    wish = QuoteWish(company.customer.pk, tuple(lines), owner=company.user.pk)
    quote = create_quote(actor=HOUSE, wish=wish).one("demand.Sheet")
    mark_quote_sent(actor=HOUSE, quote=quote)
    here = links.path(Quote.objects.get(pk=quote))
    firm, extra, router, better = Line.objects.filter(sheet_id=quote).order_by("position", "pk")
    page = client.get(here)
    assert "23.80" in page.content.decode()
    group = f"take-{router.pk}"
    chosen = {"choose": "yes", f"take-{extra.pk}": extra.pk, group: better.pk}
    before = entries()
    reckoned = client.get(here, chosen | {"name": "Jane", "agreed": "yes"}).content.decode()
    assert "35.70" in reckoned
    assert 'value="Jane"' in reckoned
    assert not re.search(r'name="agreed"[^>]* checked', reckoned), (
        "who agreed to one total agreed to no other"
    )
    typed = {"name": "Jane", "agreed": "yes", "version": version(page), "choose": "yes"}
    refused = client.post(f"{here}accept/", typed | {group: "", "choose": ""})
    assert (refused.status_code, entries()) == (422, before)
    unseen = client.post(f"{here}accept/", typed | chosen | {"choose": str(router.pk)})
    assert (unseen.status_code, entries()) == (422, before)
    assert "the total is another" in unseen.content.decode()
    assert "35.70" in unseen.content.decode()
    assert not re.search(r'name="agreed"[^>]* checked', unseen.content.decode())
    shown = {"choose": f"{extra.pk} {better.pk}"}
    assert f'value="{shown["choose"]}"' in unseen.content.decode()
    assert client.post(f"{here}accept/", typed | chosen | shown).status_code == 303
    taken = [Line.objects.get(pk=one.pk).taken for one in (firm, extra, router, better)]
    assert taken == [True, True, False, True]
    assert "35.70" in client.get(here).content.decode()
    accepted = Entry.objects.get(verb="accept_quote")
    reverse(actor=company.user, entry=accepted.pk, reason="a slip")
    assert not Line.objects.get(pk=extra.pk).taken
    clean()


def test_a_company_may_let_acceptance_win(company: World) -> None:
    quote = offered(company)
    seen = answering.Seen(quote.pk, 0, links.version(quote.pk))
    set_setting(actor=company.user, name="win_on_acceptance", value=True)
    answering.accept_quote(seen=seen, name="Jane")
    assert Quote.objects.get(pk=quote.pk).won_at is None
    worked()
    assert Quote.objects.get(pk=quote.pk).won_at is not None
    assert Entry.objects.get(verb="win").actor == company.user
    assert not Todo.objects.exists()
    company.user.roles.set([Role.objects.create(name="seller", permissions=["*.read", "sales.quote"])])
    other = Quote.objects.get(pk=again(company))
    answering.accept_quote(seen=answering.Seen(other.pk, 0, links.version(other.pk)), name="Jim")
    worked()
    assert Quote.objects.get(pk=other.pk).won_at is None
    assert Todo.objects.get().person == company.user
    set_setting(actor=HOUSE, name="win_on_acceptance", value=False)
    third = Quote.objects.get(pk=again(company))
    answering.accept_quote(seen=answering.Seen(third.pk, 0, links.version(third.pk)), name="Jo")
    worked()
    assert Quote.objects.get(pk=third.pk).won_at is None
    assert Todo.objects.count() == 2
    clean()


def again(company: World) -> int:
    """One more quote that was sent."""
    wish = QuoteWish(company.customer.pk, (LineWish(company.product().pk, 1),), owner=company.user.pk)
    made = create_quote(actor=HOUSE, wish=wish).one("demand.Sheet")
    mark_quote_sent(actor=HOUSE, quote=made)
    return made


def test_reading_and_accepting_take_few_statements(client: Client, company: World) -> None:
    quote = offered(company)
    change_quote(actor=HOUSE, quote=quote.pk, values={"title": "Two"})
    mark_quote_sent(actor=HOUSE, quote=quote.pk)
    here = links.path(Quote.objects.get(pk=quote.pk))
    page = client.get(here)
    with CaptureQueriesContext(
        connection,
    ) as reading:
        client.get(here)
    assert len(reading) <= 12
    typed = {"name": "J", "agreed": "yes", "version": version(page)}
    with CaptureQueriesContext(connection) as accepting:
        assert client.post(f"{here}accept/", typed).status_code == 303
    assert len(accepting) <= 20
