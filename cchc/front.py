"""The one door of the embedded profile: every path to the app that answers it, on one port and one origin."""

from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

KIOSK = Path(__file__).parent.parent / "services" / "survey" / "kiosk" / "dist"

KIOSK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; media-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class KioskFiles(StaticFiles):
    """The tablet's files. Names with a content hash are kept for ever; the rest is asked for anew each time."""

    def file_response(self, *args: object, **named: object) -> Response:
        """Answer with a file and the headers that go with it."""
        response = super().file_response(*args, **named)  # type: ignore[arg-type]  # passed on as they came
        hashed = "/assets/" in str(args[0])
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["Content-Security-Policy"] = KIOSK_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class Front:
    """Chooses by the longest prefix. `internal` paths answer on the internal port only."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, internal: Mapping[str, ASGIApp], internal_port: int) -> None:
        """Take the apps by path prefix; `""` is the one that answers everything else."""
        self._apps = sorted(apps.items(), key=lambda entry: -len(entry[0]))
        self._internal = dict(internal)
        self._internal_port = internal_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        await self._choose(scope)(scope, receive, send)

    def _choose(self, scope: Scope) -> ASGIApp:
        path = str(scope.get("path", "/"))
        if (app := self._internal.get(path)) is not None and (scope.get("server") or ("", 0))[1] == self._internal_port:
            return app
        if path == "/kiosk":
            return RedirectResponse("/kiosk/")
        return next(app for prefix, app in self._apps if path.startswith(prefix))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def kiosk_files(folder: Path) -> ASGIApp:
    """Serve the built kiosk under `/kiosk/`."""
    files = KioskFiles(directory=folder, html=True, check_dir=False)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await files({**scope, "root_path": "/kiosk"}, receive, send)
        except HTTPException as refused:
            # Raised outside a Starlette app nobody else would turn it into an answer, and a stray address would be a 500.
            answer = PlainTextResponse(refused.detail, refused.status_code, refused.headers)
            await answer(scope, receive, send)

    return serve
