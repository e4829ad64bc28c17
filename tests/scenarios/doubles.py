"""What the doors of the stories also do with doubles, categories and dates of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.scenarios.further import Posts, Tells
from tests.scenarios.rates import RatesActions, RatesApi
from wharfinger.catalog.actions.categories import change_category, merge_categories
from wharfinger.flows.actions.merging import merge_organizations, merge_products


class DoublesActions(RatesActions):
    """Calls the actions in process."""

    def merge(self: Tells, noun: str, one: int, into: int) -> int:
        """Make one of two products or organizations."""
        act: Mapping[str, Any] = {
            "products": lambda: merge_products(actor=self.who, product=one, into=into),
            "categories": lambda: merge_categories(actor=self.who, category=one, into=into),
            "organizations": lambda: merge_organizations(actor=self.who, organization=one, into=into),
        }
        return int(self._said(act[noun]).id)

    def change_category(self: Tells, category: int, values: Mapping[str, Any]) -> int:
        """Rename or retire a category."""
        return int(self._said(lambda: change_category(actor=self.who, category=category, values=values)).id)


class DoublesApi(RatesApi):
    """Asks over HTTP."""

    def merge(self: Posts, noun: str, one: int, into: int) -> int:
        """Make one of two products or organizations."""
        return int(self._post(f"/{noun}/{one}/merge", {"into": into})["entry"])

    def change_category(self: Posts, category: int, values: Mapping[str, Any]) -> int:
        """Rename or retire a category."""
        return int(self._patch(f"/categories/{category}", values)["entry"])
