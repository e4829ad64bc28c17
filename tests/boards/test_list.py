"""A list shows every row once, in order, whichever way one walks; its file says what it shows."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import connection
from django.http import QueryDict
from django.template.backends.jinja2 import Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.world import world
from wharfinger.base.access import HOUSE
from wharfinger.base.asking import Ask, capped, few_enough
from wharfinger.base.refusal import BadInput, NotAllowed
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table, count_words, table_page
from wharfinger.boards.models import SavedView
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Fact
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db
SORTS = {"name": "name", "seen": "last_login"}


def rows(ask: Ask) -> Rows:
    """People, as a list reads them."""
    found = User.objects.filter(name__contains=ask.one("name"))
    page = ask.slice(found, SORTS)
    made = [
        Row(user.pk, {"name": user.name, "seen": user.last_login, "n": user.pk, "due": (user.pk, 1)})
        for user in page.items
    ]
    return Rows(made, page.before, page.after, {"all": capped(found)})


PEOPLE = Table(
    name="people",
    title="People",
    permission="parties.read",
    columns=(
        Column("name", "Name", sortable=True),
        Column("seen", "Seen", "date", sortable=True),
        Column("n", "Number", "number"),
        Column("due", "Due", "quantity", optional=True),
    ),
    filters=(Filter("name", "Name"), Filter("seen", "Seen", "date")),
    tabs=(Tab("all", "All"),),
    acts=(Act("name", "Name", "site:account", "parties.name"),),
    rows=rows,
    limit=7,
)


@pytest.fixture
def mara() -> User:
    """Somebody who may read people, among sixty of them; every third has never signed in."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    User.objects.bulk_create(
        User(
            username=f"u{at}",
            name=f"Name {at % 9}",
            last_login=None if at % 3 == 0 else start + timedelta(hours=at % 7),
        )
        for at in range(60)
    )
    user = User.objects.create(username="mara", name="=Mara")
    user.roles.add(Role.objects.create(name="Reads people", permissions=["parties.read"]))
    return user


def ask(query: str, actor: Any) -> Ask:
    """What an address asks."""
    return Ask.from_query(
        QueryDict(query), table="people", actor=actor, filters=["name", "seen"], tab="all", limit=7
    )


def answer(query: str, user: Any) -> Any:
    """The answer to a request for the list."""
    request = RequestFactory().get(f"/people?{query}")
    request.user = user
    request.session = SessionStore()
    return table_page(request, PEOPLE)


@pytest.mark.parametrize("sort", ["", "name", "-name", "seen", "-seen"])
def test_pages_forward_and_back_hold_every_row_once_and_in_order(mara: User, sort: str) -> None:
    """Walking to the end and back visits each row exactly once each way, in the order that was asked for."""
    forth, cursor, pages = [], "", 0
    while True:
        page = rows(ask(f"sort={sort}&cursor={cursor}", mara))
        forth.append([row.id for row in page.rows])
        pages += 1
        if not page.after:
            break
        cursor = page.after
    walked = [row for shown in forth for row in shown]
    down = sort.startswith("-") or not sort
    key = sort.lstrip("-")
    people = list(User.objects.all())
    if key:
        field = SORTS[key]
        valued = sorted(
            (u for u in people if getattr(u, field) is not None),
            key=lambda u: (getattr(u, field), u.pk),
            reverse=down,
        )
        without = sorted((u for u in people if getattr(u, field) is None), key=lambda u: u.pk, reverse=down)
        expected = [u.pk for u in valued + without]
    else:
        expected = sorted((u.pk for u in people), reverse=True)
    assert walked == expected
    back = [forth[-1]]
    while page.before:
        page = rows(ask(f"sort={sort}&cursor={page.before}", mara))
        back.append([row.id for row in page.rows])
    assert back[::-1] == forth
    assert pages == 9


@pytest.mark.parametrize("sort", ["", "name"])
def test_a_list_among_values_has_the_same_pages(mara: User, sort: str) -> None:
    """Reading each value by its index changes nothing of what a page shows, there and back."""
    for names in (("Name 7", "=Mara", "Name 1", "Name 3"), ("Name 4",), ("Nobody",)):
        cursors, seen = [""], 0
        while cursors:
            asked = ask(f"sort={sort}&cursor={cursors.pop()}", mara)
            people, found = User.objects.all(), User.objects.filter(name__in=names)
            whole, cut = asked.slice(found, SORTS), asked.slice(people, SORTS, among=("name", names))
            assert [user.pk for user in cut.items] == [user.pk for user in whole.items]
            assert (cut.before is None, cut.after is None) == (whole.before is None, whole.after is None)
            seen += len(cut.items)
            if cut.after:
                cursors.append(cut.after)
            elif cut.before:
                back = ask(f"sort={sort}&cursor={cut.before}", mara)
                assert [user.pk for user in back.slice(people, SORTS, among=("name", names)).items] == [
                    user.pk for user in back.slice(found, SORTS).items
                ]
        assert seen == found.count()


def test_a_forged_cursor_is_refused_in_words(mara: User) -> None:
    """Nobody reaches a row by inventing a cursor; the page says what to do."""
    with pytest.raises(BadInput) as refused:
        rows(ask("cursor=nonsense", mara))
    assert refused.value.code == "bad_cursor"
    response = answer("cursor=nonsense", mara)
    assert response.status_code == 422
    assert "Start from its first page." in response.content.decode()


