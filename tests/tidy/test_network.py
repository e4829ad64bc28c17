"""Tests stay on this machine."""

import socket

import pytest


def test_a_connection_that_would_leave_is_refused() -> None:
    with socket.socket() as client, pytest.raises(AssertionError, match="tests stay on this machine"):
        client.connect(("192.0.2.1", 80))


def test_a_connection_to_ourselves_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()
