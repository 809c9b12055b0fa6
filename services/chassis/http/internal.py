"""What machines ask a process: is it alive, may it be sent work, what has it measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, Response

from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Open
from services.chassis.logging import get_logger
from services.chassis.metrics import Metrics

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_log = get_logger()


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of readiness. `probe` gives nothing when it holds, else why it does not, without data or SQL."""

    name: str
    probe: Callable[[], str | None]


def health_blueprint(readiness: Sequence[Check]) -> Blueprint:
    """Make `/livez` and `/readyz`, open to everybody: they name conditions, never data."""
    blueprint = Blueprint("health", __name__)
    blueprint.guard = Open()  # type: ignore[attr-defined]  # how a plain blueprint says who may call it

    @blueprint.get("/livez")
    def livez() -> Response:
        return json_answer({"status": "live"})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        found = {check.name: _ask(check) for check in readiness}
        ready = not any(found.values())
        body = {
            "status": "ready" if ready else "not_ready",
            "checks": {name: why or "ok" for name, why in found.items()},
        }
        return json_answer(body, 200 if ready else 503)

    return blueprint


def create_internal_app(
    metrics: Metrics, readiness: Sequence[Check] = (), *, fill: Callable[[], None] = lambda: None
) -> Flask:
    """Make the app of a process's internal port: `/livez`, `/readyz`, `/metrics`. It must not be reachable from outside.

    Args:
        metrics: What the process measures.
        readiness: What has to hold for `/readyz` to say so.
        fill: Called before each answer of `/metrics`.
    """
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(health_blueprint(readiness))
    app.register_blueprint(metrics_blueprint(metrics, fill))
    return app


def metrics_blueprint(metrics: Metrics, fill: Callable[[], None] = lambda: None) -> Blueprint:
    """Make `/metrics`; `fill` is called before each answer. It belongs on an internal port alone."""
    blueprint = Blueprint("metrics", __name__)
    blueprint.guard = Open()  # type: ignore[attr-defined]  # how a plain blueprint says who may call it

    @blueprint.get("/metrics")
    def measured() -> Response:
        fill()
        return Response(metrics.exposition(), content_type=_METRICS_TYPE)

    return blueprint


def _ask(check: Check) -> str | None:
    try:
        return check.probe()
    except Exception:  # noqa: BLE001 - a check that fails is a reason not to be ready
        _log.warning("readiness_check_failed", check=check.name, exc_info=True)
        return "failed"
