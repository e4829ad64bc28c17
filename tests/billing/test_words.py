"""The word of an invoice says what was paid of it, and the list, the statement and the API say the same."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.billing.test_pay import paid
from tests.fulfilment.trade import order
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.payments import unapply
from wharfinger.billing.queries import shown
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.parties.models import Role

pytestmark = pytest.mark.django_db


def test_what_is_credited_in_part_and_never_paid_is_open(company: World, call: Any, client: Client) -> None:
    router = company.product(price_micro=100_000_000)
    _, (line,) = order(company, (router, 4))
    made = bill(Bill(line, 4))
    row = made.lines.get().pk
    client.force_login(company.user)

    def called(word: str, words: str) -> None:
        found = list(shown.with_status(shown.invoices(), [word]).values_list("pk", flat=True))
        told = call("get", f"/invoices/{made.pk}")[1]["status"]
        assert (found, told) == ([made.pk], word)
        for path in ("/invoices/?tab=all", f"/statements/{company.customer.pk}/"):
            assert f">{words}</span>" in client.get(path).content.decode(), path

    called("open", "Open")
    note(Credit(row, 1))
    called("open", "Open")
    payment = paid(company, 5000)
    called("partly", "Partly paid")
    note(Credit(row, 1))
    called("partly", "Partly paid")
    unapply(actor=HOUSE, payment=payment.pk)
    called("open", "Open")


def test_no_role_lists_what_nothing_asks_for() -> None:
    old = Role.objects.create(name="Old", permissions=["billing.read", "billing.apply"])
    whole = Role.objects.create(name="Whole", permissions=["billing.*"])
    import_module("wharfinger.parties.migrations.0009_who_pays_applies").drop(apps, None)
    old.refresh_from_db()
    whole.refresh_from_db()
    assert (old.permissions, whole.permissions) == (["billing.read"], ["billing.*"])
