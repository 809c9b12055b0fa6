"""The harness of published operations, on the small app."""

from tests.support.devices import Tablet
from tests.support.published import PublishedApp, SigningDoor, Valid

NOTE = {"text": "một"}


def _valid(tablet):
    yield Valid(operation="POST /api/demo/v1/notes", body=NOTE, headers={"Idempotency-Key": "key-00001"})
    yield Valid(operation="GET /api/demo/v1/notes")
    yield Valid(operation="GET /api/demo/v1/notes/{number}", path={"number": 1})
    yield Valid(
        operation="PUT /api/demo/v1/notes/{number}", path={"number": 1}, body=NOTE, headers={"If-Match": '"v0"'}
    )
    pairing = {"device_id": tablet.device_id, "public_jwk": tablet.public_jwk}
    yield Valid(operation="POST /api/demo/v1/parcels/pair", body=pairing, sign="K7M2Q9XA")
    yield Valid(operation="POST /api/demo/v1/parcels/", sign="fresh")
    yield Valid(operation="GET /api/demo/v1/parcels/hours")


def test_every_operation_reaches_a_2xx_and_none_an_undocumented_status(app, demo, token):
    tablet = Tablet()
    door = SigningDoor(app=app, tablet=tablet, nonce=demo.nonces.issue)
    published = PublishedApp(door, ["/api/demo/v1/openapi.json"], {"reform_desk": token})
    reached = [published.send(valid, "reform_desk") and valid.operation for valid in _valid(tablet)]
    assert set(reached) == set(published.operations)
    for label in published.operations:
        published.fuzz(label, examples=8)
