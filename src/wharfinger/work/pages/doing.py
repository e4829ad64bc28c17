"""What a job does with the devices that it names, as its page offers it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base import further
from wharfinger.base.refusal import N_

BY_SCOPE = {
    "swap": (N_("Swap"), "arrow-left-right", "devices.swap"),
    "replacement": (N_("Replace"), "arrow-left-right", "devices.swap"),
    "return": (N_("Take back"), "undo-2", "returns.receive"),
}
"""What jobs of a scope do with the devices that they name, and what that needs."""


def offered(row: Any, user: Any) -> dict[str, Any] | None:
    """What a job does with its devices; the next thing to do as long as one of them is still with the customer."""
    words, symbol, permission = BY_SCOPE.get(row.work_order.scope, ("", "", ""))
    if row.kind != "job" or not words or not user.may(permission):
        return None
    left = further.figure("work_order.devices_left", [row.pk])
    at = reverse("returns:do_job", args=[row.pk])
    return {"words": _(words), "symbol": symbol, "address": at, "next": bool(left.get(row.pk))}
