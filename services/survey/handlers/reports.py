"""Tells how tablets stand: at once, then at most once a second each, and the last word always."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.conflation import Conflation
from services.chassis.domain import Refusal
from services.chassis.event_store.port import NO_STREAM, AppendRequest, NewMessage
from services.chassis.streams import Appender
from services.survey.domain.ballots import Ballots
from services.survey.domain.events import DeviceReported


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What a tablet says of itself."""

    queued: int
    oldest_unsent_seconds: float | None
    battery: float | None
    persisted: bool | None
    app_version: str
    wake_lock_refusals: int


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is told of a tablet when its turn comes."""

    state: Ballots
    at: datetime
    health: Health | None


class Reports:
    """Reports on their way out. A report is a message without a fact: nothing is decided by it."""

    def __init__(self, appender: Appender, write: Callable[[DeviceReported], NewMessage]) -> None:
        """Record through `appender` what `write` makes of a report."""
        self._appender = appender
        self._write = write
        self._conflation: Conflation[str, _Heard] = Conflation(self._send, merge=_merged)

    def note(self, device_id: str, state: Ballots, at: datetime, health: Health | None = None) -> None:
        """Take how a tablet stands now; returns at once."""
        self._conflation.note(device_id, _Heard(state, at, health))

    def why_not_sent(self) -> str | None:
        """Say why reports cannot be sent now; nothing when they can."""
        return self._conflation.failure

    def close(self) -> None:
        """Send what waits and stop."""
        self._conflation.close()

    def _send(self, heard: Mapping[str, _Heard]) -> None:
        requests = [
            AppendRequest(
                stream=f"report-{device_id}",
                expected_version=NO_STREAM,
                facts=(),
                messages=(self._write(_report(device_id, told)),),
            )
            for device_id, told in heard.items()
        ]
        for answer in self._appender.append_many(requests):
            if isinstance(answer, Refusal):
                raise answer


def _report(device_id: str, told: _Heard) -> DeviceReported:
    sequence = told.state.sequence
    report = DeviceReported(
        device_id=device_id,
        at=told.at,
        last_seq=sequence.last,
        received=sequence.received,
        missing=sequence.missing(),
        chain_broken=sequence.chain_broken,
    )
    return report if told.health is None else _with_health(report, told.health)


def _with_health(report: DeviceReported, health: Health) -> DeviceReported:
    return replace(
        report,
        queued=health.queued,
        oldest_unsent_seconds=health.oldest_unsent_seconds,
        battery=health.battery,
        persisted=health.persisted,
        app_version=health.app_version,
        wake_lock_refusals=health.wake_lock_refusals,
    )


def _merged(waiting: _Heard, newer: _Heard) -> _Heard:
    """Keep what a heartbeat told when a mere batch follows it."""
    return newer if newer.health is not None or waiting.health is None else replace(newer, health=waiting.health)
