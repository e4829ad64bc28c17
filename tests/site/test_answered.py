"""What an act changed, as the API tells it: every figure a decimal string, every id a subject with its title."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, IntegerField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from tests.purchasing.buying import stocked_up
from tests.world import World, world
from wharfinger.base import money
from wharfinger.base.access import HOUSE
from wharfinger.base.quantity import scaled
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role
from wharfinger.purchasing.actions.ordering import change_purchase
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.site.answered import answered, value_told
from wharfinger.site.measures import QUANTITIES, Measure, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def told(client: Client, entry: int) -> dict[tuple[str, str], tuple[Any, Any, str | None]]:
    """What an entry changed: subject and field → before, after, currency."""
    shown = client.get(f"/api/v1/journal/{entry}").json()["changes"]
    return {(one["subject"], one["field"]): (one["old"], one["new"], one["currency"]) for one in shown}


MEASURED = [
    (model.__dict__["subject"], field.attname)
    for model in apps.get_models()
    if isinstance(model.__dict__.get("subject"), str)
    for field in model._meta.concrete_fields
    if isinstance(field, BigIntegerField | IntegerField)
    and (field.attname in QUANTITIES or field.attname.endswith(("_micro", "_minor")))
]
"""Every field that holds money, a price, a share or goods: its noun and its name."""


@given(
    which=some.sampled_from(MEASURED),
    value=some.integers(-(10**15) + 1, 10**15 - 1),
    decimals=some.integers(0, 6),
    currency=some.sampled_from(("JPY", "EUR", "KWD")),
)
def test_every_measured_field_is_told_as_an_exact_decimal_string(
    which: tuple[str, str], value: int, decimals: int, currency: str
) -> None:
    """Whoever reads the string again has the figure that is kept; an amount has its currency's decimals."""
    noun, name = which
    text = value_told(name, value, Measure(decimals, currency, "EUR", noun), {})
    if share(noun, name):
        places = 4
    elif name.endswith("_micro"):
        places = 6
    elif name.endswith("_minor"):
        places = money.decimals("EUR" if name.startswith(("approved_", "home_")) else currency)
        assert len(text.partition(".")[2]) == places
    else:
        places = decimals
    assert isinstance(text, str)
    assert Decimal(text) == Decimal(value).scaleb(-places)
    assert scaled(text, places, field="", most=10**16, negative=True) == value


@pytest.mark.parametrize(
    ("currency", "rate_micro", "freight"),
    [
        ("JPY", 6_131, ("500", "1999")),
        ("USD", 900_000, ("5.00", "19.99")),
        ("KWD", 3_000_000, ("0.500", "1.999")),
    ],
)
def test_the_api_tells_figures_in_their_units(
    client: Client, company: World, currency: str, rate_micro: int, freight: tuple[str, str]
) -> None:
    client.force_login(company.user)
    cable, other = company.product(quantity_decimals=1), company.product()
    made = stocked_up(
        company,
        (cable, 25, 300_000_000),
        (other, 4, 100_000_000),
        submitted=False,
        currency=currency,
        rate_micro=rate_micro,
        freight_minor=500,
    )
    line, second = made.lines
    freighted = PurchaseChange(
        (("freight_minor", 1999), ("expected_on", "2026-03-09")),
        change=(
            LineChange(line, 35, unit_cost_micro=19_990_000, location=company.other.pk),
            LineChange(second, 5),
        ),
    )
    changed = change_purchase(actor=HOUSE, order=made.order, change=freighted)
    about = f"purchase_order:{made.order}"
    where = f"purchase_line:{line}"
    shown = told(client, changed.id)
    assert {key: shown[key] for key in sorted(shown)} == {
        (where, "location"): (
            {"subject": f"location:{company.location.pk}", "title": "Location Main"},
            {"subject": f"location:{company.other.pk}", "title": "Location Van"},
            None,
        ),
        (where, "quantity"): ("2.5", "3.5", None),
        (where, "unit_cost"): ("300", "19.99", None),
        (f"purchase_line:{second}", "quantity"): ("4", "5", None),
        (about, "expected_on"): (None, "2026-03-09", None),
        (about, "freight"): (*freight, currency),
    }
    # Who may not see costs is told of none.
    company.user.roles.set([Role.objects.create(name="Reader", permissions=["ledger.read"])])
    assert {field for _, field in told(client, changed.id)} == {"location", "quantity", "expected_on"}


def test_a_dry_run_tells_what_the_entry_will_tell(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product()
    change = {"price": "19.99"}
    dry = client.patch(f"/api/v1/products/{product.pk}?dry_run=true", change, "application/json").json()
    done = client.patch(f"/api/v1/products/{product.pk}", change, "application/json").json()
    expected = {
        "subject": f"product:{product.pk}",
        "field": "price",
        "old": "10",
        "new": "19.99",
        "currency": None,
    }
    assert dry["changes"] == [expected]
    assert client.get(f"/api/v1/journal/{done['entry']}").json()["changes"] == [expected]
    undone = client.post(f"/api/v1/journal/{done['entry']}/reverse", {}, "application/json").json()
    assert [(one["old"], one["new"]) for one in undone["changes"]] == [("19.99", "10")]


def test_shares_are_told_in_per_cent(company: World) -> None:
    about = {"tax_code:1": ("rate_micro", "rate"), "line:1": ("discount_micro", "discount_percent")}
    facts = [
        {"subject": noun, "field": field, "old": 190_000, "new": 75_000} for noun, (field, _) in about.items()
    ]
    facts.append({"subject": "rate:1", "field": "rate_micro", "old": 1_085_000, "new": None})
    assert [(one["field"], one["old"], one["new"]) for one in answered(facts)] == [
        ("rate", "19", "7.5"),
        ("discount_percent", "19", "7.5"),
        ("rate", "1.085", None),
    ]


def test_settings_are_told_as_their_own_page_of_the_api_tells_them(client: Client, company: World) -> None:
    client.force_login(company.user)
    value = {"threshold_minor": 50_000, "self_approval": True}
    done = set_setting(actor=company.user, name="approval", value=value)
    kept = client.get("/api/v1/settings/approval").json()["value"]
    assert told(client, done.id)["setting:approval", "value"][1] == kept == value


def test_what_a_template_keeps_is_counted_in_the_units_of_its_products(company: World) -> None:
    cable = company.product(quantity_decimals=2)
    content = {"lines": [{"product": cable.pk, "quantity": 250, "unit_price_micro": 1_500_000}], "title": ""}
    (one,) = answered([{"subject": "quote_template:1", "field": "content", "old": None, "new": content}])
    assert one["new"] == {
        "lines": [{"product": cable.pk, "quantity": "2.5", "unit_price": "1.5"}],
        "title": None,
    }


def test_telling_costs_the_same_however_much_an_entry_changed(client: Client, company: World) -> None:
    client.force_login(company.user)
    taken = []
    for many in (1, 12):
        lines = [(company.product(quantity_decimals=1), 20, 1_000_000) for _ in range(many)]
        made = stocked_up(company, *lines, submitted=False)
        here = tuple(LineChange(one, 35, location=company.other.pk) for one in made.lines)
        changed = change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(change=here))
        client.get(f"/api/v1/journal/{changed.id}")
        with CaptureQueriesContext(connection) as found:
            assert len(told(client, changed.id)) == 2 * many
        taken.append(len(found))
    assert taken[0] == taken[1]
