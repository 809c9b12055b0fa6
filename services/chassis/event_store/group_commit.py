"""The micro-batcher in front of an event store: one commit for whatever is waiting, no timer.

Only whoever holds `_busy` talks to the store. A caller that finds nobody waiting takes it and commits by itself, which
spares two thread switches. Everybody else queues and is served by one thread, which takes all that is queued at once:
while a batch is in the database, the callers of the next one are getting ready. Each caller is answered after the
commit that holds its facts.
"""

import itertools
import threading
import time
from _thread import LockType, allocate_lock
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from services.chassis.clock import monotonic
from services.chassis.domain import Refusal, Unavailable
from services.chassis.event_store.metering import StoreMetrics
from services.chassis.event_store.port import AppendRequest, EventStore, OutcomeUnknown, Verdict

Answer = Verdict | Refusal
Announce = Callable[[], None]

RESUBMIT_AFTER_SECONDS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""When a batch is sent again after its connection was lost; together about as long as a database restart."""

ANNOUNCE_EVERY_SECONDS = 0.05
"""Notifications are spared up to this long; one always follows the last commit."""


class _Waiting:
    """One caller's requests, and the lock on which it waits for their answers."""

    __slots__ = ("answers", "failure", "gate", "requests")

    def __init__(self, requests: Sequence[AppendRequest]) -> None:
        self.requests = requests
        self.answers: list[Answer] = []
        self.failure: Exception | None = None
        self.gate: LockType = allocate_lock()
        self.gate.acquire()


class GroupCommit:
    """Appends for many threads of one process. Make it after fork, close it before the store."""

    def __init__(self, store: EventStore, *, max_queue: int = 4096, max_batch: int = 512) -> None:
        """Batch in front of `store`.

        Args:
            store: Where to append. If it has `announce()`, that is called after commits, by a thread of its own.
            max_queue: Callers that may wait; one more is refused.
            max_batch: Requests in one commit; only a single caller's own may be more.
        """
        self._store = store
        self._max_queue = max_queue
        self._max_batch = max_batch
        self._busy = allocate_lock()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._in_hand = 0
        self._closed = False
        self._metrics: StoreMetrics | None = None
        self._thread = threading.Thread(target=self._serve, name="group-commit", daemon=True)
        self._thread.start()
        announce: Announce | None = getattr(store, "announce", None)
        self._announcer = _Announcer(announce) if announce else None

    @property
    def waiting(self) -> int:
        """How many callers wait for a commit to begin."""
        return self._queue.qsize() + self._in_hand

    def measure(self, metrics: StoreMetrics) -> None:
        """Tell `metrics` of each commit from now on, and of who waits."""
        metrics.watch(lambda: self.waiting)
        self._metrics = metrics

    def append(self, request: AppendRequest) -> Verdict:
        """Record one command and return after its commit.

        Raises:
            ConcurrencyConflict, ClaimTaken: As `EventStore.append`; others in the same commit go through.
            Unavailable: The queue is full, or the store cannot record now.
        """
        answer = self.append_many((request,))[0]
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Answer]:
        """Record commands in one commit, in order, and return after it.

        Raises:
            Unavailable: The queue is full, or the store cannot record now.
        """
        waiting = _Waiting(requests)
        if self._closed:
            raise Unavailable("the process is ending")
        if self._queue.empty() and self._busy.acquire(blocking=False):
            try:
                self._commit([waiting])
            finally:
                self._busy.release()
        elif self.waiting >= self._max_queue:
            raise Unavailable("too many commands are waiting")
        else:
            self._queue.put(waiting)
            self._wait(waiting)
        if waiting.failure is not None:
            raise waiting.failure
        return waiting.answers

    def close(self) -> None:
        """Serve who is waiting, then refuse."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        if self._announcer is not None:
            self._announcer.close()

    def _wait(self, waiting: _Waiting) -> None:
        while not waiting.gate.acquire(timeout=1.0):
            # Who queued while the process was ending may have come after the last batch.
            if not self._thread.is_alive():
                if waiting.gate.acquire(blocking=False):
                    return
                raise Unavailable("the process is ending")

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            self._in_hand = 1
            with self._busy:
                self._in_hand = 0
                batch = [first, *self._queued(len(first.requests))]
                self._commit([waiting for waiting in batch if waiting is not None])
            for waiting in batch:
                if waiting is None:
                    return
                waiting.gate.release()

    def _queued(self, count: int) -> Iterator[_Waiting | None]:
        with suppress(Empty):
            while count < self._max_batch:
                waiting = self._queue.get_nowait()
                yield waiting
                if waiting is None:
                    return
                count += len(waiting.requests)

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch and lay the answers down; never raises."""
        requests = list(itertools.chain.from_iterable(waiting.requests for waiting in batch))
        begun = monotonic()
        try:
            recorded = self._recorded(requests)
        except Exception as error:  # noqa: BLE001 - a failure belongs to the callers
            self._fail(batch, error)
            return
        if self._metrics is not None:
            self._metrics.note_commit(requests, recorded, monotonic() - begun)
        answers = iter(recorded)
        for waiting in batch:
            waiting.answers = list(itertools.islice(answers, len(waiting.requests)))
        if self._announcer is not None and any(request.messages for request in requests):
            self._announcer.wake()

    def _fail(self, batch: Sequence[_Waiting], error: Exception) -> None:
        if len(batch) == 1 or isinstance(error, Refusal):
            for waiting in batch:
                waiting.failure = type(error)(error.detail, **error.params) if isinstance(error, Refusal) else error
            return
        # One caller's mistake, such as a character that no text column takes, must not fail the others.
        for waiting in batch:
            self._commit([waiting])

    def _recorded(self, requests: list[AppendRequest]) -> list[Answer]:
        try:
            return self._store.append_many(requests)
        except OutcomeUnknown:
            return self._resubmitted(requests)

    def _resubmitted(self, requests: list[AppendRequest]) -> list[Answer]:
        # A request without an id might be recorded twice; its caller has to look.
        again = [request for request in requests if request.command_id is not None]
        answers = iter(self._sent_again(again) if again else ())
        return [OutcomeUnknown() if request.command_id is None else next(answers) for request in requests]

    def _sent_again(self, requests: list[AppendRequest]) -> list[Answer]:
        for pause in RESUBMIT_AFTER_SECONDS:
            time.sleep(pause)
            with suppress(Unavailable):
                return self._store.append_many(requests)
        raise OutcomeUnknown("the connection to the database was lost and did not come back")


class _Announcer:
    """Calls `announce` after commits, at most once in `ANNOUNCE_EVERY_SECONDS`, off the committing threads."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._news = allocate_lock()
        self._news.acquire()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-announcer", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that there is news. Several calls before the next announcement are one."""
        with suppress(RuntimeError):
            self._news.release()

    def close(self) -> None:
        """Announce what is left and end."""
        self._closed.set()
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._news.acquire()
            # A lost announcement costs a poll's wait; readers never rely on it.
            with suppress(Unavailable):
                self._announce()
            self._closed.wait(ANNOUNCE_EVERY_SECONDS)
