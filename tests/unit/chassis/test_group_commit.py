"""The group commit in front of a store that does as it is told."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from services.chassis.domain import ConcurrencyConflict, Refusal, Unavailable
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.port import AppendRequest, IncarnationSuperseded, Outcome, OutcomeUnknown, Verdict
from services.chassis.testing.requests import a_message, a_request
from tests.support.servers.ports import eventually

CREATED = Verdict(outcome=Outcome.CREATED, version=0, position=1)
ALREADY_HAVE = Verdict(outcome=Outcome.ALREADY_HAVE, version=0, position=1)


class ScriptedStore:
    """Notes each batch; `answer` says what happens to one, and `gate` holds it meanwhile."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: list[int] = []
        self.announced = 0
        self.gate = threading.Event()
        self.gate.set()
        self.answer: Callable[[AppendRequest], Verdict | Refusal] = lambda _: CREATED

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        self.batches.append([request.stream for request in requests])
        self.threads.append(threading.get_ident())
        assert self.gate.wait(10)
        return [self.answer(request) for request in requests]

    def announce(self) -> None:
        self.announced += 1


@pytest.fixture
def store() -> ScriptedStore:
    return ScriptedStore()


@pytest.fixture
def commits(store: ScriptedStore) -> Iterator[GroupCommit]:
    commits = GroupCommit(store, max_queue=3, max_batch=4)  # type: ignore[arg-type]
    yield commits
    commits.close()


class Caller(threading.Thread):
    """A thread that appends, and remembers what it was told."""

    def __init__(self, commits: GroupCommit, *streams: str) -> None:
        super().__init__()
        self.told: Any = None
        self._commits, self._streams = commits, streams
        self.start()

    def run(self) -> None:
        try:
            self.told = self._commits.append_many([a_request(stream) for stream in self._streams])
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.told = error

    def answer(self) -> Any:
        self.join(10)
        return self.told


def hold(commits: GroupCommit, store: ScriptedStore) -> Caller:
    """Let one caller into the store and keep it there."""
    store.gate.clear()
    first = Caller(commits, "first")
    eventually(lambda: store.batches)
    return first


def queue(commits: GroupCommit, *calls: str) -> list[Caller]:
    """Start a caller for each call, whose letters are its streams, each once the one before is queued."""
    callers = []
    for nth, streams in enumerate(calls, 1):
        callers.append(Caller(commits, *streams))
        eventually(lambda: commits.waiting == nth)  # noqa: B023 - asked at once
    return callers


def test_a_lone_caller_commits_in_its_own_thread(commits: GroupCommit, store: ScriptedStore) -> None:
    assert commits.append(a_request("s")) is CREATED
    assert store.threads == [threading.get_ident()]


def test_who_waits_while_another_commits_shares_the_next_commit(commits: GroupCommit, store: ScriptedStore) -> None:
    first = hold(commits, store)
    others = queue(commits, "a", "b", "c")
    store.gate.set()
    assert [caller.answer() for caller in (first, *others)] == [[CREATED]] * 4
    assert store.batches == [["first"], ["a", "b", "c"]]


def test_a_commit_holds_no_more_than_its_limit(commits: GroupCommit, store: ScriptedStore) -> None:
    first = hold(commits, store)
    others = queue(commits, "ab", "cd", "e")
    store.gate.set()
    assert [len(caller.answer()) for caller in (first, *others)] == [1, 2, 2, 1]
    assert store.batches == [["first"], ["a", "b", "c", "d"], ["e"]]


def test_a_refusal_goes_to_its_own_caller(commits: GroupCommit, store: ScriptedStore) -> None:
    store.answer = lambda request: ConcurrencyConflict() if request.stream == "b" else CREATED
    first = hold(commits, store)
    others = queue(commits, "a", "b", "c")
    store.gate.set()
    first.join()
    kinds = [type(caller.answer()[0]) for caller in others]
    assert kinds == [Verdict, ConcurrencyConflict, Verdict]
    with pytest.raises(ConcurrencyConflict):
        commits.append(a_request("b"))


