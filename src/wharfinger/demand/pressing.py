"""How pages show, ask for and narrow by the priority of orders and work orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter
from wharfinger.stock.rules.serving import NORMAL, PRIORITIES

TONES = {"urgent": "red", "low": "grey"}


def choices(_ask: Any = None) -> list[tuple[str, str]]:
    """The priorities that a form or filter offers."""
    return [(key, _(word)) for key, word in PRIORITIES.items()]


def chip(priority: Any) -> tuple[str, str] | None:
    """What is said of a document's priority, as a chip; nothing of the normal one."""
    return None if priority == NORMAL else (TONES[priority], _(PRIORITIES[priority]))


def typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The priority that was chosen, where a form asked for one."""
    return {"priority": given["priority"]} if given.get("priority") else {}


COLUMN = Column("priority", N_("Priority"), "chip")
FILTER = Filter("priority", N_("Priority"), "many", choices)
