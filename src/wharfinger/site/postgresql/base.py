"""The database backend that ``settings.DATABASES`` names where DATABASE_URL is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base

from wharfinger.site.straight import Straight

TRUSTED_S = 1.0
"""How long a connection that answered is taken to live, in seconds."""


PLANS = 1000
"""How many statements a connection keeps plans of; an order and a receipt alone need 70 of the driver's own 100."""


class DatabaseWrapper(Straight, base.DatabaseWrapper):
    """A connection that is asked whether it lives once a second at most, not at every request.

    A connection is kept for good, so a server that was started anew must be noticed before an act begins;
    asking each time costs a round trip, a thirtieth of a request.
    """

    _answered_at = 0.0
    _kept: Any = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that keeps enough plans."""
        made = super().get_new_connection(conn_params)
        made.prepared_max = PLANS
        return made

    def init_connection_state(self) -> None:
        """Also keep the server from compiling statements.

        Ours are short and many; compiling one takes fifty times as long as running it, and servers before 18 do so
        whenever a plan looks dear, as all do that were made while other ways were switched off.
        """
        super().init_connection_state()
        with self.cursor() as cursor:
            cursor.execute("SET jit TO off")
        if not self.get_autocommit():
            self.connection.commit()

    def straight(self, text: str, params: Sequence[Any]) -> Any:
        """The one cursor that is kept with the connection: the driver takes as long to make one as to use it."""
        if self._kept is None or self._kept.connection is not self.connection:
            self._kept = self.create_cursor()
        return self._kept.execute(text, params)

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
