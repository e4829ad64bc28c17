"""What runs low or expires soon is mailed to the purchasing team, once: until it is refilled, or has another day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.notices.conftest import Catcher
from tests.notices.test_outbox import person, work_off
from tests.world import World, clean
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.ledger.models import Lot
from wharfinger.purchasing.actions.low import tell_low
from wharfinger.stock.actions.batches import change_expiry, tell_expiring
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.keeping import Keep

pytestmark = pytest.mark.django_db


def told(catcher: Catcher) -> list[tuple[str, str, str]]:
    """To whom, under which subject and with which text mails arrived since it was asked last."""
    tell_low(actor=HOUSE)
    tell_expiring(actor=HOUSE)
    work_off()
    found = [(m["To"], m["Subject"], m.get_content()) for m in catcher.mails]
    catcher.mails.clear()
    return sorted(found)


def test_what_runs_low_arrives_once_until_it_is_refilled(company: World, catcher: Catcher) -> None:
    buyer, other = person("buyer"), person("other")
    Setting.objects.create(key="purchasing_team", value=[buyer.pk])
    router, cable = company.product(sku="RT"), company.product(sku="CB")
    company.stock(router, 5)
    company.stock(cable, 5)
    for product in (router, cable):
        set_level(actor=HOUSE, product=product.pk, location=company.location.pk, keep=Keep(3, 9))
    assert told(catcher) == []
    lost = [Adjustment(product.pk, -3, company.location.place_id) for product in (router, cable)]
    adjust(actor=HOUSE, items=lost, reason="Gone")
    (mail,) = told(catcher)
    assert mail[:2] == (buyer.email, "CB, RT: runs low")
    assert f"RT {router.name}, {company.location.name}" in mail[2]
    assert reverse("purchasing:low") in mail[2]
    assert told(catcher) == []
    adjust(actor=HOUSE, items=[Adjustment(router.pk, -1, company.location.place_id)], reason="Gone")
    assert told(catcher) == []
    company.stock(router, 9)
    assert told(catcher) == []
    adjust(actor=HOUSE, items=[Adjustment(router.pk, -9, company.location.place_id)], reason="Gone")
    (again,) = told(catcher)
    assert again[1] == "RT: runs low"
    assert other.email not in again[0]
    clean()


def test_what_expires_soon_arrives_once_for_each_day(company: World, catcher: Catcher) -> None:
    buyer = person("buyer")
    Setting.objects.create(key="purchasing_team", value=[buyer.pk])
    today = clock.today("Europe/Berlin")
    paste = company.product(sku="PS", traced="batch")
    item = Adjustment(
        paste.pk, 4, company.location.place_id, batch="L-7", expires_on=today + timedelta(days=31)
    )
    adjust(actor=HOUSE, items=[item], reason="Opening stock")
    assert told(catcher) == []
    lot = Lot.objects.get(code="L-7").pk
    change_expiry(actor=HOUSE, lot=lot, expires_on=today + timedelta(days=30), reason="Misread")
    (mail,) = told(catcher)
    assert mail[:2] == (buyer.email, "PS: expires soon")
    assert "batch L-7: 4 on" in mail[2]
    assert "/stock/expiring/" in mail[2]
    assert told(catcher) == []
    buyer.muted = ["expiring"]
    buyer.save()
    change_expiry(actor=HOUSE, lot=lot, expires_on=today + timedelta(days=2), reason="Misread again")
    assert told(catcher) == []
