"""What both of our database backends add to Django's: a statement of our own goes straight to the driver."""

from __future__ import annotations

from _thread import get_ident
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class Straight(BaseDatabaseWrapper):
    """A connection on which a statement runs without a cursor of Django's where nobody watches or mends it.

    Making that cursor for each of an act's twenty statements took longer than the driver takes for them.
    """

    Database: Any
    health_check_done: bool
    health_check_enabled: bool
    _thread_ident: int

    def run(self, text: str, params: Sequence[Any], *, rows: bool) -> Any:
        """Run one statement: its rows, or how many it touched; raises Django's errors."""
        if (
            self.connection is None
            or self.needs_rollback
            or self.execute_wrappers
            or self.queries_logged
            or (self.health_check_enabled and not self.health_check_done)
            or self._thread_ident != get_ident()
        ):
            with self.cursor() as watched:
                watched.execute(text, params)
                return watched.fetchall() if rows else watched.rowcount
        try:
            cursor = self.straight(text, params)
            return cursor.fetchall() if rows else cursor.rowcount
        except self.Database.Error:
            with self.wrap_database_errors:
                raise

    @abstractmethod
    def straight(self, text: str, params: Sequence[Any]) -> Any:
        """The driver's own cursor, after it has run the statement."""
