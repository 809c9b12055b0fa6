"""The read models: does each follow the log, and if not, why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import inspect

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.checks.processes import SEE_LOGS, workers_away
from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from cchc.restore import urls_of
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.projector.status import read_statuses
from services.chassis.projector.tables import STATUS


def look_at_readers(folder: DataFolder) -> Checks:
    """Look at what the workers say of their read models."""
    yield tried("read models", lambda: _follow(folder), "see whether the workers run")


def _follow(folder: DataFolder) -> Finding:
    statuses = _statuses(folder)
    if statuses is None:
        return look("read models", "nothing is running, so nobody follows the log", "start it with `cchc up`")
    # What a worker wrote of itself stays as it was when it ended.
    if away := workers_away(folder):
        return ill("read models", f"nobody keeps those of {', '.join(away)}: it does not answer", SEE_LOGS)
    if behind := [status for status in statuses if not status["ready"]]:
        reason = f"{len(behind)} of {len(statuses)} do not follow: {_by_cause(behind)}"
        return ill("read models", reason, "runbook, *a projection is not ready*")
    return well("read models", f"all {len(statuses)} follow the log")


def _by_cause(statuses: Iterable[Mapping[str, Any]]) -> str:
    named: dict[str, list[str]] = defaultdict(list)
    for status in statuses:
        named[why_not_ready(status)].append(status["projection"])
    return "; ".join(f"{', '.join(names)} ({why})" for why, names in named.items())


def why_not_ready(status: Mapping[str, Any]) -> str:
    """Say in a few words why a read model is not ready."""
    told = f"{status['state']}, {status['lag_messages'] or 0} behind"
    return f"{told}: {status['error'].splitlines()[0]}" if status.get("error") else told


def _statuses(folder: DataFolder) -> list[dict[str, Any]] | None:
    if not folder.tenant().is_distributed:
        return list(InternalClient(folder).workers("/control/projections")) if folder.is_running() else None
    found: list[dict[str, Any]] = []
    for url in urls_of(folder).values():
        engine = open_database(url, read_only=True)
        with engine.connect() as connection:
            if inspect(connection).has_table(STATUS.name):
                found += map(asdict, read_statuses(connection, SystemClock().now()))
        engine.dispose()
    return found or None
