"""Rebuilding read models of 1 M messages: the embedded log into SQLite, beside reading its rows and doing nothing."""

import tempfile
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine

from benches.folding import TOPIC, Folded, Kept, ballot_rows
from benches.report import Goal, Sample, interleaved, measured, note, report_comparison
from cchc.data_folder import DEFAULT_PACK
from services.chassis.broker.outbox_reader import OutboxBroker
from services.chassis.database import open_database
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import Projector, drop_build, list_builds
from services.indicators.bootstrap import build_folder, migrate_folder
from services.indicators.config import Settings

MESSAGES = 1_000_000
ROW_PER_FACT_MESSAGES = 200_000
FOLDER_MESSAGES = 1_000_000
OWNERS = {TOPIC: "survey", "survey.counter.events.v1": "survey"}
PAGE = 5_000


def main() -> None:
    """Measure, and print a JSON line per figure."""
    with tempfile.TemporaryDirectory(prefix="cchc-rebuild-") as name:
        folder = Path(name)
        _neutral(folder / "folds", Folded("folded"), MESSAGES, "folding 1 M messages", 100_000)
        _neutral(folder / "rows", Kept("kept"), ROW_PER_FACT_MESSAGES, "a row per message", 20_000)
        _folder(folder / "folder")


def _neutral(folder: Path, projection: Projection, messages: int, figure: str, at_least: float) -> None:
    folder.mkdir()
    engine = open_database(f"sqlite:///{folder}/read.db")
    _compare(folder, engine, projection, messages, Figure(figure, Goal(at_least=at_least)))
    engine.dispose()


def _folder(folder: Path) -> None:
    """The figure folder itself: a row per ballot, its sums and queues, and membership of blocks learned from facts."""
    folder.mkdir()
    settings = Settings(
        database=f"sqlite:///{folder}/indicators.db",
        read_database=f"sqlite:///{folder}/read_indicators.db",
        folder_database=f"sqlite:///{folder}/folder.db",
        keys=folder,
        tenant="bench",
        pack=DEFAULT_PACK,
    )
    migrate_folder(settings)
    service = build_folder(settings)
    figure = Figure("folder_rows_per_second", Goal(at_least=20_000))
    _compare(folder, service.engine, service.folder, FOLDER_MESSAGES, figure)
    service.close()


class Figure(NamedTuple):
    """What is measured, and what it should reach."""

    name: str
    goal: Goal


def _compare(folder: Path, engine: Engine, projection: Projection, messages: int, figure: Figure) -> None:
    outbox = folder / "survey.db"
    _fill(outbox, messages)
    note(f"rebuild: {messages} messages are there, {outbox.stat().st_size / messages:.0f} bytes each")
    projector = Projector(engine, OutboxBroker({"survey": outbox}, OWNERS), projection, Leases(engine, owner="bench"))
    while projector.run_once():
        pass

    def rebuild() -> Sample:
        sample = measured(lambda: messages if projector.rebuild() else 0)
        with engine.begin() as connection:
            for build in list_builds(connection, projection.name):
                if not build.live:
                    drop_build(connection, projection.name, build.build)
        return sample

    comparison = interleaved(rebuild, lambda: measured(_reading(outbox)))
    projector.close()
    peer = "reading the rows with the driver"
    report_comparison("rebuild", figure.name, "messages/s", comparison, peer=peer, goal=figure.goal)


def _fill(path: Path, messages: int) -> None:
    engine = open_database(f"sqlite:///{path}")
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    statement = (
        "INSERT INTO outbox (position, topic, partition, number, key, value, incarnation) VALUES (?,?,?,?,?,?,?)"
    )
    heads: dict[int, int] = {}
    rows_left = ballot_rows(messages)
    while rows := list(islice(rows_left, PAGE)):
        values = [(r.position, r.topic, r.partition, r.number, r.key, r.value, r.incarnation.bytes) for r in rows]
        heads |= {row.partition: row.number for row in rows}
        with engine.begin() as connection:
            connection.exec_driver_sql(statement, values)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO outbox_heads (topic, partition, number) VALUES (?,?,?)",
            [(TOPIC, partition, number) for partition, number in heads.items()],
        )
    engine.dispose()


def _reading(path: Path) -> Callable[[], int]:
    query = (
        "SELECT position, topic, partition, number, key, value, incarnation FROM outbox"
        " WHERE position > ? AND topic IN (?) ORDER BY position LIMIT ?"
    )

    def read() -> int:
        connection = sqlite.connect(f"file:{path}?mode=ro", uri=True)
        position = 0
        for _ in count():
            rows = connection.execute(query, (position, TOPIC, PAGE)).fetchall()
            if not rows:
                break
            position = rows[-1][0]
        connection.close()
        return int(position)

    return read


if __name__ == "__main__":
    main()
