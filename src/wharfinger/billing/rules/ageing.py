"""Pure decisions about how long money has been owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STEPS = (0, 30, 60)
"""The last day overdue of each bucket but the last: not due yet, 1–30, 31–60, 61 and more."""


@dataclass(slots=True)
class Ageing:
    """What a customer owes in one currency by days overdue, and what we owe them; in minor units."""

    current: int = 0
    to_30: int = 0
    to_60: int = 0
    older: int = 0
    credit: int = 0
    """Payments and credit notes that settle no invoice yet."""

    @property
    def owed(self) -> int:
        """All that is open of invoices."""
        return self.current + self.to_30 + self.to_60 + self.older

    @property
    def overdue(self) -> int:
        """What of that has been due for a day or longer."""
        return self.to_30 + self.to_60 + self.older

    @property
    def balance(self) -> int:
        """What the customer owes, less what we owe them."""
        return self.owed - self.credit

    def take_in(self, other: Ageing) -> None:
        """Add what another owes in the same currency."""
        for name in ("current", "to_30", "to_60", "older", "credit"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def add(self, minor: int, due_on: date, on: date) -> None:
        """Put what is open of an invoice where it belongs on a day."""
        late = (on - due_on).days
        for name, last in zip(("current", "to_30", "to_60"), STEPS, strict=True):
            if late <= last:
                setattr(self, name, getattr(self, name) + minor)
                return
        self.older += minor
