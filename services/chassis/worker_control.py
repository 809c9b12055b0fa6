"""What a worker's internal port answers: health, metrics, and an operator's wishes about projections."""

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask

from services.chassis import dead_letters
from services.chassis.clock import Clock
from services.chassis.domain import NotFound, StateConflict
from services.chassis.http.app import create_base_app
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.chassis.http.internal import Check, metrics_blueprint
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.metrics import Metrics
from services.chassis.projector.metering import ProjectorMetrics
from services.chassis.projector.projector import Projector

OPERATE = "system:operate"
"""The scope of an operator's wishes."""


class UnknownProjection(NotFound):
    """Raised when this worker keeps no projection of that name."""

    code = "unknown_projection"
    title = "Không có bảng đọc tên này"


class AlreadyRebuilding(StateConflict):
    """Raised when the projection is being rebuilt now."""

    code = "already_rebuilding"
    title = "Bảng đọc này đang được dựng lại"


@dataclass(slots=True)
class RebuildProgress:
    """How far a rebuild has come: messages read, messages there are; `failed` says why it ended early."""

    done: int = 0
    total: int = 0
    running: bool = True
    failed: str | None = None

    def say(self, done: int, total: int) -> None:
        """Take the rebuild's own count."""
        self.done, self.total = done, total


class WorkerControl:
    """Keeps the projectors of a worker at an operator's call."""

    def __init__(self, projectors: Sequence[Projector], *, verifier: TokenVerifier, clock: Clock) -> None:
        """Take the worker's projectors and who verifies the operator's token."""
        self._projectors = {projector.name: projector for projector in projectors}
        self._verifier, self._clock = verifier, clock
        self._rebuilds: dict[str, RebuildProgress] = {}

    def app(self) -> Flask:
        """Make the app of the internal port."""
        checks = [Check(f"projection_{name}", _probe(projector)) for name, projector in self._projectors.items()]
        metrics = Metrics()
        app = create_base_app(
            __name__, title="worker", verifier=self._verifier, clock=self._clock, readiness=checks, metrics=metrics
        )
        app.register_blueprint(self._blueprint())
        app.register_blueprint(metrics_blueprint(metrics, ProjectorMetrics(metrics, [*self._projectors.values()]).fill))
        return app

    def _blueprint(self) -> Any:
        routes = guarded_blueprint(
            "control", __name__, url_prefix="/control", guard=Bearer(OPERATE), description="An operator's wishes."
        )
        routes.add_url_rule("/projections", "list", lambda: json_answer(self.statuses()))
        routes.add_url_rule("/projections/<name>/rebuild", "start", self._start, methods=["POST"])
        routes.add_url_rule("/projections/<name>/rebuild", "progress", self._progress)
        routes.add_url_rule("/dead-letters", "parked", lambda: json_answer(self.parked()))
        routes.add_url_rule("/dead-letters/<name>/<int:number>/retry", "retry", self._retry, methods=["POST"])
        routes.add_url_rule("/dead-letters/<name>/<int:number>/discard", "discard", self._discard, methods=["POST"])
        return routes

    def statuses(self) -> list[dict[str, Any]]:
        """Say how every projection stands."""
        return [asdict(projector.status()) for projector in self._projectors.values()]

    def parked(self) -> list[dict[str, Any]]:
        """List the parked messages of every projection, without their bodies."""
        found = []
        for name, projector in self._projectors.items():
            with projector.engine.connect() as connection:
                found += [asdict(letter) for letter in dead_letters.list_dead_letters(connection, name)]
        return [{**letter, "value": None} for letter in found]

    def rebuild(self, name: str) -> RebuildProgress:
        """Begin to build a projection anew, in the background.

        Raises:
            UnknownProjection, AlreadyRebuilding
        """
        projector = self._projector(name)
        if (running := self._rebuilds.get(name)) is not None and running.running:
            raise AlreadyRebuilding(f"{name} is being rebuilt")
        progress = self._rebuilds[name] = RebuildProgress()
        threading.Thread(target=_rebuild, args=(projector, progress), name=f"rebuild-{name}", daemon=True).start()
        return progress

    def _projector(self, name: str) -> Projector:
        if name not in self._projectors:
            raise UnknownProjection(f"there is no projection {name} here")
        return self._projectors[name]

    def _start(self, name: str) -> Any:
        return json_answer(asdict(self.rebuild(name)), 202)

    def _progress(self, name: str) -> Any:
        self._projector(name)
        return json_answer(asdict(self._rebuilds.get(name, RebuildProgress(running=False))))

    def _retry(self, name: str, number: int) -> Any:
        projector = self._projector(name)
        return json_answer({"applied": dead_letters.retry(projector.engine, projector.projection, number)})

    def _discard(self, name: str, number: int) -> Any:
        dead_letters.discard(self._projector(name).engine, name, number)
        return json_answer({"discarded": True})


def _probe(projector: Projector) -> Any:
    def why_not() -> str | None:
        status = projector.status()
        return None if status.ready else (status.error or status.state)

    return why_not


def _rebuild(projector: Projector, progress: RebuildProgress) -> None:
    try:
        projector.rebuild(progress.say)
    except Exception as error:  # noqa: BLE001 - told to whoever asks for progress
        progress.failed = f"{type(error).__name__}: {error}"
    finally:
        progress.running = False
