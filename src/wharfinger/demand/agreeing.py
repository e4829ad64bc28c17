"""Under which terms an order is paid, as forms ask for them and pages say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import typed_id
from wharfinger.parties.models import Terms


def choices(chosen: int | None = None) -> list[tuple[int, str]]:
    """The terms in use, and those that are chosen already."""
    found = Terms.objects.filter(Q(retired_on__isnull=True) | Q(pk=chosen)).order_by("name")
    return list(found.values_list("pk", "name"))


def typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The terms that were chosen as a column, where a form asked for them; the customer's where it is left empty."""
    return {"terms_id": typed_id(given, "terms")} if "terms" in given else {}


def words(sheet: Sheet) -> str:
    """Under which terms an order is paid: its own, else its customer's."""
    if sheet.terms:
        return sheet.terms.name
    theirs = sheet.organization.terms
    return theirs.name if theirs else _("within %(days)s days") % {"days": sheet.organization.terms_days}
