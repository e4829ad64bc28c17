"""What was true once an entry was written: the journal keeps the old value of whatever has changed since.

The names of people are not in the journal, so that they can be erased: whoever is named is called as they are now.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Min, Model

from wharfinger.ledger.models import Fact
from wharfinger.ledger.plan import subject_of

Row = TypeVar("Row", bound=Model)


class Past:
    """The house as an entry left it; as it is now where there is none yet."""

    def __init__(self, entry: int | None) -> None:
        self.entry = entry

    def restore(self, *rows: Model | None) -> None:
        """Give rows the values they had; what they refer to is restored by a call of its own afterwards."""
        named: dict[str, list[Model]] = defaultdict(list)
        for row in rows:
            if row is not None:
                named[subject_of(row)].append(row)
        for (subject, field), old in self._changed(named).items():
            for row in named[subject]:
                name, _, key = field.partition(".")
                column = next((one for one in row._meta.concrete_fields if one.attname == name), None)
                if column is None:
                    continue
                if key:
                    setattr(row, name, {**getattr(row, name), key: old})
                else:
                    setattr(row, field, column.to_python(old))

    def existing(self, rows: Iterable[Row]) -> list[Row]:
        """Those of the rows that were there: the others are first named by a later entry."""
        if self.entry is None:
            return list(rows)
        named = {subject_of(row): row for row in rows}
        first = Fact.objects.filter(subject__in=named).values_list("subject").annotate(first=Min("entry_id"))
        later = {subject for subject, entry in first if entry > self.entry}
        return [row for subject, row in named.items() if subject not in later]

    def value(self, subject: str, field: str, now: Any) -> Any:
        """What one field held that holds this now."""
        return self._changed([subject]).get((subject, field), now)

    def _changed(self, subjects: Iterable[str]) -> dict[tuple[str, str], Any]:
        """By subject and field what the first later change found there."""
        if self.entry is None:
            return {}
        later = Fact.objects.filter(subject__in=list(subjects), entry_id__gt=self.entry)
        found = later.order_by("-entry_id", "-id").values_list("subject", "field", "old")
        return {(about, field): json.loads(old) for about, field, old in found if field and old is not None}
