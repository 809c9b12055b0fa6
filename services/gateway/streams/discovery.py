"""What a subscriber reads first: which channels are theirs, how far each is, and how the doors work."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.identity.callers import Caller
from services.gateway.streams.access import covered
from services.gateway.streams.answers import json_answer
from services.gateway.streams.asking import LONGEST_WAIT, MOST_MESSAGES, known_only
from services.gateway.streams.chain import beginning_of
from services.gateway.streams.channels import STREAM_OF_TOPIC, STREAMS, Channel
from services.gateway.streams.doors import Doors
from services.gateway.streams.reading import Place
from services.gateway.streams.unit_tree import UnitTree

BASE = "/streams/v1"


async def discovery(doors: Doors, request: Request) -> Response:
    """List the caller's channels."""
    caller = doors.admit(request)
    known_only(request)
    heads = await doors.look(("heads",), doors.reader.heads)
    tree = await doors.tree()
    day = doors.clock.business_now().date()
    said = {
        "tenant": doors.tenant,
        "doors": {
            "feed": f"{BASE}/{{channel}}?after={{token}}&wait={{seconds}}&limit={{messages}}",
            "snapshot": f"{BASE}/{{channel}}/snapshot?format={{json|csv}}",
            "sse": f"{BASE}/{{channel}}/sse",
            "completeness": f"{BASE}/{{channel}}/completeness?period={{2021|2021-Q2|2021-06|2021-06-18}}",
        },
        "documents": {
            "openapi": f"{BASE}/openapi.json",
            "asyncapi": f"{BASE}/asyncapi.json",
            "chain": f"{BASE}/chain.json",
        },
        "limits": {
            "wait_seconds": LONGEST_WAIT,
            "messages": MOST_MESSAGES,
            "lines": doors.lines.most_each,
            "heartbeat_seconds": doors.heartbeat_seconds,
        },
        "topics": {stream: topic for topic, stream in STREAM_OF_TOPIC.items()},
        "channels": [_said(channel, heads) for channel in _channels(caller, tree, day)],
    }
    return json_answer(said)


def _channels(caller: Caller, tree: UnitTree, day: date) -> list[Channel]:
    scopes = [it for it in (None, *sorted(tree.parents)) if covered(caller, it, tree, day)]
    return [Channel(stream, unit_id) for stream in STREAMS for unit_id in scopes]


def _said(channel: Channel, heads: dict[str, Place]) -> dict[str, Any]:
    head = heads.get(channel.id) or Place(1, 0, beginning_of(channel.id))
    return {
        "channel": channel.id,
        "stream": channel.stream,
        "unit_id": channel.unit_id,
        "epoch": head.epoch,
        "sequence": head.sequence,
        "hash": head.hash.hex(),
        "token": str(head.token),
        "href": f"{BASE}/{channel.id}",
    }
