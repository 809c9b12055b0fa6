"""The feed, the snapshot, and the proof of completeness: doors that answer and close."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.streams.answers import HEADERS, answer, json_answer
from services.gateway.streams.asking import (
    asked_channel,
    asked_format,
    asked_limit,
    asked_period,
    asked_token,
    asked_wait,
    known_only,
)
from services.gateway.streams.channels import Channel
from services.gateway.streams.doors import Doors
from services.gateway.streams.reading import Message, Place
from services.gateway.streams.snapshots import as_csv, as_json
from services.gateway.streams.tokens import Token

BATCH_TYPE = "application/cloudevents-batch+json; charset=utf-8"


async def feed(doors: Doors, request: Request) -> Response:
    """Give the next messages behind a token, waiting for them when there are none."""
    caller = doors.admit(request)
    known_only(request, "after", "wait", "limit")
    channel, token = asked_channel(request), asked_token(request)
    wait, limit = asked_wait(request), asked_limit(request)
    await doors.authorise(caller, channel)
    place, messages = await doors.after(channel, token, limit)
    if not messages and wait:
        with doors.lines.held(caller.subject):
            await _news_or_gone(doors, request, channel, place, wait)
        place, messages = await doors.after(channel, token, limit)
    return _batch(request, channel, place, messages)


async def snapshot(doors: Doors, request: Request) -> Response:
    """Give what the channel's messages come to, stamped with the token to continue from."""
    caller = doors.admit(request)
    known_only(request, "format")
    channel, form = asked_channel(request), asked_format(request)
    await doors.authorise(caller, channel)
    place, rows = await doors.look(("snapshot", channel), lambda: doors.snapshots.rows(channel))
    headers = _stamp(channel, place.token)
    if form == "json":
        return answer(as_json(channel, place, rows), "application/json; charset=utf-8", headers)
    headers["Content-Disposition"] = f'attachment; filename="{channel.id}-{place.sequence}.csv"'
    return answer(as_csv(rows), "text/csv; charset=utf-8", headers)


async def completeness(doors: Doors, request: Request) -> Response:
    """Say what a subscriber must have of a period who has everything."""
    caller = doors.admit(request)
    known_only(request, "period")
    channel = asked_channel(request)
    period, since, until = asked_period(request)
    await doors.authorise(caller, channel)
    found = await doors.look(("complete", channel, period), lambda: doors.reader.completeness(channel, since, until))
    said = {
        "channel": channel.id,
        "period": period,
        "since": since,
        "until": until,
        "closed": found.closed,
        "epoch": found.head.epoch,
        "count": found.count,
        "first_sequence": found.first,
        "last_sequence": found.last,
        "hash_before": found.before.hash.hex(),
        "hash_after": found.after.hash.hex(),
        "head": {"sequence": found.head.sequence, "hash": found.head.hash.hex(), "token": str(found.head.token)},
    }
    return json_answer(said, _stamp(channel, found.after.token))


async def _news_or_gone(doors: Doors, request: Request, channel: Channel, place: Place, seconds: float) -> None:
    """Wait for news, no longer than the subscriber does."""
    news = asyncio.ensure_future(doors.bell.wait(channel.id, (place.epoch, place.sequence), seconds))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({news, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        news.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _batch(request: Request, channel: Channel, place: Place, messages: list[Message]) -> Response:
    reached = (messages[-1].place if messages else place).token
    headers = _stamp(channel, reached)
    if not messages and request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers={**HEADERS, **headers})
    return answer(b"[" + b",".join(it.body for it in messages) + b"]", BATCH_TYPE, headers)


def _stamp(channel: Channel, token: Token) -> dict[str, str]:
    return {
        "ETag": f'"{token}"',
        "Link": f'</streams/v1/{channel.id}?after={token}>; rel="next"',
        "Stream-Token": str(token),
    }
