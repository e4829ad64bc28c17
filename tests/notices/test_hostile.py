"""Receivers that mean harm or are dead: none gets further than a call now and then, and nobody waits for them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.fresh import free_port
from tests.notices.conftest import Receiver
from tests.notices.test_outbox import order, work_off
from tests.world import World
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.ledger.models import Outbox
from wharfinger.notices import calling, outbox, rules
from wharfinger.notices.actions import add_webhook, send_again
from wharfinger.notices.models import Attempt
from wharfinger.site.consumers import CONSUMERS, LANES

Talk = Callable[[socket.socket], None]
PUBLIC = "93.184.216.34"


@contextlib.contextmanager
def hostile(talk: Talk) -> Iterator[str]:
    """A server that does as it likes with whoever calls; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                talk(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    over.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def slowly(first: bytes, drop: bytes) -> Talk:
    def talk(line: socket.socket) -> None:
        line.sendall(first)
        while True:
            line.sendall(drop)
            time.sleep(0.02)

    return talk


def much(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"x" * 65_536)


@pytest.mark.parametrize(
    ("talk", "takes"),
    [
        (lambda line: time.sleep(0.6), None),
        (slowly(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"), None),
        (slowly(b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n", b"."), None),
        (slowly(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n.\r\n"), None),
        (much, 200),
        (lambda line: line.sendall(b"\x16\x03\x01 what is this?\r\n\r\n"), None),
        (lambda line: None, None),
    ],
)
def test_a_call_ends_in_time(monkeypatch: pytest.MonkeyPatch, talk: Talk, takes: int | None) -> None:
    monkeypatch.setattr(calling, "TIMEOUT_S", 0.4)
    began = time.monotonic()
    with hostile(talk) as url:
        if takes is None:
            with pytest.raises(calling.ERRORS):
                calling.call(url, "{}", {}, private=True)
        else:
            code, said = calling.call(url, "{}", {}, private=True)
            assert (code, len(said) <= 200) == (takes, True)
        assert time.monotonic() - began < 2


def test_a_certificate_that_nobody_signed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "TIMEOUT_S", 0.5)
    with hostile(lambda line: time.sleep(0.1)) as url, pytest.raises(calling.ERRORS):
        calling.call(url.replace("http:", "https:"), "{}", {}, private=True)
    assert calling._trust().verify_mode == ssl.CERT_REQUIRED
    assert calling._trust().check_hostname


def test_a_name_is_asked_once_and_that_address_is_called(
    monkeypatch: pytest.MonkeyPatch,
    receiver: Receiver,
) -> None:
    """A name that turns to a private address between the look and the call gains nothing."""
    answers = iter([PUBLIC, "127.0.0.1", "127.0.0.1"])
    called: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        called.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    url = receiver.url.replace("http://127.0.0.1", "https://rebinding.example")
    with pytest.raises(ConnectionRefusedError):
        calling.call(url, "{}", {}, private=False, resolve=resolve)
    assert called == [PUBLIC]
    with pytest.raises(OSError, match="private"):
        calling.call(url, "{}", {}, private=False, resolve=resolve)
    assert called == [PUBLIC]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("::1", "fd00::1", "fe80::1%eth0", "fec0::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "::7f00:1", "ff02::1", "224.0.0.1"),
    ],
)
def test_an_address_inside_is_never_called(address: str) -> None:
    assert rules.may_be_called(address) is False


@pytest.mark.parametrize("url", ["http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/"])
def test_an_address_in_disguise_is_seen_through(url: str) -> None:
    with pytest.raises(calling.ERRORS):
        calling.call(url, "{}", {}, private=False)


@pytest.mark.django_db
def test_a_dead_receiver_costs_one_call_in_each_pause(company: World) -> None:
    add_webhook(actor=HOUSE, name="Dead", url=f"http://127.0.0.1:{free_port()}/", verbs=["order"])
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(5):
            order(company)
        work_off()
        assert Attempt.objects.count() == 1
        traveller.shift(timedelta(seconds=rules.pause_s(1)))
        work_off()
        assert Attempt.objects.count() == 2
        traveller.shift(timedelta(seconds=rules.GIVEN_UP_AFTER_S + 1))
        for _ in range(3):
            work_off()
        rows = Outbox.objects.filter(consumer="webhook")
        assert Attempt.objects.count() == 3
        assert rows.filter(dead_at__isnull=False).count() == 4
        send_again(actor=HOUSE, row=rows.filter(dead_at__isnull=False)[0].pk)
        work_off()
        assert Attempt.objects.count() == 4


@pytest.mark.django_db
def test_what_waited_for_a_receiver_goes_out_when_it_is_back(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Books", url=receiver.url, verbs=["order"])
    receiver.code = 503
    with time_machine.travel(clock.now(), tick=False) as traveller:
        entries = {order(company) for _ in range(4)}
        work_off()
        receiver.code = 204
        traveller.shift(timedelta(seconds=rules.pause_s(1)))
        work_off()
        assert Attempt.objects.filter(ok=True).count() == len(entries)
        assert not Outbox.objects.filter(finished_at__isnull=True).exists()


@pytest.mark.django_db
def test_who_says_gone_is_not_asked_again(company: World, receiver: Receiver) -> None:
    add_webhook(actor=HOUSE, name="Left", url=receiver.url, verbs=["order"])
    receiver.code = 410
    order(company)
    work_off()
    assert Outbox.objects.get(consumer="webhook").dead_at is not None


@pytest.mark.django_db
def test_a_lane_takes_its_own_rows_only(company: World) -> None:
    add_webhook(actor=HOUSE, name="Books", url="http://127.0.0.1:1/", verbs=["order"])
    order(company)
    inside, outside = ({name: CONSUMERS[name] for name in lane} for lane in LANES)
    while outbox.work(inside):
        pass
    assert list(Outbox.objects.filter(finished_at=None).values_list("consumer", flat=True)) == ["webhook"]
    assert outbox.work(outside) == 1


@pytest.mark.django_db
def test_what_would_outlast_its_lease_is_left_to_the_next(
    company: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        order(company)
    waiting = Outbox.objects.filter(finished_at=None).count()
    moments = iter([0.0, 1.0, *[outbox.LEASE_S] * 100])
    monkeypatch.setattr(outbox.time, "monotonic", lambda: next(moments))
    assert outbox.work(CONSUMERS) == waiting
    left = Outbox.objects.filter(finished_at=None, leased_until=None, attempts=0, consumer__in=CONSUMERS)
    assert left.count() >= waiting - 1
