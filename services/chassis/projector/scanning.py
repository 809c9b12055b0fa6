"""Looking for markers ahead of reading, so that a reader that lags never applies what a restore took back."""

from collections.abc import Iterable, Mapping

from services.chassis.broker.port import Broker, Record, TopicPartition
from services.chassis.clock import monotonic
from services.chassis.domain import InvalidMessage, Unavailable
from services.chassis.envelope import incarnation_of, number_of
from services.chassis.projector.incarnations import Marker, marker_of
from services.chassis.projector.lanes import LaneState, Place

_BATCH = 5000
_PATIENCE_SECONDS = 30.0


def stamp_of(record: Record) -> tuple[str, int] | None:
    """Read incarnation and number from headers or body, `None` when the record has neither."""
    try:
        number = number_of(record.value or b"") if record.number is None else record.number
        return record.incarnation or incarnation_of(record.value or b""), number
    except InvalidMessage:
        return None


def compare_tails(broker: Broker, states: Mapping[Place, LaneState]) -> dict[Place, int]:
    """Hold lanes whose end is of an incarnation they have not met, and give the number at each end."""
    ends: dict[Place, int] = {}
    for topic in sorted({topic for topic, _ in states}):
        for partition, record in broker.tails(topic).items():
            stamp = None if record is None else stamp_of(record)
            if stamp is not None:
                ends[topic, partition] = stamp[1]
                _compare(states[topic, partition], *stamp)
    return ends


def look_up(broker: Broker, state: LaneState) -> list[Marker]:
    """Find the markers between where a lane stands and its end; failing that, from its beginning.

    A log that was itself restored is shorter than what was read of it: then the markers are before that place.
    """
    if state.unknown is None:
        return []
    markers = scan(broker, {state.lane: state.resume})
    if state.unknown[0] not in {marker.incarnation for marker in markers} and state.resume is not None:
        markers = scan(broker, {state.lane: None})
    if not markers and state.unknown[1] == 1 and state.lineage.current is not None:
        # The backup held nothing of this lane, so its store had no head to put a marker behind.
        return [Marker(state.unknown[0], state.lineage.current, 0)]
    return markers


def scan(broker: Broker, lanes: Mapping[TopicPartition, int | None]) -> list[Marker]:
    """Read lanes through to their present ends and give the markers, in the log's order.

    Raises:
        Unavailable: The log does not give what it says it has.
    """
    reader = broker.reader(lanes)
    try:
        ends = {lane: end for lane, end in reader.end().items() if end is not None and end > _after(lanes[lane])}
        markers: list[Marker] = []
        deadline = monotonic() + _PATIENCE_SECONDS
        while ends:
            for record in (records := reader.poll(_BATCH, 0.5)):
                lane = TopicPartition(record.topic, record.partition)
                if record.resume >= ends.get(lane, record.resume + 1):
                    del ends[lane]
            markers += _markers(records)
            deadline = monotonic() + _PATIENCE_SECONDS if records else deadline
            if monotonic() > deadline:
                raise Unavailable(f"the log does not give the rest of {sorted(ends)}")
        return markers
    finally:
        reader.close()


def _compare(state: LaneState, incarnation: str, number: int) -> None:
    if state.lineage.current is None:
        state.expected = incarnation
    elif not state.lineage.knows(incarnation) and state.unknown is None:
        state.unknown = (incarnation, number)


def _after(place: int | None) -> int:
    return -1 if place is None else place


def _markers(records: Iterable[Record]) -> list[Marker]:
    found = []
    for record in records:
        try:
            marker = marker_of(record.value)
        except InvalidMessage:
            continue
        if marker is not None:
            found.append(marker)
    return found
