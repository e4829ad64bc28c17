"""The database backend that ``settings.DATABASES`` names where DATABASE_URL is given."""

from __future__ import annotations

import time

from django.db.backends.postgresql import base

TRUSTED_S = 1.0
"""How long a connection that answered is taken to live, in seconds."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is asked whether it lives once a second at most, not at every request.

    A connection is kept for good, so a server that was started anew must be noticed before an act begins;
    asking each time costs a round trip, a thirtieth of a request.
    """

    _answered_at = 0.0

    def is_usable(self) -> bool:
        """Whether the connection lives, as far as was seen a moment ago."""
        now = time.monotonic()
        if self.connection is None or self.connection.closed:
            return False
        if now - self._answered_at < TRUSTED_S:
            return True
        lives = bool(super().is_usable())
        self._answered_at = now if lives else 0.0
        return lives
