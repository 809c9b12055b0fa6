import gzip
import io

import pytest

from services.chassis.http.bodies import BODY_LIMIT
from services.chassis.identity import RegisteredDevice
from tests.support.devices import Tablet

PARCELS = "/api/demo/v1/parcels/"


@pytest.fixture
def tablet(demo) -> Tablet:
    tablet = Tablet(nonce=demo.nonces.issue())
    demo.devices[tablet.device_id] = RegisteredDevice(public_key=tablet.private_key.public_key())
    return tablet


def _send(client, path, body, headers=None, **environ):
    # The test client measures bodies itself, so the body and what is said of it go past it.
    return client.post(path, headers=headers, environ_overrides={"wsgi.input": body, **environ})


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def readable(self):
        return True

    def read(self, *_):
        raise AssertionError("the body was read")

    readinto = readline = read


def test_a_body_over_the_limit_is_413_before_it_is_read(client):
    answer = _send(client, PARCELS, Unread(), CONTENT_LENGTH=str(BODY_LIMIT + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert answer.headers["Connection"] == "close"


def test_a_body_over_the_limit_is_413_on_an_unknown_address_too(client):
    assert _send(client, "/nothing", Unread(), CONTENT_LENGTH=str(BODY_LIMIT + 1)).status_code == 413


def test_a_length_that_is_no_number_is_no_failure(client):
    assert _send(client, PARCELS, Unread(), CONTENT_LENGTH="\xb2").status_code == 401


def test_a_body_of_exactly_the_limit_is_taken(client, tablet):
    body = b"x" * BODY_LIMIT
    answer = client.post(PARCELS, data=body, headers=tablet.sign("POST", PARCELS, body))
    assert answer.json["received"] == BODY_LIMIT


class Chunks(io.RawIOBase):
    """A body whose length nobody says; counts what is read of it."""

    def __init__(self, size):
        self.left = size
        self.taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        taken = min(len(buffer), self.left, 65536)
        buffer[:taken] = b"x" * taken
        self.left -= taken
        self.taken += taken
        return taken


def test_a_chunked_body_is_cut_off_at_the_limit(client, tablet):
    endless = Chunks(100 * BODY_LIMIT)
    headers = tablet.sign("POST", PARCELS)
    answer = _send(client, PARCELS, endless, headers, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 413
    assert endless.taken <= BODY_LIMIT + 65536


def test_a_chunked_body_below_the_limit_is_taken(client, tablet):
    headers = tablet.sign("POST", PARCELS, b"x" * 1000)
    answer = _send(client, PARCELS, Chunks(1000), headers, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.json["received"] == 1000


def test_gzip_is_unpacked_where_the_route_allows_it(client, tablet):
    packed = gzip.compress(b"y" * 5000)
    headers = tablet.sign("POST", PARCELS, packed) | {"Content-Encoding": "gzip"}
    assert client.post(PARCELS, data=packed, headers=headers).json["received"] == 5000


def test_a_body_too_large_when_unpacked_is_413(client, tablet):
    packed = gzip.compress(b"y" * (BODY_LIMIT + 1))
    headers = tablet.sign("POST", PARCELS, packed) | {"Content-Encoding": "gzip"}
    assert client.post(PARCELS, data=packed, headers=headers).status_code == 413


@pytest.mark.parametrize(
    "packed",
    [b"no gzip", gzip.compress(b"cut off", mtime=0)[:-3], gzip.compress(b"a", mtime=0) * 2, b""],
    ids=["no gzip", "cut off", "two in a row", "nothing"],
)
def test_broken_gzip_is_400(client, tablet, packed):
    headers = tablet.sign("POST", PARCELS, packed) | {"Content-Encoding": "gzip"}
    answer = client.post(PARCELS, data=packed, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_gzip")


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate"])
def test_other_packings_are_415(client, tablet, encoding):
    headers = tablet.sign("POST", PARCELS, b"x") | {"Content-Encoding": encoding}
    assert client.post(PARCELS, data=b"x", headers=headers).json["code"] == "encoding_refused"


def test_gzip_is_415_where_the_route_does_not_unpack(client, token):
    answer = client.post("/api/demo/v1/notes", data=gzip.compress(b"{}"), headers=token | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415
