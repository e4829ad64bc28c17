"""What happens after an entry: mails over real SMTP, webhooks over real HTTP, each at least once and no more than needed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook as Verifier

from tests.fresh import free_port
from tests.notices.conftest import Catcher, Receiver
from tests.world import World
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry, Outbox
from wharfinger.notices import calling, outbox, rules
from wharfinger.notices.actions import add_webhook, change_webhook, send_again, set_rule
from wharfinger.notices.models import Attempt, Webhook
from wharfinger.parties.models import Grant, Role, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


def person(name: str, **values: Any) -> User:
    """Somebody with an address who may see everything, and so own it."""
    made = User.objects.create(username=name, name=name.title(), email=f"{name}@example.com", **values)
    role, _ = Role.objects.get_or_create(name="reader", defaults={"permissions": ["*.read"]})
    Grant.objects.create(user=made, role=role)
    return made


def order(company: World, owner: User | None = None) -> int:
    wish = OrderWish(
        company.customer.pk,
        (LineWish(company.product().pk, 2),),
        owner=owner.pk if owner else None,
        confirm=True,
    )
    return create_order(actor=HOUSE, wish=wish).id


def work_off() -> int:
    done = 0
    while taken := outbox.work(CONSUMERS):
        done += taken
    return done


def test_the_team_and_the_owner_are_told_once_each_in_their_language(
    company: World, catcher: Catcher
) -> None:
    buyer, owner = person("bea", language="de"), person("olaf")
    person("idle")
    Setting.objects.create(key="purchasing_team", value=[buyer.pk, owner.pk])
    order(company, owner)
    work_off()
    assert [m["To"] for m in catcher.mails] == ["bea@example.com", "olaf@example.com"]
    assert "is to be ordered" in catcher.mails[1].get_content()
    assert "Guten Tag" in catcher.mails[0].get_content()
    assert work_off() == 0
    assert len(catcher.mails) == 2


def test_who_did_it_and_who_left_are_not_told(company: World, catcher: Catcher) -> None:
    gone = person("gone", is_active=False)
    Setting.objects.create(key="purchasing_team", value=[company.user.pk, gone.pk])
    company.user.email = "ada@example.com"
    company.user.save(update_fields=["email"])
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 2),), confirm=True)
    create_order(actor=company.user, wish=wish)
    work_off()
    assert catcher.mails == []


def test_muted_events_and_rules_act_at_once(company: World, catcher: Catcher) -> None:
    quiet, named = person("quiet", muted=["to_order"]), person("named")
    Setting.objects.create(key="purchasing_team", value=[quiet.pk])
    set_rule(actor=HOUSE, event="to_order", roles=["purchasing_team"], users=[named.pk])
    order(company)
    work_off()
    assert [m["To"] for m in catcher.mails] == ["named@example.com"]
    set_rule(actor=HOUSE, event="to_order", roles=[], users=[named.pk], active=False)
    order(company)
    work_off()
    assert len(catcher.mails) == 1


def test_a_mail_server_that_is_away_is_tried_again(company: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    order(company, person("olaf"))
    work_off()
    row = Outbox.objects.get(consumer="mail")
    assert row.finished_at is None
    assert row.attempts == 1
    assert "ConnectionRefused" in row.error
    assert Attempt.objects.get().ok is False


def test_a_webhook_is_signed_and_told_of_every_verb(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Books", url=receiver.url)
    entry = order(company)
    work_off()
    hook = Webhook.objects.get()
    headers, body = next(told for told in receiver.told if json.loads(told[1])["data"]["verb"] == "order")
    said = Verifier(hook.secret).verify(body, headers)
    assert said["type"] == "entry.order"
    assert said["data"]["entry"] == entry
    assert any(subject.startswith("order:") for subject in said["data"]["subjects"])
    assert Attempt.objects.filter(ok=True, code=204).count() == len(receiver.told)


def test_a_failing_receiver_is_left_alone_for_longer_each_time_and_then_for_good(
    company: World, receiver: Receiver
) -> None:
    add_webhook(actor=HOUSE, name="Books", url=receiver.url, verbs=["order"])
    receiver.code = 500
    with time_machine.travel(clock.now(), tick=False) as traveller:
        order(company)
        work_off()
        assert len(receiver.told) == 1
        for n in range(1, rules.MOST_ATTEMPTS):
            traveller.shift(timedelta(seconds=rules.pause_s(n) - 1))
            assert work_off() == 0
            traveller.shift(timedelta(seconds=1))
            work_off()
            assert len(receiver.told) == n + 1
        row = Outbox.objects.get(consumer="webhook")
        assert row.dead_at is not None
        receiver.code = 200
        send_again(actor=HOUSE, row=row.pk)
        work_off()
        row.refresh_from_db()
        assert row.finished_at is not None
        identities = {headers["webhook-id"] for headers, _ in receiver.told}
        assert identities == {f"msg_{row.pk}"}


def test_redirects_are_not_followed(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Books", url=receiver.url, verbs=["order"])
    receiver.code = 302
    order(company)
    work_off()
    assert Attempt.objects.get().code == 302


def test_private_addresses_are_refused_unless_allowed(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Inside", url=receiver.url, verbs=["order"])
    Setting.objects.filter(key="webhook_private_addresses").delete()
    order(company)
    work_off()
    assert receiver.told == []
    assert "private" in Attempt.objects.get().said


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:192.168.0.1", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
    ],
)
def test_which_addresses_are_public(address: str, allowed: bool) -> None:
    assert rules.may_be_called(address) is allowed


def test_one_bad_receiver_stops_no_other(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Dead", url=f"http://127.0.0.1:{free_port()}/", verbs=["order"])
    add_webhook(actor=HOUSE, name="Books", url=receiver.url, verbs=["order"])
    order(company)
    work_off()
    assert len(receiver.told) == 1
    assert Outbox.objects.filter(consumer="webhook", finished_at__isnull=True).count() == 1


def test_a_worker_that_died_leaves_its_rows_to_another(company: World) -> None:
    order(company)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = outbox.take()
        assert outbox.take() == []
        traveller.shift(timedelta(seconds=outbox.LEASE_S + 1))
        second = outbox.take()
        assert [row.pk for row in second] == [row.pk for row in first]
        assert outbox.finish(first[0], []) is False
        assert outbox.finish(second[0], []) is True


def test_a_webhook_of_an_unknown_verb_is_refused(company: World) -> None:
    before = Entry.objects.count()
    with pytest.raises(BadInput) as refused:
        add_webhook(actor=HOUSE, name="Books", url="https://example.com/", verbs=["fly"])
    assert refused.value.field == "verbs"
    with pytest.raises(BadInput) as refused:
        add_webhook(actor=HOUSE, name="Books", url="ftp://example.com/")
    assert refused.value.field == "url"
    assert Entry.objects.count() == before


def test_what_leaves_our_network_is_encrypted(company: World) -> None:
    Setting.objects.filter(key="webhook_private_addresses").delete()
    made = add_webhook(actor=HOUSE, name="Books", url="https://example.com/").one("notices.Webhook")
    before = Entry.objects.count()
    for act in (
        lambda: add_webhook(actor=HOUSE, name="Open", url="http://example.com/"),
        lambda: change_webhook(actor=HOUSE, webhook=made, values={"url": "http://example.com/"}),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("bad_url", "url")
    assert (Entry.objects.count(), Webhook.objects.get().url) == (before, "https://example.com/")
    with pytest.raises(ValueError, match="https"):
        calling.call(
            "http://example.com/",
            "{}",
            {},
            private=False,
            resolve=lambda *_, **__: [(0, 0, 0, "", ("93.184.216.34",))],
        )
