"""What an app carries besides its routes: who verifies callers, the clock, the metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, Response, current_app

from services.chassis.clock import Clock
from services.chassis.http.rates import Rates
from services.chassis.identity.callers import Caller
from services.chassis.identity.device_requests import DeviceVerifier
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.metrics import Metrics

_KEY = "cchc"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageDoor:
    """How pages know who reads them. `sign_in` answers a reader who is not signed in, mostly with a redirection."""

    find_caller: Callable[[], Caller | None]
    sign_in: Callable[[], Response]


@dataclass(kw_only=True, slots=True)
class Runtime:
    """One per app, filled while it is built."""

    clock: Clock
    metrics: Metrics
    tokens: TokenVerifier | None = None
    devices: DeviceVerifier | None = None
    pages: PageDoor | None = None
    rates: Rates = field(default_factory=Rates)
    watches: dict[tuple[str, str], object] = field(default_factory=dict)


def attach(app: Flask, runtime: Runtime) -> None:
    """Give an app its runtime."""
    app.extensions[_KEY] = runtime


def runtime_of(app: Flask) -> Runtime:
    """Give the runtime of an app."""
    return cast("Runtime", app.extensions[_KEY])


def current_runtime() -> Runtime:
    """Give the runtime of the app that answers now."""
    return cast("Runtime", current_app.extensions[_KEY])
