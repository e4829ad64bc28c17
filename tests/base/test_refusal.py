"""A refusal says what helps: whoever misses something is told how to find it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.tidy.source import product
from wharfinger.base.refusal import HELP, NotThere, Refusal

ITSELF = ("Choose ", "Name ")
"""Sentences that begin so are the remedy."""


def raised() -> Iterator[tuple[str, str, str]]:
    """Every refusal that the code words: its place, code and sentence."""
    for source in product():
        for call in source.walk(ast.Call):
            match call.args:
                case [ast.Constant(value=str(code)), ast.Call(args=[ast.Constant(value=str(sentence))]), *_]:
                    yield source.at(call), code, sentence


def test_every_refusal_of_what_is_missing_names_its_remedy() -> None:
    """By its own sentence, or by the row of its code."""
    wrong = [
        f"{place} {code}: {sentence}"
        for place, code, sentence in raised()
        if code.startswith("no_such_")
        and code not in HELP
        and ". " not in sentence
        and not sentence.startswith(ITSELF)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_row_has_its_refusal() -> None:
    """No remedy is kept for a code that nobody raises."""
    assert set(HELP) <= {code for _place, code, _sentence in raised()}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "There is no such shipment. Search for its number, or look under Shipments."),
        (
            "de",
            "Diese Sendung gibt es nicht. Suchen Sie nach der Nummer, oder sehen Sie unter „Sendungen“ nach.",
        ),
    ],
)
def test_the_remedy_follows_the_sentence(language: str, words: str) -> None:
    """In the reader's language, with the page as the navigation names it."""
    with translation.override(language):
        assert NotThere("no_such_shipment", "There is no such shipment.").words() == words


def test_a_sentence_with_a_remedy_of_its_own_keeps_it() -> None:
    """Nothing is said twice."""
    sentence = "There is no serial number {serial}. Check the number."
    refusal = Refusal("no_such_serial", sentence, serial="S1")
    assert refusal.words() == "There is no serial number S1. Check the number."
