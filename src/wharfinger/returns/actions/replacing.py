"""What installing does for units that customers got in place of others: they take the places of those."""

from __future__ import annotations

from wharfinger.ledger.plan import Plan, Truth
from wharfinger.returns.queries.replacing import left_behind, replaced_devices
from wharfinger.returns.rules.replacing import installed_lines, take_the_place


def follow_replaced(truth: Truth, plan: Plan) -> None:
    """Let a device that is installed in place of another one replace it, whichever verb installs it.

    No statement where nothing was installed by a line.
    """
    lines = installed_lines(plan)
    replaced = replaced_devices(lines) if lines else {}
    if replaced:
        kept = left_behind(device.pk for devices in replaced.values() for device in devices)
        take_the_place(plan, truth, replaced, kept)
