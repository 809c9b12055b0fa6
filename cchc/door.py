"""The one door of the distributed profile where there is no nginx: `python -m cchc.door survey=http://… gateway=http://…`."""

import sys
from collections.abc import AsyncIterator, Mapping

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cchc.front import KIOSK, Front, kiosk_files
from cchc.serving import serving
from cchc.whole_bodies import Room, WholeBodies
from services.chassis.domain import Refusal
from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.http.refusals import status_of
from services.chassis.logging import configure_logging
from services.chassis.settings import HOST, LOG_LEVEL, PORT, Environment

FROM_HOP_TO_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that are about one connection and never passed on (RFC 9110, 7.6.1)."""
ANSWER_WITHIN_SECONDS = 60.0
CONNECT_WITHIN_SECONDS = 5.0
MOST_CONNECTIONS = 1_000


class PassingOn:
    """Passes requests on to a process of ours, and its answers back as they come, open streams too."""

    def __init__(self, base_url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Take where the process listens; `transport` is what a test answers by."""
        patience = httpx.Timeout(ANSWER_WITHIN_SECONDS, connect=CONNECT_WITHIN_SECONDS)
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS)
        self._client = httpx.AsyncClient(
            base_url=base_url, timeout=patience, limits=limits, transport=transport, trust_env=False
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            body = await request.body()
            target = httpx.URL(path=request.scope["path"], query=request.scope["query_string"])
            passed = self._client.build_request(
                request.method, target, headers=_passed_on(request), content=body, timeout=_patience(request)
            )
            answer = await self._client.send(passed, stream=True)
        except Refusal as refused:
            return _problem(status_of(type(refused)), refused.code, refused.title)
        except httpx.HTTPError:
            return _problem(503, "unavailable", "Hệ thống đang bận, xin thử lại")
        passing = StreamingResponse(_body_of(answer), answer.status_code)
        passing.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.decode().lower() not in FROM_HOP_TO_HOP
        ]
        return passing


def _passed_on(request: Request) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in request.headers.raw if name.decode() not in FROM_HOP_TO_HOP]
    # Who called is what the connection says, or a proxy in front of us that is believed; not what the caller wrote.
    kept = [(name, value) for name, value in kept if name not in {b"x-forwarded-for", b"x-forwarded-proto"}]
    caller = request.client.host if request.client else ""
    return [*kept, (b"x-forwarded-for", caller.encode()), (b"x-forwarded-proto", request.url.scheme.encode())]


def _patience(request: Request) -> httpx.Timeout:
    # An open stream is silent between heartbeats; it ends when either side goes.
    reading = None if request.scope["path"].startswith("/streams/") else ANSWER_WITHIN_SECONDS
    return httpx.Timeout(ANSWER_WITHIN_SECONDS, connect=CONNECT_WITHIN_SECONDS, read=reading)


async def _body_of(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


def _problem(status: int, code: str, title: str) -> Response:
    body = {"type": f"urn:cchc:problem:{code}", "title": title, "status": status, "code": code, "request_id": ""}
    headers = {"Retry-After": "5"} if status == 503 else {}
    return JSONResponse(body, status, headers, media_type=PROBLEM_TYPE)


def door(places: Mapping[str, str]) -> Front:
    """Make the door to processes by name; `gateway` answers what is nobody else's."""
    room = Room()
    apps: dict[str, ASGIApp] = {
        f"/api/{name}/": WholeBodies(PassingOn(at), room)
        for name, at in places.items()
        if name not in {"gateway", "streams"}
    }
    apps |= {"/streams/": PassingOn(places["streams"]), "/kiosk/": kiosk_files(KIOSK)}
    return Front({**apps, "": WholeBodies(PassingOn(places["gateway"]), room)}, internal={}, internal_port=0)


def main() -> None:
    """Serve until told to stop."""
    env = Environment()
    configure_logging("door", level=env.text(LOG_LEVEL))
    places = dict(argument.split("=", 1) for argument in sys.argv[1:])
    config = serving(door(places), env)
    config.host, config.port = env.text(HOST), env.integer(PORT)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