def test_a_mistake_fails_its_own_caller(commits: GroupCommit, store: ScriptedStore) -> None:
    def answer(request: AppendRequest) -> Verdict:
        if request.stream == "b":
            raise ValueError("no text column takes this")
        return CREATED

    store.answer = answer
    first = hold(commits, store)
    others = queue(commits, "a", "b", "c")
    store.gate.set()
    first.join()
    good, bad, fine = [caller.answer() for caller in others]
    assert (good, fine) == ([CREATED], [CREATED])
    assert isinstance(bad, ValueError)


def test_a_full_queue_refuses(commits: GroupCommit, store: ScriptedStore) -> None:
    first = hold(commits, store)
    others = queue(commits, "a", "b", "c")
    with pytest.raises(Unavailable, match="too many"):
        commits.append(a_request("e"))
    store.gate.set()
    assert [caller.answer() for caller in (first, *others)] == [[CREATED]] * 4


def test_after_a_lost_connection_the_same_commands_are_sent_again(commits: GroupCommit, store: ScriptedStore) -> None:
    sent: list[AppendRequest] = []

    def answer(request: AppendRequest) -> Verdict:
        sent.append(request)
        if len(sent) == 1:
            raise OutcomeUnknown
        if len(sent) == 2:
            raise Unavailable
        return ALREADY_HAVE

    store.answer = answer
    assert commits.append(a_request("s")) is ALREADY_HAVE
    assert sent[0] is sent[1] is sent[2]


def test_a_command_without_an_id_is_not_sent_again(commits: GroupCommit, store: ScriptedStore) -> None:
    def answer(request: AppendRequest) -> Verdict:
        raise OutcomeUnknown(request.stream)

    store.answer = answer
    with pytest.raises(OutcomeUnknown):
        commits.append(a_request("s", command_id=None))
    assert store.batches == [["s"]]


def test_a_superseded_store_is_told_to_every_caller(commits: GroupCommit, store: ScriptedStore) -> None:
    def answer(_: AppendRequest) -> Verdict:
        raise IncarnationSuperseded

    store.answer = answer
    first = hold(commits, store)
    others = queue(commits, "a", "b")
    store.gate.set()
    answers = [caller.answer() for caller in (first, *others)]
    assert {type(answer) for answer in answers} == {IncarnationSuperseded}
    assert len(store.batches) == 2


def test_commits_with_messages_are_announced(commits: GroupCommit, store: ScriptedStore) -> None:
    commits.append(a_request("s"))
    assert store.announced == 0
    commits.append(a_request("s", messages=(a_message("k"),)))
    eventually(lambda: store.announced == 1)


def test_whoever_waits_when_it_closes_is_served_and_others_are_refused(store: ScriptedStore) -> None:
    commits = GroupCommit(store)  # type: ignore[arg-type]
    first = hold(commits, store)
    (second,) = queue(commits, "a")
    closing = threading.Thread(target=commits.close)
    closing.start()
    store.gate.set()
    closing.join(10)
    assert (first.answer(), second.answer()) == ([CREATED], [CREATED])
    with pytest.raises(Unavailable):
        commits.append(a_request("b"))


def test_many_threads_are_all_answered_with_their_own_verdict(store: ScriptedStore) -> None:
    commits, told = GroupCommit(store), {}  # type: ignore[arg-type]
    store.answer = lambda request: Verdict(outcome=Outcome.CREATED, version=int(request.stream), position=0)

    def append_some(first: int) -> None:
        for nth in range(first, first + 50):
            told[nth] = commits.append(a_request(str(nth))).version

    threads = [threading.Thread(target=append_some, args=(nth * 50,)) for nth in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    commits.close()
    assert told == {nth: nth for nth in range(800)}
