"""Builds of a read model: each has tables of its own, and one pointer row says which of them readers see."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Row, Table, and_, delete, func, inspect, select, update

from services.chassis.domain import NotFound, StateConflict, Unavailable
from services.chassis.projection import Projection, View
from services.chassis.projector.tables import BUILDS, DEAD_LETTERS, KEYS, POINTERS, POSITIONS
from services.chassis.upsert import upsert

BUILDING, READY, DROPPED = "building", "ready", "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """One build of a projection."""

    projection: str
    build: int
    version: int
    state: str
    started_at: str
    switched_at: str | None
    live: bool

    @property
    def prefix(self) -> str:
        """What the names of its tables begin with."""
        return table_prefix(self.projection, self.version, self.build)


def table_prefix(projection: str, version: int, build: int) -> str:
    """Give what the names of a build's tables begin with."""
    return f"{projection}_v{version}_b{build}_"


def active_view(connection: Connection, projection: Projection) -> View:
    """Open the build that readers see now, for a query.

    While two releases run side by side, each reads the newest build of its own version.

    Raises:
        Unavailable: No build of this version is ready yet.
    """
    pointer = connection.execute(select(POINTERS).where(POINTERS.c.projection == projection.name)).one_or_none()
    if pointer is not None and pointer.version == projection.version:
        return view_of(connection, projection, pointer.build, live=True)
    build = newest_build(connection, projection, READY)
    if build is None:
        raise Unavailable(f"the read model {projection.name} is being built")
    return view_of(connection, projection, build, live=False)


def view_of(connection: Connection, projection: Projection, build: int, *, live: bool) -> View:
    """Open one build by its number."""
    prefix = table_prefix(projection.name, projection.version, build)
    return View(connection, _tables(projection, prefix), prefix.__add__, live=live)


def pointer_of(connection: Connection, projection: str, *, lock: str = "") -> Row[tuple[str, int, int]] | None:
    """Read the pointer row; `lock` is `share` (it stays as it is until commit) or `update` (nobody applies either)."""
    query = select(POINTERS).where(POINTERS.c.projection == projection)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update(read=lock == "share")
    return connection.execute(query).one_or_none()


def lock_builds(connection: Connection, projection: str) -> None:
    """Let nobody else begin a build of it until this transaction ends, not even the first one."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"builds of {projection}"))))


def newest_build(connection: Connection, projection: Projection, state: str) -> int | None:
    """Give the newest build of the projection's own version in that state."""
    mine = and_(BUILDS.c.projection == projection.name, BUILDS.c.version == projection.version)
    build: int | None = connection.execute(
        select(func.max(BUILDS.c.build)).where(mine, BUILDS.c.state == state)
    ).scalar_one()
    return build


def begin_build(connection: Connection, projection: Projection, now: str) -> int:
    """Create the tables of a new build, with the next number."""
    last = select(func.coalesce(func.max(BUILDS.c.build), 0)).where(BUILDS.c.projection == projection.name)
    build = int(connection.execute(last).scalar_one()) + 1
    upsert(connection, BUILDS, [(projection.name, build, projection.version, BUILDING, now, None)])
    _tables(projection, table_prefix(projection.name, projection.version, build)).create_all(connection)
    return build


def point_to(connection: Connection, projection: Projection, build: int, now: str) -> None:
    """Let readers see this build from the next transaction on; the one before keeps its tables."""
    row = and_(BUILDS.c.projection == projection.name, BUILDS.c.build == build)
    connection.execute(update(BUILDS).where(row).values(state=READY, switched_at=now))
    upsert(connection, POINTERS, [(projection.name, build, projection.version)])


def list_builds(connection: Connection, projection: str | None = None) -> list[Build]:
    """List builds whose tables exist, of one projection or all."""
    live = {(row.projection, row.build) for row in connection.execute(select(POINTERS))}
    query = select(BUILDS).where(BUILDS.c.state != DROPPED).order_by(BUILDS.c.projection, BUILDS.c.build)
    rows = connection.execute(query).mappings().all()
    builds = [Build(**row, live=(row["projection"], row["build"]) in live) for row in rows]
    return [build for build in builds if projection in {None, build.projection}]


def drop_build(connection: Connection, projection: str, build: int) -> None:
    """Drop the tables of a build that nobody reads any more.

    Raises:
        NotFound: There is no such build.
        StateConflict: Readers see it now.
    """
    pointer = pointer_of(connection, projection, lock="update")
    found = next((one for one in list_builds(connection, projection) if one.build == build), None)
    if found is None:
        raise NotFound(f"{projection} has no build {build}")
    if pointer is not None and pointer.build == build:
        raise StateConflict(f"build {build} of {projection} is the one in use")
    _forget(connection, found)


def drop_unfinished(connection: Connection, projection: str, *, but: int | None) -> None:
    """Drop builds in the making, of whatever version, but for the one that is taken up again."""
    for build in list_builds(connection, projection):
        if build.state == BUILDING and build.build != but:
            _forget(connection, build)


def _forget(connection: Connection, build: Build) -> None:
    names = [name for name in inspect(connection).get_table_names() if name.startswith(build.prefix)]
    MetaData().drop_all(connection, tables=_named(names))
    for table in (POSITIONS, KEYS, DEAD_LETTERS):
        mine = and_(table.c.projection == build.projection, table.c.build == build.build)
        connection.execute(delete(table).where(mine))
    row = and_(BUILDS.c.projection == build.projection, BUILDS.c.build == build.build)
    connection.execute(update(BUILDS).where(row).values(state=DROPPED))


def _named(names: Sequence[str]) -> list[Table]:
    metadata = MetaData()
    return [Table(name, metadata) for name in names]


_defined: weakref.WeakKeyDictionary[Projection, dict[str, MetaData]] = weakref.WeakKeyDictionary()


def _tables(projection: Projection, prefix: str) -> MetaData:
    defined = _defined.setdefault(projection, {})
    if prefix not in defined:
        metadata = MetaData()
        projection.define(metadata, prefix.__add__)
        defined[prefix] = metadata
    return defined[prefix]
