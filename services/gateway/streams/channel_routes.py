"""The addresses of the channels' doors."""

from collections.abc import Awaitable, Callable
from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.streams.answers import answer, refused
from services.gateway.streams.asking import known_only
from services.gateway.streams.asyncapi import asyncapi_document
from services.gateway.streams.contracts import chain_vectors
from services.gateway.streams.discovery import BASE, discovery
from services.gateway.streams.doors import Doors
from services.gateway.streams.feed import completeness, feed, snapshot
from services.gateway.streams.openapi import openapi_document
from services.gateway.streams.sse import sse

Door = Callable[[Doors, Request], Awaitable[Response]]


def channel_routes(doors: Doors) -> list[Route]:
    """Give the routes of discovery, documents, feed, snapshot, events and completeness."""
    documents: dict[str, Callable[[], object]] = {
        "openapi.json": openapi_document,
        "asyncapi.json": asyncapi_document,
        "chain.json": chain_vectors,
    }
    return [
        Route(BASE, _door(doors, discovery)),
        *(Route(f"{BASE}/{name}", _document(doors, make)) for name, make in documents.items()),
        Route(f"{BASE}/{{channel}}", _door(doors, feed)),
        Route(f"{BASE}/{{channel}}/snapshot", _door(doors, snapshot)),
        Route(f"{BASE}/{{channel}}/sse", _door(doors, sse)),
        Route(f"{BASE}/{{channel}}/completeness", _door(doors, completeness)),
    ]


def _door(doors: Doors, door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        try:
            return await door(doors, request)
        except Exception as error:  # noqa: BLE001 - each becomes a problem, what is none of the caller's a logged 500
            return await refused(request, error)

    return answered


def _document(doors: Doors, make: Callable[[], object]) -> Callable[[Request], Awaitable[Response]]:
    @cache
    def body() -> bytes:
        return msgspec.json.encode(make())

    async def written(doors: Doors, request: Request) -> Response:
        doors.rates.admit_stranger(request.client.host if request.client else "", doors.clock.now().timestamp())
        known_only(request)
        return answer(body(), "application/json; charset=utf-8", {"Cache-Control": "max-age=300"})

    return _door(doors, written)