def test_too_many_rows_are_not_sorted(mara: User) -> None:
    """A list that would have to be read whole before it is sorted says to narrow it first."""
    few_enough(User.objects.all(), most=User.objects.count())
    with pytest.raises(BadInput) as refused:
        few_enough(User.objects.all(), most=User.objects.count() - 1)
    assert (refused.value.code, refused.value.field) == ("too_many_to_sort", "sort")


def test_a_bad_date_is_refused_in_words(mara: User) -> None:
    """A filter that cannot be read says so beside its name."""
    with pytest.raises(BadInput) as refused:
        ask("seen-from=31.12.2026", mara).days("seen")
    assert (refused.value.code, refused.value.field) == ("not_a_date", "seen-from")


def test_who_may_not_read_gets_nothing(mara: User) -> None:
    """The list's permission is asked before anything is read."""
    stranger = User.objects.create(username="stranger")
    with pytest.raises(NotAllowed):
        answer("", stranger)


def test_acts_are_shown_to_those_who_may(mara: User) -> None:
    """A verb that one may not do is not offered."""
    assert "data-chosen" not in answer("", mara).content.decode()
    mara.roles.add(Role.objects.create(name="Names people", permissions=["parties.name"]))
    del mara.permissions
    assert "data-chosen" in answer("", mara).content.decode()


def test_the_file_holds_every_row_and_only_the_shown_columns(mara: User) -> None:
    """CSV and XLSX hold what the filters leave, beyond the page; text is never a formula."""
    sheet = list(
        csv.reader(io.StringIO(answer("export=csv&column=name&column=due", mara).content.decode("utf-8-sig")))
    )
    assert sheet[0] == ["Name", "Due"]
    assert len(sheet) == 62
    assert sheet[1] == ["'=Mara", f"{mara.pk / 10:.1f}"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer("export=xlsx&name=Name 3", mara).content))
    cells = book.get_sheet_by_index(0).to_python()
    assert cells[0] == ["Name", "Seen", "Number"]
    assert [row[0] for row in cells[1:]] == ["Name 3"] * 7
    assert all(isinstance(row[2], float) for row in cells[1:])


def test_a_list_costs_few_statements_and_little_time(mara: User) -> None:
    """The page asks the database at most 12 times; later pages cost the same."""
    answer("", mara)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert answer("", mara).status_code == 200
    assert len(statements) <= 12


def test_a_view_is_kept_replaced_shared_and_dropped_by_its_owner_only(mara: User) -> None:
    """Another person sees a shared view, but cannot delete it; the same name again replaces one's own."""
    jo = User.objects.create(username="jo")
    client = Client()
    client.force_login(mara)
    given = {"table": "people", "name": "Mine", "query": "name=a", "shared": "yes", "back": "/people"}
    assert client.post("/views/save", given).status_code == 403
    assert SavedView.objects.count() == 0
    mara.roles.add(Role.objects.create(name="sharing", permissions=["boards.share"]))
    for query in ("name=a&cursor=x", "name=b&export=csv"):
        sent = {"table": "people", "name": " Mine ", "query": query, "shared": "yes", "back": "/people"}
        response = client.post("/views/save", sent)
        assert (response.status_code, response["Location"]) == (303, f"/people?{query[:6]}")
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query, view.shared) == (mara, "Mine", "name=b", True)
    other = Client()
    other.force_login(jo)
    assert other.post(f"/views/{view.pk}/delete").status_code == 404
    assert SavedView.objects.count() == 1
    assert client.post(f"/views/{view.pk}/delete", {"back": "https://elsewhere.example/"})["Location"] == "/"
    assert SavedView.objects.count() == 0
    told = Entry.objects.order_by("pk").values_list("verb", "actor", "reason")
    assert list(told) == [("add", mara.pk, ""), ("change", mara.pk, ""), ("retire", mara.pk, "Mine")]
    changed = Fact.objects.filter(entry__verb="change", field="query").values_list("old", "new")
    assert list(changed) == [('"name=a"', '"name=b"')]
    assert set(Fact.objects.values_list("subject", flat=True)) == {f"saved_view:{view.pk}", f"user:{mara.pk}"}


def test_nobody_counts_beyond_a_thousand() -> None:
    """A count says 1000+ rather than how many exactly."""
    assert [count_words(n) for n in (None, 0, 1000, 1001)] == ["", "0", "1000", "1000+"]


@pytest.mark.slow
def test_fifty_rows_are_drawn_within_ten_milliseconds() -> None:
    """A page of work as it is served, each line at four stages: drawing it is not what a person waits for."""
    company = world()
    products = [company.product() for _ in range(10)]
    for product in products:
        company.stock(product, 20)
    wish = OrderWish(
        company.customer.pk, tuple(LineWish(product.pk, 5) for product in products * 5), confirm=True
    )
    lines = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 4) for line in lines])
    pick(actor=HOUSE, picks=[Pick(line, 2) for line in lines])
    ship(actor=HOUSE, picks=[Pick(line, 1) for line in lines])
    browser = Client()
    browser.force_login(company.user)
    served: list[tuple[Any, ...]] = []
    render = Template.render

    def seen(*given: Any) -> Any:
        served.append(given)
        return render(*given)

    with patch.object(Template, "render", seen):
        page = browser.get("/work/delivery/?tab=ready").content.decode()
    assert (page.count('name="selected"'), page.count('class="bar"')) == (50, 50)
    assert page.count("<rect class=") == 200
    assert "</html>" in page
    took = []
    for _try in range(9):
        # The processor's own time: the machine may be busy with something else.
        begun = time.process_time()
        render(*served[0])
        took.append(time.process_time() - begun)
    assert min(took) < 0.010
