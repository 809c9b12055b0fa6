"""What must hold after everything: nothing acknowledged is lost, nothing counts twice, numbers are dense.

The journey is followed to its end: tablets' ledger, survey's store, the folder, its blocks, what it published, and the
sums that the portal tells.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from services.chassis.event_store.port import EventStore, RecordedFact
from tests.chaos.crowd import Ledger
from tests.chaos.judge_ballots import bytes_of, judge_ballots, judge_whereabouts
from tests.chaos.judge_figures import judge_figures
from tests.chaos.reading import events_of, facts_of, outbox_of
from tests.chaos.tables import read_model
from tests.chaos.world import Evidence

BALLOT_EVENTS = "survey.ballot.events.v1"


def judge(world: Evidence, ledger: Ledger) -> list[str]:
    """Give every complaint; none is a pass."""
    stores = world.stores()
    facts = list(facts_of(stores["survey"]))
    complaints = [*judge_survey(facts, ledger), *world.verify()]
    events = events_of(stores["survey"], BALLOT_EVENTS)
    with read_model(world.folder_engine(), "folder") as folder:
        complaints += judge_ballots(facts, events, ledger, folder, world.clock())
        complaints += judge_whereabouts(facts_of(stores["folder"]), folder)
        with read_model(world.gateway_engine(), "counter_results") as gateway:
            complaints += judge_figures(stores["folder"], folder, gateway)
    for name, store in stores.items():
        complaints += [f"{name}: {complaint}" for complaint in judge_numbers(store)]
    return complaints


def judge_survey(facts: list[RecordedFact], ledger: Ledger) -> Iterator[str]:
    """Every acknowledged envelope is in the store exactly once, byte for byte."""
    receipts = [data for fact in facts if (data := json.loads(fact.data)).get("receipt")]
    stored = Counter(data["receipt"]["entry_id"] for data in receipts if data["receipt"]["entry_id"])
    if lost := (ledger.acknowledged - ledger.refused.keys()) - stored.keys():
        yield f"{len(lost)} acknowledged envelopes are lost: {sorted(lost)[:3]}"
    if twice := [entry for entry, times in stored.items() if times > 1 and entry not in ledger.refused]:
        yield f"{len(twice)} envelopes are stored twice: {twice[:3]}"
    kept = {data["receipt"]["entry_id"]: bytes_of(data) for data in receipts}
    if other := [entry for entry, line in ledger.lines.items() if kept.get(entry, line) != line]:
        yield f"{len(other)} envelopes are not what their tablets wrote: {other[:3]}"


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
