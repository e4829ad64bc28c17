"""Two workers tell of the same act, and write the same day's mail, at the same instant."""

from __future__ import annotations

import threading
from datetime import timedelta

import time_machine
from django.db import connections

from tests.notices.test_outbox import order, person
from tests.world import world
from wharfinger.base import clock
from wharfinger.ledger.models import Outbox
from wharfinger.notices import digest, mails
from wharfinger.notices.models import Notice


def test_two_workers_write_one_notice_and_one_digest(fresh_database: dict[str, str]) -> None:
    company = world()
    owner = person("olaf", digest="daily")
    with time_machine.travel(clock.now() - timedelta(days=3)):
        made = order(company, owner)
    row = Outbox.objects.select_related("entry").get(consumer="notices", entry=made)
    gate = threading.Barrier(2)
    written: list[int] = []

    def work() -> None:
        gate.wait()
        mails.tell(row)
        gate.wait()
        written.append(digest.send())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Notice.objects.count() == 1
    assert sorted(written) == [0, 1]
    assert Outbox.objects.filter(consumer="mail", entry=None).count() == 1
