"""What the clock asks for, no more often than it makes sense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wharfinger.base import clock
from wharfinger.site.consumers import every


def test_a_chore_is_done_once_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    now = clock.now()
    chore = every(60, lambda: done.append(1))
    for after in (0, 59, 60, 61):
        monkeypatch.setattr(clock, "now", lambda after=after: now + timedelta(seconds=after))
        chore()
    assert len(done) == 2
