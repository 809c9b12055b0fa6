"""What must hold after everything: nothing acknowledged is lost, nothing counts twice, numbers are dense."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec
from sqlalchemy import text

from services.chassis.event_store.port import EventStore, OutboxRow, RecordedFact
from tests.chaos.crowd import Ledger
from tests.chaos.world import World

PAGE = 5_000


def judge(world: World, ledger: Ledger) -> list[str]:
    """Give every complaint; none is a pass."""
    facts = list(facts_of(world.survey_store()))
    complaints = [*judge_survey(facts, ledger), *judge_folder(world, ledger), *world.verify()]
    for name, store in world.stores().items():
        complaints += [f"{name}: {complaint}" for complaint in judge_numbers(store)]
    return complaints


def judge_survey(facts: list[RecordedFact], ledger: Ledger) -> Iterator[str]:
    """Every acknowledged envelope is in the store exactly once."""
    stored = Counter(entry for fact in facts if (entry := entry_of(fact)) is not None)
    if lost := (ledger.acknowledged - ledger.refused.keys()) - stored.keys():
        yield f"{len(lost)} acknowledged envelopes are lost: {sorted(lost)[:3]}"
    if twice := [entry for entry, times in stored.items() if times > 1 and entry not in ledger.refused]:
        yield f"{len(twice)} envelopes are stored twice: {twice[:3]}"


def judge_folder(world: World, ledger: Ledger) -> Iterator[str]:
    """Every ballot is in the folder, and in no more than one block of ballots."""
    held = {entry for entry, verdict in ledger.refused.items() if verdict == "quarantined"}
    expected = {ballot for ballot, entry in ledger.casts.items() if entry not in held}
    with world.folder_engine().connect() as connection:
        build = connection.execute(
            text("SELECT build FROM projection_pointers WHERE projection = 'folder'")
        ).scalar_one()
        rows = connection.execute(text(f"SELECT ballot FROM folder_v1_b{build}_ballots"))
        known = Counter(row.ballot for row in rows)
    if lost := expected - known.keys():
        yield f"{len(lost)} ballots are not in the folder: {sorted(lost)[:3]}"
    if strange := known.keys() - ledger.casts.keys():
        yield f"{len(strange)} ballots in the folder were never cast: {sorted(strange)[:3]}"
    yield from judge_blocks(world.stores()["folder"], known)


def judge_blocks(store: EventStore, known: Counter[str]) -> Iterator[str]:
    released: Counter[str] = Counter()
    for fact in facts_of(store):
        if fact.type == "indicators.block_released.v1":
            block = msgspec.json.decode(fact.data)
            if block["kind"] == "ballots":
                released.update(block["ballots"])
                if len(block["ballots"]) < 5:
                    yield f"a block of {len(block['ballots'])} ballots left"
    if twice := [ballot for ballot, times in released.items() if times > 1]:
        yield f"{len(twice)} ballots are in two blocks: {twice[:3]}"
    if unknown := released.keys() - known.keys():
        yield f"{len(unknown)} released ballots are not known: {sorted(unknown)[:3]}"


def judge_numbers(store: EventStore) -> Iterator[str]:
    """Positions and numbers have no holes."""
    lanes: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    expected = 0
    for row in outbox_of(store):
        expected += 1
        if row.position != expected:
            yield f"outbox position {expected} is missing"
            expected = row.position
        lanes[row.topic, row.partition].append(row.number)
    for lane, numbers in lanes.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{lane} is not dense"
    if store.heads() != {lane: len(numbers) for lane, numbers in lanes.items()}:
        yield "heads are not where the lanes end"


def entry_of(fact: RecordedFact) -> str | None:
    """Give the entry id of the envelope behind a fact, if one is."""
    receipt = msgspec.json.decode(fact.data).get("receipt") or {}
    entry: str | None = receipt.get("entry_id")
    return entry


def facts_of(store: EventStore) -> Iterator[RecordedFact]:
    after = 0
    while facts := store.read(after, PAGE):
        yield from facts
        after = facts[-1].position


def outbox_of(store: EventStore) -> Iterator[OutboxRow]:
    after = 0
    while rows := store.read_outbox(after, PAGE):
        yield from rows
        after = rows[-1].position
