"""Whether the process of the streams lives and can read its log; asked on its own address, which no door passes on."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.chassis.domain import Unavailable
from services.gateway.streams.reading import StreamReader


def health_routes(reader: StreamReader) -> list[Route]:
    """Make `/livez` and `/readyz`, as every other process has them."""

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def readyz(_request: Request) -> JSONResponse:
        why = await run_in_threadpool(_why_not, reader)
        body = {"status": "not_ready" if why else "ready", "checks": {"stream_log": why or "ok"}}
        return JSONResponse(body, 503 if why else 200)

    return [Route("/livez", livez), Route("/readyz", readyz)]


def _why_not(reader: StreamReader) -> str:
    try:
        reader.heads()
    except Unavailable:
        return "its database cannot be read, or the worker has not made the log yet"
    return ""
