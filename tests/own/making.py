"""Own fields, made for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wharfinger.base.access import HOUSE
from wharfinger.base.models import OwnField
from wharfinger.parties.actions.own_fields import add_own_field

Call = Callable[..., Any]


def field(noun: str, name: str, kind: str = "text", **more: Any) -> OwnField:
    """An own field."""
    made = add_own_field(actor=HOUSE, values={"noun": noun, "name": name, "kind": kind, **more})
    return OwnField.objects.get(pk=made.one("base.OwnField"))
