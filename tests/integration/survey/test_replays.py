"""A request that somebody recorded and sends again is answered, and changes nothing: not even when the tablet was last heard."""

import json

import httpx
import pytest

from cchc.demonstration.tablet import BATCH, Tablet
from tests.integration.survey.conftest import Rig
from tests.support.servers.ports import eventually

HEARTBEAT = "/api/survey/v1/devices/me/heartbeat"


def told(rig: Rig) -> list[dict[str, object]]:
    """Give what was told of tablets, in order."""
    rows = rig.service.streams.store.read_outbox(0, 1000)
    messages = [json.loads(row.value or b"") for row in rows if row.topic == "survey.device.events.v1"]
    return [message["data"] for message in messages if message["type"] == "cchc.survey.device_reported.v1"]


def recorded(tablet: Tablet, path: str) -> httpx.Request:
    tablet.tap(4)
    lines = tablet.lines[max(tablet.lines)]
    body, kind = (
        (lines, "application/x-ndjson") if path == BATCH else (b'{"queued":1,"app_version":"a"}', "application/json")
    )
    headers = {"Content-Type": kind, **tablet.sign("POST", path, body)}
    return tablet.http.build_request("POST", path, content=body, headers=headers)


@pytest.mark.parametrize("path", [HEARTBEAT, BATCH])
def test_a_request_sent_again_is_answered_and_is_no_sign_of_life(rig: Rig, path: str) -> None:
    tablet = rig.a_tablet()
    request = recorded(tablet, path)
    assert tablet.http.send(request).status_code == 200
    eventually(lambda: told(rig))
    heard_at = told(rig)[-1]["at"]

    rig.clock.move(300)
    assert tablet.http.send(request).status_code == 200
    rig.service.reports.close()

    assert told(rig)[-1]["at"] == heard_at


def test_a_tablet_that_uses_its_nonce_again_is_heard_again(rig: Rig) -> None:
    tablet = rig.a_tablet()
    assert tablet.http.send(recorded(tablet, HEARTBEAT)).status_code == 200
    eventually(lambda: told(rig))
    heard_at = told(rig)[-1]["at"]

    rig.clock.move(300)
    assert tablet.http.send(recorded(tablet, HEARTBEAT)).status_code == 200
    eventually(lambda: told(rig)[-1]["at"] != heard_at)
