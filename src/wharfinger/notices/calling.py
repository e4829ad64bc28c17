"""One call to an address that somebody else has named: looked at first, ended in time, read a little."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import certifi

from wharfinger.notices import rules

TIMEOUT_S = 10.0
"""What a call may last from the first packet to the last, however slowly the other side drips."""
MOST_BYTES = 16_384
ERRORS = (OSError, ValueError, http.client.HTTPException)
"""What a call raises when the other side does not answer as it should."""

Resolve = Callable[..., Any]


def call(
    url: str,
    body: str,
    headers: Mapping[str, str],
    *,
    private: bool,
    resolve: Resolve = socket.getaddrinfo,
) -> tuple[int, str]:
    """Post to an address after looking where it leads; status and the first words of the answer.

    private: whether addresses inside our own network may be called, and without TLS. The name is resolved once and that
    very address is called, so that it cannot turn to a private one in between. Redirects are not
    followed. Raises one of ERRORS.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a webhook's address begins with https://")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [str(info[4][0]) for info in resolve(parts.hostname, port, type=socket.SOCK_STREAM)]
    public = [ip for ip in found if private or rules.may_be_called(ip)]
    if not public:
        raise OSError("this address is private; an administrator can allow such addresses in the settings")
    if parts.scheme not in rules.schemes(private=private):
        raise ValueError(
            "a webhook's address begins with https://, unless the settings allow private addresses"
        )
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    named = {
        "Host": parts.netloc.rpartition("@")[2].encode("idna").decode(),
        **headers,
        "Connection": "close",
    }
    with _connected(public[0], port, tls=parts.hostname if parts.scheme == "https" else "") as line:
        connection = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = line
        connection.request("POST", target, body.encode(), named)
        response = connection.getresponse()
        return response.status, response.read(MOST_BYTES)[:200].decode("utf-8", "replace")


@contextmanager
def _connected(ip: str, port: int, *, tls: str) -> Iterator[socket.socket]:
    """A connection that is cut when its time is over, whatever the other side does meanwhile.

    tls: the name that the certificate of the other side must have, or nothing.
    """
    line = socket.create_connection((ip, port), timeout=TIMEOUT_S)
    over = threading.Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):  # It may be closed by now.
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    clock = threading.Timer(TIMEOUT_S, cut)
    clock.daemon = True
    clock.start()
    try:
        if tls:
            line = _trust().wrap_socket(line, server_hostname=tls, do_handshake_on_connect=False)
            line.do_handshake()
        yield line
    except ERRORS:
        if not over.is_set():
            raise
    finally:
        clock.cancel()
        line.close()
    if over.is_set():
        raise TimeoutError(f"no whole answer within {TIMEOUT_S:.0f} seconds")


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe: the authorities of this machine, and the usual ones where it knows none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
