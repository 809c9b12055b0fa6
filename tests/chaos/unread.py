"""What readers have not read yet, by the logs themselves: what a reader says of itself may be older than the log."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from sqlalchemy import Connection, Engine

from services.chassis.broker.port import is_compacted
from services.chassis.clock import SystemClock
from services.chassis.event_store.port import EventStore
from services.chassis.projector.builds import pointer_of
from services.chassis.projector.positions import load_lanes
from services.chassis.projector.status import read_statuses
from services.gateway.worker import PROJECTIONS as GATEWAY
from services.indicators.projections.running_messages import TOPICS as RUNNING_TOPICS
from services.indicators.projections.survey_messages import BALLOTS_TOPIC, COUNTERS_TOPIC
from services.indicators.projections.units import UNITS_TOPIC
from services.indicators.worker import PROJECTIONS as INDICATORS
from services.survey.worker import PROJECTIONS as SURVEY
from services.tasks.worker import PROJECTIONS as TASKS

READERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "survey": {projection.name: projection.topics for projection in SURVEY},
    "gateway": {projection.name: projection.topics for projection in GATEWAY},
    "tasks": {projection.name: projection.topics for projection in TASKS},
    "indicators": {projection.name: projection.topics for projection in INDICATORS},
    "folder": {
        "folder": (BALLOTS_TOPIC, COUNTERS_TOPIC),
        "indicators_units": (UNITS_TOPIC,),
        "running_figures": RUNNING_TOPICS,
    },
}
"""Which topics each read model is made of, by the database that holds it."""


def unread(readers: Engine, holder: str, stores: Mapping[str, EventStore]) -> list[str]:
    """Say which read models in a database are not well, or have not come to the ends that the stores say of their topics.

    Both the engine and the stores are closed.
    """
    heads: dict[tuple[str, int], int] = {}
    with ExitStack() as closing:
        closing.callback(readers.dispose)
        for store in stores.values():
            closing.callback(store.close)
        for store in stores.values():
            heads |= store.heads()
        return _unread(readers, holder, heads)


def _unread(readers: Engine, holder: str, heads: Mapping[tuple[str, int], int]) -> list[str]:
    with readers.connect() as connection:
        statuses = read_statuses(connection, SystemClock().now())
        lines = [str(it) for it in statuses if not it.ready or it.state != "running" or it.lag_messages]
        for name, topics in READERS[holder].items():
            lines += _short_of(connection, name, [topic for topic in topics if not is_compacted(topic)], heads)
    return lines


def _short_of(
    connection: Connection, name: str, topics: Sequence[str], heads: Mapping[tuple[str, int], int]
) -> list[str]:
    pointer = pointer_of(connection, name)
    if pointer is None:
        return [f"{name}: not built yet"]
    lanes = load_lanes(connection, (name, pointer.build), topics)
    return [
        f"{name}: {state.place} stands at {state.sequence.last}, its log at {heads[state.place]}"
        for state in lanes
        if state.sequence.last < heads.get(state.place, 0)
    ]
