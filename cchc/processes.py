"""The processes of the distributed profile by name, such as `survey-web`, `folder-relay`, `streams` or `door`."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pkgutil import iter_modules

import services
from cchc.catalog import SERVICES, STORES

WEB_WORKERS = "2"
"""Processes of gunicorn per service where `WEB_CONCURRENCY` says nothing."""
WEB_THREADS = "8"
KEEP_ALIVE_SECONDS = "65"
"""How long an idle connection is kept: far longer than any client of ours keeps it, so that none is closed under a request."""
DOOR = "door"
STREAMS = "streams"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A process that has to be there. `listens` on an address that others are told; all else has an internal port."""

    name: str
    listens: bool
    service: str = ""


def web_services() -> tuple[str, ...]:
    """Name the services that answer over HTTP: those that have an app."""
    names = sorted(module.name for module in iter_modules(services.__path__))
    return tuple(name for name in names if find_spec(f"services.{name}.app") is not None)


def plans() -> list[Plan]:
    """List every process, the door last: it is of use when the others answer."""
    found = [Plan(name=f"{name}-web", listens=True, service=name) for name in web_services()]
    found += [Plan(name=STREAMS, listens=True)]
    found += [Plan(name=f"{name}-worker", listens=False, service=name) for name in SERVICES]
    found += [Plan(name=f"{name}-relay", listens=False, service=STORES[name]) for name in STORES]
    return [*found, Plan(name=DOOR, listens=True)]


def command_of(name: str, variables: Mapping[str, str]) -> list[str]:
    """Give the command line of a process; it listens on `CCHC_HOST` and `PORT` if it listens at all.

    Raises:
        KeyError: There is no process of that name.
    """
    host, port = variables.get("CCHC_HOST", "127.0.0.1"), variables.get("PORT", "8080")
    if name == DOOR:
        return _python("cchc.door", *(f"{place}={variables[url_variable(place)]}" for place in places()))
    if name == STREAMS:
        app = ("--factory", "services.gateway.app:create_streams_app")
        kept = ("--timeout-keep-alive", KEEP_ALIVE_SECONDS)
        return _python("uvicorn", *app, "--host", host, "--port", port, "--log-level", "warning", *kept)
    owner, _, kind = name.rpartition("-")
    if kind not in {"web", "worker", "relay"}:
        raise KeyError(name)
    if kind == "relay":
        return _python("cchc.relay", owner)
    if kind == "worker":
        return _python("cchc.distributed", "worker", owner)
    workers = [] if variables.get("WEB_CONCURRENCY") else ["-w", WEB_WORKERS]
    # The control socket wants a home directory, which a service's user has not.
    quiet = ("--log-level", "warning", "--no-control-socket")
    threaded = ("-k", "gthread", "--threads", WEB_THREADS, "--keep-alive", KEEP_ALIVE_SECONDS, *workers)
    once = ("-c", "python:cchc.importing_once")
    return _python("gunicorn", "-b", f"{host}:{port}", *quiet, *threaded, *once, f"services.{owner}.app:create_app()")


def places() -> tuple[str, ...]:
    """Name what stands behind the door."""
    return (*web_services(), STREAMS)


def url_variable(place: str) -> str:
    """Give the variable that says where a service, or the streams, are reached by the other processes."""
    return f"CCHC_{place.upper()}_URL"


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
