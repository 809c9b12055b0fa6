import asyncio

import pytest

from cchc.serving import serving
from services.chassis.settings import Environment


def address_seen(environment):
    """Give the address under which the app meets a caller on this machine who claims another one."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["client"][0])

    config = serving(app, Environment(environment))
    config.load()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8080),
        "asgi": {"version": "3.0"},
        "headers": [(b"x-forwarded-for", b"203.0.113.9")],
    }
    asyncio.run(config.loaded_app(scope, None, None))
    return seen[0]


@pytest.mark.parametrize("environment", [{}, {"FORWARDED_ALLOW_IPS": "*"}, {"CCHC_FORWARDED_ALLOW_IPS": "10.0.0.1"}])
def test_nobody_chooses_the_address_that_locks_know_them_by(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert address_seen(environment) == "127.0.0.1"


def test_a_proxy_that_is_named_is_believed():
    assert address_seen({"CCHC_FORWARDED_ALLOW_IPS": "10.0.0.1, 127.0.0.1"}) == "203.0.113.9"
