"""Recalls: a batch, serial numbers or what came in on some days; where each unit is, and who was told of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, traced
from tests.documents.test_send import worked
from tests.fulfilment.test_pages import do, see
from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, refused, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.catalog.models import Product
from wharfinger.devices.actions.installing import install
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.models import Holding, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.recalling import (
    answer_recall,
    mark_owners_told,
    recall_units,
    tell_owners,
    tell_owners_again,
)
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.models import Recall, RecallNotice, RecallUnit
from wharfinger.returns.queries import recalls
from wharfinger.returns.rules.recalling import Recalled
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.stock.actions.goods import adjust, correct_serial, scrap
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods

pytestmark = pytest.mark.django_db
TEXTS = {"en": "Please unplug it.", "de": "Bitte ziehen Sie den Stecker."}


@pytest.fixture
def company(client: Client) -> World:
    """A small company whose customer has an address for mail."""
    made = world()
    client.force_login(made.user)
    Organization.objects.filter(pk=made.customer.pk).update(email="it@acme.example")
    return made


def called(product: Product, what: Recalled, **texts: str) -> int:
    """A recall of these units."""
    done = recall_units(
        actor=HOUSE, product=product.pk, what=what, reason="Gets too hot", texts=texts or TEXTS
    )
    return done.one("returns.Recall")


def at_customer(company: World) -> tuple[Product, int, int]:
    """Three routers, of which the customer has S1 as a device: the product, the recall of all, the line."""
    router = traced(company, "S1", "S2", "S3")
    line = delivered(company, router, 1)
    install(actor=HOUSE, items=[Installation(line=line)])
    return router, called(router, Recalled(spans=(("S1", "S9"),))), line


def codes(recall: int) -> list[str]:
    """The numbers that a recall names."""
    return sorted(RecallUnit.objects.filter(recall=recall).values_list("lot__code", flat=True))


def places(recall: int) -> dict[str, int]:
    """Where how many units are, without the empty groups."""
    return {group: units for group, units in recalls.counted(recall).items() if units}


def test_every_unit_is_told_where_it_is(company: World) -> None:
    router, recall, _ = at_customer(company)
    assert codes(recall) == ["S1", "S2", "S3"]
    assert places(recall) == {"ours": 2, "customer": 1}
    aside = Holding.objects.get(lot__code="S3", quantity__gt=0)
    scrap(
        actor=HOUSE,
        goods=Goods(router.pk, 1, company.location.place_id, aside.place_id, ("S3",)),
        reason="Damaged",
    )
    assert places(recall) == {"ours": 1, "customer": 1, "scrapped": 1}
    theirs, ours, gone = recalls.parts(recalls.standing(recall).select_related("lot").order_by("lot__code"))
    assert (theirs.code, theirs.group, theirs.organization) == ("S1", "customer", company.customer.pk)
    assert theirs.device_number.startswith("D-")
    assert (ours.code, ours.group, ours.stand.location) == ("S2", "ours", company.location.name)
    assert (gone.code, gone.group, gone.organization) == ("S3", "scrapped", None)
    correct_serial(actor=HOUSE, lot=Lot.objects.get(code="S2").pk, serial="T2", reason="Misread")
    found = recalls.parts(recalls.standing(recall).select_related("lot"))
    assert sorted(part.code for part in found) == ["S1", "S3", "T2"], "under the number it goes by now"
    clean()


def test_a_batch_and_days_of_receipt(company: World) -> None:
    paste = company.product(traced="batch")
    for batch, units in (("L-7", 5), ("L-8", 2)):
        adjust(
            actor=HOUSE,
            items=[Adjustment(paste.pk, units, company.location.place_id, batch=batch)],
            reason="Opening stock",
        )
    recall = called(paste, Recalled(batch="l-7"))
    assert (codes(recall), places(recall)) == (["L-7"], {"ours": 5})
    delivered(company, paste, 3)
    assert places(recall) == {"ours": 2, "customer": 3}
    assert recalls.units_by_owner(recall) == {company.customer.pk: 3}
    clean()


def test_what_came_in_on_some_days(company: World) -> None:
    router = company.product(traced="serial", cost_method="specific")
    today = clock.today("Europe/Berlin")
    (line,) = stocked_up(company, (router, 3, 50_000_000)).lines
    arrive(line, 2, serials=("S1", "S2"))
    done = arrive(line, 1, serials=("S3",))
    reverse(actor=HOUSE, entry=done.id)
    company.stock(router, 1, serials=["X1"])
    recall = called(router, Recalled(received_from=today, received_to=today))
    assert codes(recall) == ["S1", "S2"], "neither what was taken back nor what was found"
    tomorrow = today + timedelta(days=1)
    refused(
        lambda: called(router, Recalled(received_from=tomorrow, received_to=tomorrow)),
        "nothing_to_recall",
        "received_from",
    )
    clean()


def test_owners_are_told_once_in_their_language_and_the_ledger_tells_what_came_back(company: World) -> None:
    _, recall, line = at_customer(company)
    Organization.objects.filter(pk=company.customer.pk).update(language="de")
    assert recalls.word(recalls.one(recall)) == "to_tell"
    tell_owners(actor=HOUSE, recall=recall)
    worked()
    (sent,) = mail.outbox
    assert sent.to == ["it@acme.example"]
    assert sent.subject.startswith("Rückruf RC-1: ")
    assert TEXTS["de"] in sent.body
    assert "Seriennummer S1" in sent.body
    assert "S2" not in sent.body, "only what they have"
    assert recalls.word(recalls.one(recall)) == "under_way"
    refused(lambda: tell_owners(actor=HOUSE, recall=recall), "nobody_to_tell")
    them = [company.customer.pk]
    refused(
        lambda: tell_owners(actor=HOUSE, recall=recall, organizations=them), "told_already", "organizations"
    )
    with clock.standing_at(clock.now() + timedelta(days=1)):
        tell_owners_again(actor=HOUSE, recall=recall, organizations=them)
        worked()
    assert len(mail.outbox) == 2
    answer_recall(actor=HOUSE, recall=recall, organization=company.customer.pk, answer="Comes back")
    done = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    rma, (asked,) = done.one("returns.Rma"), done.made["returns.RmaLine"]
    approve(actor=HOUSE, rma=rma)
    came = receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked, serials=("S1",))])
    (told,) = recalls.told(recall, recalls.owners(recall))
    assert told.notice is not None
    assert (told.quantity, told.returned, told.notice.answer) == (0, 1, "Comes back")
    assert (places(recall), recalls.word(recalls.one(recall))) == ({"ours": 3}, "back")
    reverse(actor=HOUSE, entry=came.id)
    (told,) = recalls.told(recall, recalls.owners(recall))
    assert (told.quantity, told.returned) == (1, 0)
    clean()


def test_who_has_no_address_is_marked_as_told(company: World) -> None:
    _, recall, _ = at_customer(company)
    them = [company.customer.pk]
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    refused(lambda: tell_owners(actor=HOUSE, recall=recall), "nobody_to_tell")
    refused(
        lambda: tell_owners(actor=HOUSE, recall=recall, organizations=them),
        "no_address_of_owner",
        "organizations",
    )
    refused(lambda: tell_owners_again(actor=HOUSE, recall=recall, organizations=them), "not_told")
    mark_owners_told(actor=HOUSE, recall=recall, organizations=them)
    worked()
    assert (mail.outbox, RecallNotice.objects.count()) == ([], 1)
    clean()


def test_nonsense_is_refused_and_nothing_is_written(company: World) -> None:
    router, recall, _ = at_customer(company)
    before = entries()
    today = clock.today("Europe/Berlin")
    for what, code, field in (
        (Recalled(), "one_way_to_recall", "batch"),
        (Recalled(batch="L-7", serials=("S1",)), "one_way_to_recall", "batch"),
        (Recalled(batch="L-9"), "no_such_batch", "batch"),
        (Recalled(serials=("S1", "S77")), "no_such_serial", "serials"),
        (Recalled(spans=(("S7", "S9"),)), "nothing_to_recall", "serials"),
        (Recalled(spans=(("S1", "T9"),)), "range_uneven", "serials"),
        (Recalled(received_from=today), "missing", "received_to"),
        (Recalled(received_from=today, received_to=date(2020, 1, 1)), "ends_before_start", "received_to"),
    ):
        refused(lambda what=what: called(router, what), code, field)  # type: ignore[misc]
    known = Recalled(serials=("S1",))
    refused(lambda: called(router, known, en=" "), "no_text", "texts.en")
    refused(lambda: called(router, known, xx="Please."), "language_unknown", "texts")
    stranger = Organization.objects.create(name="Stranger").pk
    refused(lambda: tell_owners(actor=HOUSE, recall=recall, organizations=[stranger]), "not_an_owner")
    refused(lambda: tell_owners(actor=HOUSE, recall=recall, organizations=[]), "no_owners")
    refused(
        lambda: answer_recall(actor=HOUSE, recall=recall, organization=stranger, answer="Yes"),
        "not_told_of_recall",
    )
    refused(lambda: tell_owners(actor=HOUSE, recall=10**6), "no_such_recall")
    assert (entries(), Recall.objects.count()) == (before, 1)


def test_a_recall_goes_back_step_by_step(company: World) -> None:
    router = traced(company, "S1")
    delivered(company, router, 1)
    made = recall_units(
        actor=HOUSE, product=router.pk, what=Recalled(serials=("S1",)), reason="Hot", texts=TEXTS
    )
    recall = made.one("returns.Recall")
    told = tell_owners(actor=HOUSE, recall=recall)
    refused(lambda: reverse(actor=HOUSE, entry=made.id), "told_since")
    said = answer_recall(actor=HOUSE, recall=recall, organization=company.customer.pk, answer="Yes")
    refused(lambda: reverse(actor=HOUSE, entry=told.id), "owner_answered_since")
    reverse(actor=HOUSE, entry=said.id)
    assert RecallNotice.objects.get().answered_at is None
    reverse(actor=HOUSE, entry=told.id)
    worked()
    assert mail.outbox == [], "it had not left yet"
    left = tell_owners(actor=HOUSE, recall=recall)
    worked()
    refused(lambda: reverse(actor=HOUSE, entry=left.id), "mail_left")
    other = recall_units(
        actor=HOUSE, product=router.pk, what=Recalled(serials=("S1",)), reason="Hot", texts=TEXTS
    )
    reverse(actor=HOUSE, entry=other.id)
    assert [one.pk for one in recalls.recalls()] == [recall]
    clean()


def test_who_may_not_recall(company: World) -> None:
    router, recall, _ = at_customer(company)
    nobody = person("nobody", "returns.read")
    before = entries()
    for act in (
        lambda: recall_units(
            actor=nobody, product=router.pk, what=Recalled(serials=("S1",)), reason="Hot", texts=TEXTS
        ),
        lambda: tell_owners(actor=nobody, recall=recall),
        lambda: mark_owners_told(actor=nobody, recall=recall, organizations=[company.customer.pk]),
        lambda: tell_owners_again(actor=nobody, recall=recall, organizations=[company.customer.pk]),
        lambda: answer_recall(actor=nobody, recall=recall, organization=company.customer.pk, answer="Yes"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert entries() == before


def test_units_cost_no_further_statements(company: World) -> None:
    router = traced(company, *(f"S{n:02}" for n in range(1, 21)))
    delivered(company, router, 10)

    def counted(*serials: str) -> list[int]:
        found = []
        with CaptureQueriesContext(connection) as asked:
            recall = called(router, Recalled(serials=serials))
        found.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            recalls.parts(recalls.standing(recall).select_related("lot"))
        found.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            tell_owners(actor=HOUSE, recall=recall)
        found.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            recalls.told(recall, recalls.owners(recall))
        return [*found, len(asked)]

    theirs = sorted(
        Holding.objects.filter(kind="customer", quantity__gt=0).values_list("lot__code", flat=True)
    )
    counted(theirs[0])
    assert counted(theirs[1]) == counted(*theirs[2:])


def test_over_http(company: World) -> None:
    router, _, _ = at_customer(company)
    ada = Caller(company.user)
    given: dict[str, Any] = {"product": router.pk, "ranges": [{"first": "S1", "last": "S3"}], "reason": "Hot"}
    made = ada.good("post", "/recalls", given | {"texts": TEXTS}, status=201)
    assert (made["number"], made["status"], made["named"]) == ("RC-2", "to_tell", 3)
    assert (made["where"]["customer"], made["where"]["ours"]) == ("1", "2")
    at = f"/recalls/{made['id']}"
    (unit,) = ada.good("get", f"{at}/units?where=customer")["items"]
    assert (unit["serial"], unit["organization"]) == ("S1", company.customer.pk)
    first = ada.good("get", f"{at}/units?limit=2")
    rest = ada.good("get", f"{at}/units?limit=2&cursor={first['next']}")
    assert {one["serial"] for one in first["items"] + rest["items"]} == {"S1", "S2", "S3"}
    (owner,) = ada.good("get", f"{at}/owners")["items"]
    assert (owner["address"], owner["quantity"], owner["told_at"]) == ("it@acme.example", "1", None)
    before = entries()
    foreseen = ada.good("post", f"{at}/tell?dry_run=true", {})
    assert TEXTS["en"] in json.dumps(foreseen)
    assert entries() == before
    assert ada.good("post", f"{at}/tell", {})["status"] == "under_way"
    assert ada.refused(f"{at}/tell", {"organizations": [company.customer.pk]})[1] == "told_already"
    them = company.customer.pk
    ada.good("post", f"{at}/tell-again", {"organizations": [them]})
    ada.good("post", f"{at}/answer", {"organization": them, "answer": "Comes back"})
    (owner,) = ada.good("get", f"{at}/owners")["items"]
    assert owner["answer"] == "Comes back"
    assert ada.refused(f"{at}/tell", {"by_hand": True})[1] == "no_owners"
    listed = ada.good("get", f"/recalls?status=under_way&product={router.pk}")["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert ada.refused("/recalls", given | {"texts": {}})[1:] == ("no_text", "texts.en")


def test_in_the_browser(client: Client, company: World) -> None:
    router, first, _ = at_customer(company)
    assert "RC-1" in see(client, "/recalls/")
    see(client, "/recalls/new/")
    given = {"product": router.sku, "first": "S1", "last": "S3", "reason": "Hot"}
    again = client.post("/recalls/new/", given)
    assert (again.status_code, "in at least one language" in again.content.decode()) == (422, True)
    do(client, "/recalls/new/", given | {"text_en": "Please unplug it."})
    recall = Recall.objects.exclude(pk=first).get()
    page = see(client, f"/recalls/{recall.pk}/")
    assert f"/recalls/{recall.pk}/tell/" in page
    assert "way=hold" in page, "what is free is set aside"
    assert "S2" not in see(client, f"/recalls/{recall.pk}/?where=customer")
    letters = see(client, f"/recalls/{recall.pk}/tell/")
    assert "Please unplug it." in letters
    assert RecallNotice.objects.count() == 0
    do(client, f"/recalls/{recall.pk}/tell/", {"organizations": str(company.customer.pk)})
    worked()
    assert len(mail.outbox) == 1
    answer = {"organization": company.customer.pk, "answer": "Next week"}
    do(client, f"/recalls/{recall.pk}/answer/", answer)
    assert "Next week" in see(client, f"/recalls/{recall.pk}/")
    unit = Lot.objects.get(code="S1").pk
    assert recall.number in see(client, f"/serials/{unit}/")
