"""One look at each file wakes every reader of a topic, and a reader of another topic or file sleeps on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from services.chassis.broker.outbox_watch import OutboxWatch
from services.chassis.clock import monotonic

SOON_SECONDS = 20.0
OUTBOX = "CREATE TABLE outbox (position INTEGER PRIMARY KEY, topic TEXT NOT NULL)"
OWNERS = {"one": "one", "two": "one", "other": "other"}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[dict[str, Any]]:
    found = {}
    for name in ("one", "other"):
        found[name] = sqlite.connect(tmp_path / f"{name}.db", check_same_thread=False, isolation_level=None)
        found[name].execute("PRAGMA journal_mode=WAL")
        found[name].execute(OUTBOX)
    yield found
    for connection in found.values():
        connection.close()


def a_quiet_watch(tmp_path: Path) -> OutboxWatch:
    """Make a watch that has looked at its files for the first time, which counts as a change."""
    watch = OutboxWatch({name: tmp_path / f"{name}.db" for name in ("one", "other")}, OWNERS)
    for name in OWNERS:
        assert watch.wait({name: 0}, monotonic() + SOON_SECONDS)
    return watch


def write(connection: Any, topic: str) -> None:
    connection.execute("INSERT INTO outbox (topic) VALUES (?)", (topic,))


def test_everybody_who_waits_for_a_file_is_woken_by_one_write(tmp_path: Path, files: dict[str, Any]) -> None:
    watch = a_quiet_watch(tmp_path)
    seen = watch.seen(["one"])
    with ThreadPoolExecutor(3) as readers:
        waiting = [readers.submit(watch.wait, seen, monotonic() + SOON_SECONDS) for _ in range(3)]
        write(files["one"], "one")
        assert all(reader.result() for reader in waiting)


def test_a_write_to_another_file_wakes_nobody(tmp_path: Path, files: dict[str, Any]) -> None:
    watch = a_quiet_watch(tmp_path)
    seen, of_other = watch.seen(["one"]), watch.seen(["other"])
    write(files["other"], "other")
    assert watch.wait(of_other, monotonic() + SOON_SECONDS)
    assert watch.seen(["one"]) == seen


def test_a_write_of_another_topic_or_beside_the_outbox_wakes_nobody(tmp_path: Path, files: dict[str, Any]) -> None:
    watch = a_quiet_watch(tmp_path)
    seen, of_two = watch.seen(["one"]), watch.seen(["two"])
    files["one"].execute("CREATE TABLE leases (name)")
    write(files["one"], "two")
    assert watch.wait(of_two, monotonic() + SOON_SECONDS)
    assert watch.seen(["one"]) == seen


def test_a_store_that_was_put_back_wakes_every_reader_of_it(tmp_path: Path, files: dict[str, Any]) -> None:
    write(files["one"], "one")
    watch = a_quiet_watch(tmp_path)
    seen = watch.seen(["two"])
    files["one"].execute("DELETE FROM outbox")
    assert watch.wait(seen, monotonic() + SOON_SECONDS)


def test_a_write_between_asking_and_waiting_is_not_missed(tmp_path: Path, files: dict[str, Any]) -> None:
    watch = a_quiet_watch(tmp_path)
    seen = watch.seen(["one", "other"])
    write(files["one"], "one")
    assert watch.wait({"one": seen["one"]}, monotonic() + SOON_SECONDS)
    assert watch.wait(seen, monotonic() - 1)


def test_a_file_that_is_made_while_somebody_waits_is_heard_of(tmp_path: Path) -> None:
    watch = OutboxWatch({"late": tmp_path / "late.db"}, {"late": "late"})
    with ThreadPoolExecutor(1) as readers:
        waiting = readers.submit(watch.wait, watch.seen(["late"]), monotonic() + SOON_SECONDS)
        made = sqlite.connect(tmp_path / "late.db", isolation_level=None)
        made.execute(OUTBOX)
        assert waiting.result()
        made.close()


def test_who_will_not_wait_is_told_at_once_and_nothing_is_opened(tmp_path: Path) -> None:
    watch = OutboxWatch({"one": tmp_path / "one.db"}, {"one": "one"})
    assert not watch.wait(watch.seen(["one"]), monotonic() - 1)
    assert watch._thread is None
