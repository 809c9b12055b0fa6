"""What a projector says of itself: for `/readyz` in its own process, and as a row for every other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from services.chassis.clock import rfc3339
from services.chassis.projector.parking import PARKED
from services.chassis.projector.tables import DEAD_LETTERS, POINTERS, STATUS
from services.chassis.upsert import upsert

RUNNING, WAITING, BUILDING, RETRYING = "running", "waiting", "building", "retrying"
FAILED, DIVERGED, STOPPED = "failed", "diverged", "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectionStatus:
    """How one projection stands. `ready` is what counts for `/readyz`; the rest says why."""

    projection: str
    version: int
    state: str
    """`running`, `waiting` (another process owns it), `building`, `retrying`, `failed`, `diverged` or `stopped`."""
    ready: bool
    build: int | None
    lag_messages: int | None
    lag_seconds: float | None
    """Since when it was not caught up, `None` when it never was."""
    gap_seconds: float
    """Age of the oldest gap, 0 for none."""
    gaps: int
    """Lanes held because a number is missing."""
    parked: int
    error: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Beyond which a projection is not ready."""

    gap_seconds: float = 30.0
    lag_seconds: float = 60.0
    retry_seconds: float = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """The state as the projector itself keeps it, in real time."""

    state: str = STOPPED
    error: str | None = None
    lag_messages: int | None = None
    caught_up_at: datetime | None = None
    gap_since: datetime | None = None
    gaps: int = 0
    retrying_since: datetime | None = None

    @property
    def gist(self) -> tuple[object, ...]:
        """What others have to hear of at once."""
        return self.state, self.error, self.gap_since, bool(self.lag_messages)


def write_condition(connection: Connection, key: tuple[str, int], condition: Condition, now: datetime) -> None:
    """Leave the condition of (projection, version) for other processes to read."""
    row = (
        *key,
        condition.state,
        condition.error,
        condition.lag_messages,
        _written(condition.caught_up_at),
        _written(condition.gap_since),
        rfc3339(now),
    )
    upsert(connection, STATUS, [row])


def read_statuses(connection: Connection, now: datetime, bounds: Bounds | None = None) -> Sequence[ProjectionStatus]:
    """Read how every projection of a database stands, as its projectors last said."""
    pointers = {row.projection: row.build for row in connection.execute(select(POINTERS))}
    statuses = []
    for row in connection.execute(select(STATUS).order_by(STATUS.c.projection, STATUS.c.version)):
        condition = Condition(
            state=row.state,
            error=row.error,
            lag_messages=row.lag_messages,
            caught_up_at=_read(row.caught_up_at),
            gap_since=_read(row.gap_since),
            retrying_since=_read(row.updated_at) if row.state == RETRYING else None,
        )
        build = pointers.get(row.projection)
        parked = 0 if build is None else parked_of(connection, row.projection, build)
        key = (row.projection, row.version)
        statuses.append(describe(key, condition, now=now, build=build, parked=parked, bounds=bounds))
    return statuses


def parked_of(connection: Connection, projection: str, build: int) -> int:
    """Count the parked messages of a build."""
    mine = and_(DEAD_LETTERS.c.projection == projection, DEAD_LETTERS.c.build == build)
    query = select(func.count()).select_from(DEAD_LETTERS).where(mine, DEAD_LETTERS.c.state == PARKED)
    return int(connection.execute(query).scalar_one())


def describe(
    key: tuple[str, int],
    condition: Condition,
    *,
    now: datetime,
    build: int | None,
    parked: int,
    bounds: Bounds | None = None,
) -> ProjectionStatus:
    """Judge a condition at the real time `now`."""
    limits = bounds or Bounds()
    gap = _age(condition.gap_since, now) or 0.0
    retrying = _age(condition.retrying_since, now) or 0.0
    behind = bool(condition.lag_messages)
    lag = _age(condition.caught_up_at, now) if behind else 0.0
    ready = (
        condition.state in {RUNNING, WAITING, BUILDING, RETRYING}
        and gap <= limits.gap_seconds
        and retrying <= limits.retry_seconds
        and (lag is None or lag <= limits.lag_seconds)
    )
    return ProjectionStatus(
        projection=key[0],
        version=key[1],
        state=condition.state,
        ready=ready,
        build=build,
        lag_messages=condition.lag_messages,
        lag_seconds=lag,
        gap_seconds=gap,
        gaps=max(condition.gaps, condition.gap_since is not None),
        parked=parked,
        error=condition.error,
    )


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())


def _written(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _read(at: str | None) -> datetime | None:
    return None if at is None else datetime.fromisoformat(at)
