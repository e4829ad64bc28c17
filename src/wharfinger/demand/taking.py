"""From which location goods of a document are taken first, as forms ask for it and pages say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import typed_id
from wharfinger.stock.models import Location


def choices(chosen: int | None = None) -> list[tuple[int, str]]:
    """The locations in use, and the one that is chosen already."""
    found = Location.objects.filter(Q(retired_on__isnull=True) | Q(pk=chosen)).order_by("name")
    return list(found.values_list("pk", "name"))


def typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The location that was chosen as a column, where a form asked for one; the default one where it is left empty."""
    return {"location_id": typed_id(given, "location")} if "location" in given else {}


def words(sheet: Sheet) -> str:
    """From where a document's goods are taken first."""
    return sheet.location.name if sheet.location else _("Default location")
