"""The ASGI app of the streams: the channels' doors, and `/streams/v1/pages/<page>/sse`, which tells open pages of news."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.gateway.identity.sessions import SignedIn
from services.gateway.streams.answers import refused
from services.gateway.streams.pages import PAGES, PageChanges

SIGNED_IN_PAGES = frozenset({"fleet", "tasks"})

_HEARTBEAT_SECONDS = 15.0
_MOST_READERS = 1000
_TICKING = {"fleet": 30.0}
"""Pages on which time itself changes what is seen: silence is a state."""

_TRAILING_SECONDS: Mapping[str, float] = {"targets": 1.0, "tasks": 1.0}
"""Pages whose figures another service reads: it may hear of a fact a moment after us, so the page is told once more."""


@dataclass(slots=True)
class _Door:
    changes: PageChanges
    find_session: Callable[[str | None], SignedIn | None]
    session_cookie: str
    heartbeat_seconds: float
    readers: int = 0


def create_streams(
    changes: PageChanges,
    *,
    find_session: Callable[[str | None], SignedIn | None],
    session_cookie: str,
    heartbeat_seconds: float = _HEARTBEAT_SECONDS,
    channels: Sequence[Route] = (),
) -> Starlette:
    """Make the app.

    Args:
        changes: Says when a page has something new.
        find_session: Knows the portal's sessions by the value of the cookie.
        session_cookie: The name of that cookie.
        heartbeat_seconds: How long a line may be quiet.
        channels: The addresses of the channels' doors.
    """
    door = _Door(changes, find_session, session_cookie, heartbeat_seconds)

    async def sse(request: Request) -> Response:
        return await _open(door, request)

    pages = Route("/streams/v1/pages/{page}/sse", sse, methods=["GET"])
    return Starlette(routes=[pages, *channels], exception_handlers={HTTPException: refused})


async def _open(door: _Door, request: Request) -> Response:
    page = request.path_params["page"]
    if page not in PAGES:
        return _problem(404, "route_not_found", "Không có địa chỉ này")
    if page in SIGNED_IN_PAGES:
        secret = request.cookies.get(door.session_cookie)
        if await run_in_threadpool(door.find_session, secret) is None:
            return _problem(401, "not_authenticated", "Chưa đăng nhập")
    if door.readers >= _MOST_READERS:
        return _problem(503, "unavailable", "Hệ thống đang bận, xin thử lại")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(_events(door, page), media_type="text/event-stream", headers=headers)


async def _events(door: _Door, page: str) -> AsyncIterator[str]:
    """Tell the present version at once, each change after it, and in between that the line still stands.

    A version says everything, so that Last-Event-ID need not be read: whoever comes back hears the newest one. On some
    pages a change is told once more when it has been quiet for a moment.
    """
    door.readers += 1
    ticking = _TICKING.get(page)
    quiet_seconds = min(door.heartbeat_seconds, ticking) if ticking else door.heartbeat_seconds
    trailing = _TRAILING_SECONDS.get(page, 0.0)
    told, ticks, owed = -1, 0, False
    try:
        yield "retry: 2000\n\n"
        await door.changes.first_look()
        while True:
            version = door.changes.version(page)
            if version != told:
                owed = bool(trailing) and told >= 0
                told = version
                yield _changed(version, ticks)
            elif not await door.changes.wait(page, trailing if owed else quiet_seconds):
                tells = owed or bool(ticking)
                ticks, owed = ticks + tells, False
                yield _changed(version, ticks) if tells else ": line stands\n\n"
    finally:
        door.readers -= 1


def _changed(version: int, ticks: int) -> str:
    return f"event: changed\nid: {version}\ndata: {version}{f'.{ticks}' if ticks else ''}\n\n"


def _problem(status: int, code: str, title: str) -> Response:
    body = {"type": f"urn:cchc:problem:{code}", "title": title, "status": status, "code": code}
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")
