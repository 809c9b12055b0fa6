"""Building every read model anew gives the same rows, while people go on reading."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import MetaData, Table, inspect

from services.chassis.database import open_database
from services.chassis.projector.builds import list_builds
from tests.support.embedded import Instance

DATABASES = ("read_survey", "read_tasks", "read_gateway", "read_indicators", "folder", "streams")
PAGES = (
    "/counter-results",
    "/counter-results?one_stop=xa-binh-giang&ballots=all",
    "/api/reporting/v1/counter-results/figures.csv",
)
OF_A_BUILD = {"applied_at"}
"""Columns that say when a build was made, not what it holds."""

TIMES = 3
Rows = dict[tuple[str, str], list[str]]


def rows_of(instance: Instance) -> Rows:
    """Give every row of every read model that readers see, by projection and table."""
    return {key: rows for name in DATABASES for key, rows in _rows_in(instance, name)}


def _rows_in(instance: Instance, name: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
    engine = open_database(f"sqlite:///{instance.data.database(name)}", read_only=True)
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        for build in (build for build in list_builds(connection) if build.live):
            for name_in_build in (table for table in tables if table.startswith(build.prefix)):
                table = Table(name_in_build, MetaData(), autoload_with=connection)
                columns = [column for column in table.columns if column.name not in OF_A_BUILD]
                found = connection.execute(table.select().with_only_columns(*columns)).mappings()
                rows = sorted(repr(sorted(dict(row).items())) for row in found)
                yield (build.projection, name_in_build.removeprefix(build.prefix)), rows
    engine.dispose()


def builds_of(instance: Instance) -> dict[str, int]:
    """Give the build that readers see of every read model."""
    builds = {}
    for name in DATABASES:
        engine = open_database(f"sqlite:///{instance.data.database(name)}", read_only=True)
        with engine.connect() as connection:
            builds |= {build.projection: build.build for build in list_builds(connection) if build.live}
        engine.dispose()
    return builds


@contextmanager
def people_reading(url: str) -> Iterator[Counter[int]]:
    """Somebody who reloads pages all the time; gives how often each status came back."""
    seen: Counter[int] = Counter()
    stop = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=url, timeout=30) as http:
            while not stop.is_set():
                seen.update(http.get(page).status_code for page in PAGES)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def a_busy_counter(instance: Instance) -> None:
    """Ballots of every kind, so that a block is released, a mind is changed, and a reason is given."""
    tablet = instance.pair("quay-1-xa-binh-giang", seed=7)
    ballots = [tablet.tap(score) for score in (1, 5, 4, 5, 4, 5, 2)]
    tablet.follow_up(ballots[0], ["waiting_time"])
    tablet.change(ballots[6], 5)
    tablet.flush()
    tablet.heartbeat()


def published(instance: Instance) -> int:
    store = instance.stores()["folder"]
    try:
        return sum(fact.type == "indicators.block_released.v1" for fact in store.read(0, 10_000))
    finally:
        store.close()


def rebuilt(instance: Instance) -> tuple[Rows, Rows, Counter[int]]:
    """Build every read model of a quiet instance anew while pages are read; give the rows before and after, and how often each status came.

    What the product records by itself each minute may fall in between: then it is done again.
    """
    for _ in range(TIMES):
        before, reached = rows_of(instance), instance.positions()
        with people_reading(instance.url) as seen:
            done = instance.ask("projections", "rebuild", "--all")
        assert done.returncode == 0, done.stderr
        instance.wait_until_caught_up()
        if instance.positions() == reached:
            return before, rows_of(instance), seen
        instance.wait_until_quiet()
    pytest.fail("something was recorded each time")


def test_every_read_model_built_from_zero_has_the_same_rows_while_pages_are_read(instance: Instance) -> None:
    a_busy_counter(instance)
    instance.wait_until_quiet()
    builds, blocks = builds_of(instance), published(instance)
    assert blocks > 0
    names: list[Any] = [status["projection"] for status in instance.told("projections", "list")]
    assert set(names) == builds.keys()

    before, after, seen = rebuilt(instance)

    assert {projection for projection, _ in before} == builds.keys()
    assert [name for name, build in builds_of(instance).items() if build == builds[name]] == []
    assert after.keys() == before.keys()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}
    assert sum(map(len, after.values())) > 0
    assert published(instance) == blocks
    assert seen.keys() == {200}
    print(f"{len(names)} read models, {seen.total()} pages read meanwhile")  # noqa: T201 - the figure that is asked for
