"""What stands in the way of an undo is named; and what is acknowledged survives a power cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.world import clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Claim
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import extend, reserve
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish


@pytest.mark.django_db
def test_a_field_that_was_changed_later_names_the_later_entry() -> None:
    company = world()
    product = company.product()
    company.stock(product, 2)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),)))
    line = made.one("ledger.Claim")
    begun = clock.now()
    reserved = reserve(actor=HOUSE, holds=[Hold(line, 2)], until=begun + timedelta(days=1))
    extended = extend(actor=HOUSE, quote=made.one("demand.Sheet"), until=begun + timedelta(days=2))
    before = entries()
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=reserved.id)
    assert (found.value.code, found.value.values["later"]) == ("changed_since", extended.id)
    assert (entries(), held(line)["bin"]) == (before, 2)
    undone = reverse(actor=HOUSE, entry=extended.id)
    reverse(actor=HOUSE, entry=reserved.id)
    assert held(line) == {"quoted": 2, "offered": 2}
    assert Claim.objects.get(pk=line).hold_until is None
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=undone.id)
    assert found.value.code == "is_a_reversal"
    clean()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own settings")
@pytest.mark.parametrize(("wanted", "found"), [(None, 2), ("NORMAL", 1)])
def test_a_commit_is_on_disk_before_it_is_acknowledged(
    tmp_path: Path, wanted: str | None, found: int
) -> None:
    asking = (
        "import os, json, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'wharfinger.site.settings'; django.setup()\n"
        "from django.db import connection\n"
        "ask = lambda name: connection.cursor().execute('PRAGMA ' + name).fetchone()[0]\n"
        "print(json.dumps([ask('journal_mode'), ask('synchronous'), ask('recursive_triggers'), ask('foreign_keys')]))"
    )
    environment = os.environ | {"WHARFINGER_HOME": str(tmp_path), "DATABASE_URL": ""}
    environment.pop("WHARFINGER_SYNCHRONOUS", None)
    environment |= {"WHARFINGER_SYNCHRONOUS": wanted} if wanted else {}
    said = subprocess.run(
        [sys.executable, "-c", asking], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(said.stdout) == ["wal", found, 1, 1]
