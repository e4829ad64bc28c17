"""The instalments of an invoice over HTTP."""

from __future__ import annotations

from pydantic import Field

from wharfinger.base.door import Shown


class DuePart(Shown):
    """An instalment of an invoice; whatever comes settles the first one first."""

    on: str = Field(examples=["2026-12-14"])
    amount: str = Field(examples=["178.14"])
    open: str = Field(examples=["178.14"])
