"""Refusals are values: a code, a sentence and the figures behind it; the door puts them into words.

The sentence is an English message id with named fields, marked by ``N_``; it is translated and
filled in only when somebody reads it, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext


def N_(sentence: str) -> str:  # noqa: N802 - the name gettext gives it
    """Mark a sentence for translation and return it unchanged."""
    return sentence


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds goods that somebody else wants, how many, and until when."""

    subject: str
    quantity: int
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods under way that would serve a refused wish."""

    subject: str
    quantity: int
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the person may do instead: a verb of the house and its arguments."""

    verb: str
    values: Mapping[str, Any]


class Words(tuple[str, ...]):
    """Words marked for translation, listed in the reader's language."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return ", ".join(gettext(word) for word in self)


class Refusal(Exception):
    """The rules of the house refuse the act; nothing was written."""

    http_code: ClassVar[int] = 409

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        field: str | None = None,
        wanted: int | None = None,
        free: int | None = None,
        product: int | None = None,
        held_by: Sequence[Holder] = (),
        arriving: Sequence[Arrival] = (),
        remedies: Sequence[Remedy] = (),
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.wanted = wanted
        self.free = free
        self.product = product
        self.decimals = 0
        """Of the product that the figures count, set by whoever explains the refusal."""
        self.held_by = tuple(held_by)
        self.arriving = tuple(arriving)
        self.remedies = tuple(remedies)
        self.values = values

    def words(self) -> str:
        """The sentence in the language of the reader, figures filled in."""
        return gettext(self.sentence).format(
            wanted=self.figure(self.wanted), free=self.figure(self.free), **self.values
        )

    def figure(self, units: int | None) -> str:
        """A quantity of the refused product as a decimal string."""
        if units is None or not self.decimals:
            return str(units)
        whole, rest = divmod(abs(units), 10**self.decimals)
        places = f"{rest:0{self.decimals}d}".rstrip("0")
        return f"{'-' if units < 0 else ''}{whole}{'.' + places if places else ''}"

    def __str__(self) -> str:
        return self.words()


class BadInput(Refusal):
    """What was typed cannot be read as what it should be."""

    http_code = 422


class NotAllowed(Refusal):
    """The person lacks the permission for the verb."""

    http_code = 403


class NotThere(Refusal):
    """No such document, or none that this person may see."""

    http_code = 404


class Stale(Refusal):
    """The document has changed since it was read."""

    http_code = 412
