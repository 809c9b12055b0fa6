"""An event store as a few dictionaries, and the property that the real one does as it does."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.domain import Refusal
from services.chassis.event_store.port import NO_STREAM, AppendRequest, ClaimTaken, EventStore, Outcome, Verdict
from services.chassis.event_store.requests import another_version, claim_taken, is_created
from services.chassis.ids import new_id
from services.chassis.testing.event_store_suite import assert_outbox_is_dense
from services.chassis.testing.requests import a_fact, a_message, a_request


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A request before it has names of its own: everything is an index into a small pool, so that twins are common."""

    stream: int
    off_by: int
    command: int | None
    body: int
    claims: tuple[int, ...]
    facts: int
    lanes: tuple[int, ...]
    follows: bool


wishes = st.builds(
    Wish,
    stream=st.integers(0, 2),
    off_by=st.sampled_from([0, 0, 0, 0, 1, -1]),
    command=st.one_of(st.none(), st.integers(0, 5)),
    body=st.sampled_from([0, 0, 0, 1]),
    claims=st.lists(st.integers(0, 3), max_size=2).map(tuple),
    facts=st.sampled_from([1, 1, 1, 2, 3]),
    lanes=st.lists(st.integers(0, 2), max_size=3).map(tuple),
    follows=st.booleans(),
)


class ModelStore:
    """The promise in its plainest form."""

    def __init__(self, position: int) -> None:
        """Begin behind `position`."""
        self.position = position
        self.versions: dict[str, int] = {}
        self.recorded: dict[UUID, tuple[bytes, Verdict]] = {}
        self.claims: set[str] = set()
        self.heads: Counter[tuple[str, int]] = Counter()

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Judge requests in order and remember what they did."""
        verdicts: list[Verdict | Refusal] = []
        for request in requests:
            verdicts.append(self._judge(request, was_created=not verdicts or is_created(verdicts[-1])))
        return verdicts

    def _judge(self, request: AppendRequest, *, was_created: bool) -> Verdict | Refusal:
        if request.command_id in self.recorded:
            command_hash, verdict = self.recorded[request.command_id]
            outcome = Outcome.ALREADY_HAVE if command_hash == request.command_hash else Outcome.CONFLICT
            return Verdict(outcome=outcome, version=verdict.version, position=verdict.position, result=verdict.result)
        version = self.versions.get(request.stream, NO_STREAM)
        if version != request.expected_version or (request.follows and not was_created):
            return another_version(request, version)
        if spent := self.claims.intersection(request.claims):
            return claim_taken(min(spent))
        return self._record(request, version)

    def _record(self, request: AppendRequest, version: int) -> Verdict:
        first = Verdict(outcome=Outcome.CREATED, version=version + 1, position=self.position + 1, result=request.result)
        if request.command_id is not None:
            self.recorded[request.command_id] = (request.command_hash, first)
        self.claims.update(request.claims)
        self.heads.update((message.topic, message.partition) for message in request.messages)
        self.position += len(request.facts)
        self.versions[request.stream] = version + len(request.facts)
        return Verdict(outcome=Outcome.CREATED, version=self.versions[request.stream], position=self.position)


class EventStoreProperties:
    """The property, for a subclass that gives `open_store`."""

    @pytest.fixture
    def store(self, open_store: Callable[[], EventStore]) -> EventStore:
        return open_store()

    def test_a_store_judges_as_the_model_does(self, store: EventStore) -> None:
        # The property is made per store: one shared by two subclasses would share its database of examples.
        @settings(max_examples=60, deadline=None)
        @given(batches=st.lists(st.lists(wishes, min_size=1, max_size=6), min_size=1, max_size=5))
        def judged_alike(batches: Sequence[Sequence[Wish]]) -> None:
            _compare(store, batches)

        judged_alike()


def _compare(store: EventStore, batches: Sequence[Sequence[Wish]]) -> None:
    run = str(new_id())
    ids = [new_id() for _ in range(6)]
    model = ModelStore(store.last_position())
    for batch in batches:
        requests = _requests(batch, run, ids, dict(model.versions))
        expected = model.append_many(requests)
        answers = store.append_many(requests)
        assert [_told(answer) for answer in answers] == [_told(answer) for answer in expected]
    assert store.last_position() == model.position
    assert {lane: number for lane, number in store.heads().items() if run in lane[0]} == dict(model.heads)
    assert_outbox_is_dense(store)


def _requests(batch: Sequence[Wish], run: str, ids: Sequence[UUID], versions: dict[str, int]) -> list[AppendRequest]:
    """Name the wishes, each expecting what it would find if all before it went through."""
    requests = []
    for wish in batch:
        stream = f"{run}-{wish.stream}"
        expected = max(NO_STREAM, versions.get(stream, NO_STREAM) + wish.off_by)
        versions[stream] = expected + wish.facts
        requests.append(
            a_request(
                stream,
                expected,
                facts=tuple(a_fact() for _ in range(wish.facts)),
                messages=tuple(a_message("k", topic=f"{run}.v1", partition=lane) for lane in wish.lanes),
                command_id=None if wish.command is None else ids[wish.command],
                command_hash=b"%d" % wish.body,
                claims=tuple(f"{run}-{claim}" for claim in wish.claims),
                result=b"r%d" % wish.stream,
                follows=wish.follows,
            )
        )
    return requests


def _told(answer: Verdict | Refusal) -> object:
    if isinstance(answer, ClaimTaken):
        # With several spent claims either may be named.
        return ClaimTaken
    return (type(answer), answer.params) if isinstance(answer, Refusal) else answer
