"""What happens before and after every view: limits, guard, headers, metrics, one log line."""

from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import Counter, Histogram

from services.chassis.clock import monotonic
from services.chassis.http.bodies import check_encoding, check_length
from services.chassis.http.guards import Guard, GuardMissing, Open
from services.chassis.http.refusals import BadRequest
from services.chassis.http.routes import guard_of
from services.chassis.http.runtime import Runtime, current_runtime
from services.chassis.http.tracing import REQUEST_ID_HEADER, request_id_of
from services.chassis.identity.refusals import NotAuthenticated
from services.chassis.logging import get_logger
from services.chassis.metrics import HTTP_REQUESTS, HTTP_SECONDS

_log = get_logger()

_SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_HSTS = ("Strict-Transport-Security", "max-age=31536000")
_UNMATCHED = "(none)"


class Watch:
    """One route and method as requests see it: worked out at the first request, then kept."""

    __slots__ = ("_answered", "_runtime", "guard", "gzip", "route", "seconds")

    def __init__(self, runtime: Runtime, route: str, guard: Guard | None, *, gzip: bool) -> None:
        self.route = route
        self.guard = guard
        self.gzip = gzip
        self.seconds: Histogram = runtime.metrics.histogram(HTTP_SECONDS, route)
        self._runtime = runtime
        self._answered: dict[int, Counter] = {}

    def answered(self, status: int) -> Counter:
        """Give the counter of answers with this status."""
        counter = self._answered.get(status)
        if counter is None:
            counter = self._answered[status] = self._runtime.metrics.counter(HTTP_REQUESTS, self.route, str(status))
        return counter


def watch_requests(app: Flask) -> None:
    """Put the hooks around every view of an app."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> Response | None:
    environ: dict[str, Any] = request.environ
    state = g._get_current_object()  # noqa: SLF001 - the documented way past the proxy, on the hot path
    state.started = monotonic()
    state.request_id = request_id_of(environ)
    state.watch = watch = _watch()
    check_length(environ)
    check_encoding(environ, gzip=watch.gzip)
    if "%00" in environ.get("QUERY_STRING", "") or "\0" in environ["PATH_INFO"]:
        raise BadRequest("The address holds a NUL character.")
    if watch.guard is None:
        raise GuardMissing("No guard says who may call this.")
    return _admit(watch.guard)


def _admit(guard: Guard) -> Response | None:
    """Ask the guard; who proves nobody pays by address, a tablet by its own name."""
    runtime = current_runtime()
    now = runtime.clock.now().timestamp()
    try:
        answer = guard.admit()
    except NotAuthenticated:
        runtime.rates.admit_stranger(request.remote_addr or "", now)
        raise
    if answer is not None or not guard.security:
        runtime.rates.admit_stranger(request.remote_addr or "", now)
    elif (device_id := g.get("device_id")) is not None:
        runtime.rates.admit_device(device_id, now)
    return answer


def _end(response: Response) -> Response:
    state = g._get_current_object()  # noqa: SLF001 - as above
    watch: Watch = state.watch
    if watch.guard is not None:
        watch.guard.complete(response)
    _add_headers(response, state.request_id)
    seconds = monotonic() - state.started
    watch.seconds.observe(seconds)
    watch.answered(response.status_code).inc()
    _log.info(
        "request_answered",
        request_id=state.request_id,
        method=request.method,
        route=watch.route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 2),
    )
    return response


def _add_headers(response: Response, request_id: str) -> None:
    headers = response.headers
    # One walk over the few headers that are there is cheaper than asking for each name.
    present = {name.lower() for name, _ in headers}
    owed = [(name, value) for name, value in _SECURITY_HEADERS if name.lower() not in present]
    owed.append((REQUEST_ID_HEADER, request_id))
    if request.environ.get("wsgi.url_scheme") == "https":
        owed.append(_HSTS)
    headers.extend(owed)


def _watch() -> Watch:
    runtime = current_runtime()
    rule = request.url_rule
    # Whatever method or address a stranger thinks up, unmatched requests share one entry.
    key = (rule.endpoint, request.method) if rule else ("", "")
    watch = cast("Watch | None", runtime.watches.get(key))
    if watch is None:
        watch = runtime.watches[key] = _new_watch(runtime, rule.endpoint if rule else None)
    return watch


def _new_watch(runtime: Runtime, endpoint: str | None) -> Watch:
    if endpoint is None:
        return Watch(runtime, _UNMATCHED, Open(), gzip=True)
    gzip = "gzip" in getattr(current_app.view_functions[endpoint], "_apidoc", {})
    return Watch(runtime, str(request.url_rule), guard_of(current_app, endpoint, request.method), gzip=gzip)
