import socket

import pytest


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    """A unit test that speaks to a server is none."""

    def refuse(_self, address):
        raise AssertionError(f"a unit test tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
