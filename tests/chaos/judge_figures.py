"""The end of the journey: what the folder released, published and sums up, and what the portal tells of it, is one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from services.chassis.event_store.port import EventStore
from tests.chaos import figures, tables
from tests.chaos.figures import Line, differences
from tests.chaos.reading import blocks_of, events_of
from tests.chaos.tables import ReadModel

FIGURE_EVENTS = "indicators.figure.events.v1"
FIGURE_STATE = "indicators.figure.state.v1"
K = 5


def judge_figures(store: EventStore, folder: ReadModel, gateway: ReadModel) -> Iterator[str]:
    """Compare every place that holds a figure with what the folder's blocks say, worked out anew."""
    blocks = blocks_of(store)
    recorded = dict(figures.lines_of(blocks))
    yield from judge_blocks(blocks, recorded)
    yield from judge_folder_tables(folder, recorded)
    yield from judge_published(store, recorded)
    yield from judge_gateway(gateway, store, recorded)


def judge_blocks(blocks: list[dict[str, Any]], recorded: Mapping[str, Line]) -> Iterator[str]:
    """Each ballot was published once, never alone, and blocks add up to what their ballots say."""
    released = Counter(ballot for block in blocks if block["kind"] == "ballots" for ballot in block["ballots"])
    if twice := [ballot for ballot, times in released.items() if times > 1]:
        yield f"{len(twice)} ballots are in two blocks: {twice[:3]}"
    if small := [block["block_id"] for block in blocks if len(set(block["ballots"])) < K]:
        yield f"{len(small)} blocks of fewer than {K} ballots left: {small[:3]}"
    sums = figures.without_blocks(figures.sums_of(recorded.values()))
    yield from differences("sums of blocks, beside their ballots", figures.sums_of_ballots(blocks), sums)


def judge_folder_tables(folder: ReadModel, recorded: Mapping[str, Line]) -> Iterator[str]:
    yield from differences("the folder's blocks", recorded, tables.folder_lines(folder))
    yield from differences("the folder's leaf sums", figures.sums_of(recorded.values()), tables.folder_sums(folder))


def judge_published(store: EventStore, recorded: Mapping[str, Line]) -> Iterator[str]:
    """Every line was told once, as it is; a leaf's newest state is the sum of its first so many blocks."""
    lines = figures.published_lines(events_of(store, FIGURE_EVENTS))
    times = Counter(block_id for block_id, _ in lines)
    if twice := [block_id for block_id, count in times.items() if count > 1]:
        yield f"{len(twice)} blocks were published twice: {twice[:3]}"
    yield from differences("published blocks", recorded, dict(lines))
    after = figures.sums_after(line for _, line in lines)
    for leaf, said in figures.newest_states(events_of(store, FIGURE_STATE)).items():
        if after.get((leaf, said["blocks"])) != said:
            yield f"the state of {leaf} says {said}, should be {after.get((leaf, said['blocks']))}"


def judge_gateway(gateway: ReadModel, store: EventStore, recorded: Mapping[str, Line]) -> Iterator[str]:
    """The portal's rows are what was published, and what was released."""
    events = events_of(store, FIGURE_EVENTS)
    published = [line for _, line in figures.published_lines(events)]
    sums = tables.gateway_sums(gateway)
    yield from differences(
        "the portal's sums, beside what was published", figures.sums_of(published, by_day=True), sums
    )
    monthly = tables.gateway_sums(gateway, "monthly")
    yield from differences("the portal's months, beside its days", tables.by_month(sums), monthly)
    released = figures.sums_of(recorded.values(), by_day=True)
    yield from differences("the portal's sums, beside the folder's blocks", released, sums)
    yield from differences("the portal's blocks", recorded, tables.gateway_lines(gateway))
    yield from differences("the portal's served", figures.published_served(events), tables.gateway_served(gateway))


def untold(store: EventStore) -> list[str]:
    """Say which leaves moved since their sums were told last; they are told within a second."""
    recorded = figures.sums_of(line for _, line in figures.lines_of(blocks_of(store)))
    blocks = {leaf: count for (leaf, what), count in recorded.items() if what == "blocks"}
    told = {leaf: said["blocks"] for leaf, said in figures.newest_states(events_of(store, FIGURE_STATE)).items()}
    return [str(leaf) for leaf, count in blocks.items() if told.get(leaf) != count]
