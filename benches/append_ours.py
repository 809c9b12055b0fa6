"""Our side of the `append` bench: commands through the group commit, into a database of their own."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from benches.report import Sample, measured
from services.chassis.database import open_database
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import AppendRequest
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.requests import a_fact, a_message, a_request

DATA = '{"ballot":"' + "b" * 380 + '"}'
"""A fact's body of about 400 bytes, as in every peer's."""

Call = list[AppendRequest]


class Store:
    """A store that threads fill."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)
        with self._engine.begin() as connection:
            create_event_store(connection, incarnation=new_id())
        self._store = open_event_store(self._engine)
        self._commits = GroupCommit(self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._commits.close()
        self._store.close()
        self._engine.dispose()

    def fill(self, *, threads: int, calls: int, size: int = 1, with_message: bool = False) -> Sample:
        """Let each thread make `calls` calls of `size` commands; each command is a new stream with one fact.

        What is recorded is made beforehand: a caller's own work is no part of the figure.
        """
        work = [[a_call(size, with_message=with_message) for _ in range(calls)] for _ in range(threads)]
        return measured(lambda: self._append_together(work) * size)

    def _append_together(self, work: Sequence[Sequence[Call]]) -> int:
        threads = [threading.Thread(target=self._append_all, args=(calls,)) for calls in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(len(calls) for calls in work)

    def _append_all(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self._commits.append_many(call)


def a_call(size: int, *, with_message: bool = False) -> Call:
    """Make the commands of one call."""
    streams = [f"thing-{new_id()}" for _ in range(size)]
    fact = a_fact(DATA.encode())
    return [
        a_request(stream, facts=(fact,), messages=(a_message(stream),) if with_message else ()) for stream in streams
    ]
