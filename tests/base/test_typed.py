"""Numbers as people type them, in their language."""

from __future__ import annotations

import pytest
from django.utils import translation

from wharfinger.base import typed
from wharfinger.base.refusal import BadInput

ALIKE = {
    "12": 12_000,
    "12,50": 12_500,
    "12.50": 12_500,
    ".5": 500,
    ",5": 500,
    "0.125": 125,
    "-5": -5_000,
    "1.250,00": 1_250_000,
    "1,250.00": 1_250_000,
    "1.250.000": 1_250_000_000,
    "1,250,000": 1_250_000_000,
    "1 250,5": 1_250_500,
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("text", ALIKE)
def test_what_can_mean_one_thing_means_it_in_every_language(text: str, language: str) -> None:
    with translation.override(language):
        found = typed.scaled(text, 3, field="x", negative=True)
    assert found == ALIKE[text]


@pytest.mark.parametrize(("language", "text"), [("de", "1.250"), ("en", "1,250")])
def test_what_can_mean_two_things_is_asked(text: str, language: str) -> None:
    with translation.override(language), pytest.raises(BadInput) as refused:
        typed.scaled(text, 3, field="x")
    assert (refused.value.code, refused.value.field) == ("ambiguous_number", "x")
    with translation.override(language):
        assert typed.quantity(text, 0) == 1250


@pytest.mark.parametrize(("language", "text"), [("en", "1.250"), ("de", "1,250")])
def test_the_sign_of_the_language_is_the_decimal_sign(text: str, language: str) -> None:
    with translation.override(language):
        assert typed.micro(text) == 1_250_000
        assert typed.written(1250, 2) == ("12.5" if language == "en" else "12,5")
        assert typed.scaled(typed.written(1125, 3), 3, field="x") == 1125


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_field_is_asked_to_be_filled(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        typed.scaled(text, 3, field="x")
    assert (refused.value.code, refused.value.field) == ("missing", "x")


@pytest.mark.parametrize("text", ["abc", "1.25.000", "1,2,3", "1.250.00", "1e5", "1.", "-", "١٢", "--5"])
def test_what_is_no_number_is_refused_with_an_example(text: str) -> None:
    for language, example in (("en", "12.50"), ("de", "12,50")):
        with translation.override(language), pytest.raises(BadInput) as refused:
            typed.scaled(text, 3, field="x")
        assert refused.value.code == "not_a_number"
        assert example in str(refused.value.values["example"])


def test_whole_units_are_said_to_be_whole() -> None:
    with translation.override("en"), pytest.raises(BadInput) as refused:
        typed.quantity("1.5", 0)
    assert refused.value.code == "too_precise"
    assert str(refused.value) == "Only whole units count here."


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [("de", "EUR", "-1250,05"), ("en", "EUR", "-1250.05"), ("de", "JPY", "-125005")],
)
def test_an_amount_stands_in_its_field_as_it_is_read_again(language: str, currency: str, said: str) -> None:
    with translation.override(language):
        assert typed.amount(-125_005, currency) == said
        assert typed.minor(said.removeprefix("-"), currency) == 125_005


@pytest.mark.parametrize(
    ("micro", "currency", "shown"),
    [
        (9_900_000, "EUR", "9.90"),
        (80_000_000, "EUR", "80.00"),
        (12_500, "EUR", "0.0125"),
        (5_000_000, "JPY", "5"),
    ],
)
def test_a_price_in_a_field_has_the_decimals_of_its_currency(micro: int, currency: str, shown: str) -> None:
    assert typed.unit_price(micro, currency) == shown
    with translation.override("de"):
        assert typed.unit_price(micro, currency) == shown.replace(".", ",")
        assert typed.micro(typed.unit_price(micro, currency)) == micro


def test_an_empty_field_is_asked_to_be_filled_in() -> None:
    for text in ("", "  "):
        with pytest.raises(BadInput) as refused:
            typed.minor(text, "EUR", field="amount")
        assert (refused.value.code, refused.value.field) == ("missing", "amount")
