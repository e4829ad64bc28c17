"""Lines that are promised for another day over HTTP, whatever document they are on."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from wharfinger.base.door import Given, Id
from wharfinger.demand.rules.promising import Promised


class PromiseGiven(Given):
    """A line and the day for which it is promised from now on."""

    line: Id
    promised_on: date


class Promises(Given):
    """What is promised for another day, and why."""

    lines: list[PromiseGiven] = Field(min_length=1, max_length=1000)
    reason: str = Field(max_length=200, examples=["The vendor delivers later"])


def promised(body: Promises) -> list[Promised]:
    """The lines and their days as the verbs take them."""
    return [Promised(one.line, one.promised_on) for one in body.lines]
