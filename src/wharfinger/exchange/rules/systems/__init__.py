"""The files that other systems give away: how they are recognised, and what of them is taken over."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.exchange.rules.systems.autotask import AUTOTASK
from wharfinger.exchange.rules.systems.erpnext import ERPNEXT
from wharfinger.exchange.rules.systems.inflow import INFLOW
from wharfinger.exchange.rules.systems.inventree import INVENTREE
from wharfinger.exchange.rules.systems.odoo import ODOO
from wharfinger.exchange.rules.systems.takes import System, Take, bare
from wharfinger.exchange.rules.systems.tryton import TRYTON

__all__ = ["SYSTEMS", "System", "Take", "bare", "recognised"]

SYSTEMS: tuple[System, ...] = (*AUTOTASK, *INFLOW, *ODOO, *ERPNEXT, *INVENTREE, *TRYTON)


def recognised(headings: Sequence[str], kind: str = "") -> System | None:
    """Whose file this is, by headings that only it has; of this kind where one is named."""
    there = {bare(heading) for heading in headings}
    for system in SYSTEMS:
        if kind in ("", system.kind) and any(there >= {bare(one) for one in row} for row in system.by):
            return system
    return None
