"""A projection's first build, and rebuilds beside a projector that works."""

import threading
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projector import Limits
from services.chassis.projector import projector as projector_module
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector, plain, some_rows, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, Tallies
from services.chassis.upsert import upsert
from tests.contract.chassis.test_projector_life import Running, engine, log, until

__all__ = ["engine", "log"]


class Late(Tallies):
    """Cannot be built at first."""

    refusals = 1

    def define(self, metadata: MetaData, name: TableName) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ZeroDivisionError("a mistake of the handler")
        super().define(metadata, name)


def test_what_could_not_be_built_the_first_time_is_tried_again_by_itself(
    engine: Engine, log: InMemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(projector_module, "_LONGEST_WAIT_SECONDS", 0.01)
    rows, late = some_rows(Sender(), 10), Late()
    log.write(*rows)
    projector = a_projector(engine, InMemoryBroker(log), late)
    with Running(projector):
        until(lambda: projector.status().state == "running")
        until(lambda: tables_of(engine, late) == plain(rows))
    assert late.refusals == 0


class Recorder:
    """Records a fact of its own for every ten messages of a key, as the folder releases blocks; live builds alone may."""

    name = "recorder"
    version = 1
    topics = (EVENTS,)

    def __init__(self) -> None:
        self.recorded: Counter[tuple[str, int]] = Counter()

    def define(self, metadata: MetaData, name: TableName) -> None:
        Table(name("counts"), metadata, Column("key", String, primary_key=True), Column("count", BigInteger))

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        table = view.table("counts")
        counts = {row.key: row.count for row in view.connection.execute(table.select())}
        for delivery in batch:
            counts[delivery.key] = counts.get(delivery.key, 0) + 1
            if view.live and counts[delivery.key] % 10 == 0:
                self.recorded[delivery.key, counts[delivery.key]] += 1
        upsert(view.connection, table, sorted(counts.items()))


def test_a_rebuild_beside_a_working_projector_neither_misses_nor_repeats_what_the_live_build_does(
    engine: Engine, log: InMemoryLog
) -> None:
    sender, recorder = Sender(), Recorder()
    projector = a_projector(engine, InMemoryBroker(log), recorder, limits=Limits(batch=20, poll_seconds=0.01))
    pause = threading.Event()

    def write() -> None:
        for _ in range(400):
            log.write(*some_rows(sender, 7))
            pause.wait(0.002)

    writer = threading.Thread(target=write)
    with Running(projector):
        writer.start()
        for _ in range(3):
            projector.rebuild()
        writer.join()
        until(lambda: sum(row[1] for row in tables_of(engine, recorder)["counts"]) == 2800)  # type: ignore[misc]
    assert set(recorder.recorded) == {(f"key-{nth}", count) for nth in range(7) for count in range(10, 401, 10)}
    assert set(recorder.recorded.values()) == {1}


def test_a_rebuild_asked_for_before_there_is_anything_to_rebuild_waits_for_the_first_build(
    engine: Engine, log: InMemoryLog
) -> None:
    rows, recorder = some_rows(Sender(), 400), Recorder()
    log.write(*rows)
    projector = a_projector(engine, InMemoryBroker(log), recorder)
    rebuilt: list[int | None] = []
    rebuilding = threading.Thread(target=lambda: rebuilt.append(projector.rebuild()))
    rebuilding.start()
    until(lambda: bool(projector.leases.epochs.get("rebuild-recorder")))
    with Running(projector):
        rebuilding.join(20)
        until(lambda: sum(row[1] for row in tables_of(engine, recorder)["counts"]) == 400)  # type: ignore[misc]
    assert rebuilt == [2]
    assert set(recorder.recorded.values()) == {1}
    assert len(recorder.recorded) == 40
