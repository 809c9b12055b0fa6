"""The base app behind the bridge from ASGI, as the embedded profile runs it."""

import asyncio

import httpx
import pytest
from a2wsgi import WSGIMiddleware

from services.chassis.http.bodies import BODY_LIMIT
from services.chassis.identity import RegisteredDevice
from tests.support.devices import Tablet

PARCELS = "/api/demo/v1/parcels/"


@pytest.fixture
def tablet(demo):
    tablet = Tablet(nonce=demo.nonces.issue())
    demo.devices[tablet.device_id] = RegisteredDevice(public_key=tablet.private_key.public_key())
    return tablet


def _post(app, headers, chunks):
    async def body():
        for chunk in chunks:
            yield chunk

    async def send():
        bridge = WSGIMiddleware(app)
        try:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=bridge), base_url="http://bridge.test"
            ) as client:
                return await client.post(PARCELS, content=body(), headers=headers)
        finally:
            bridge.executor.shutdown()

    return asyncio.run(send())


def test_a_chunked_body_is_read_whole(app, tablet):
    answer = _post(app, tablet.sign("POST", PARCELS, b"a" * 70_000), [b"a" * 35_000, b"a" * 35_000])
    assert answer.json()["received"] == 70_000


def test_a_chunked_body_above_the_limit_is_refused(app, tablet):
    answer = _post(app, tablet.sign("POST", PARCELS), [b"a" * 65_536] * (BODY_LIMIT // 65_536 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
