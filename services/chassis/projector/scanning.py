"""Looking for markers ahead of reading, so that a reader that lags never applies what a restore took back."""

from collections.abc import Mapping

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
                _compare(states[topic, partition], stamp[0])
    return ends


def look_up(broker: Broker, state: LaneState) -> list[Marker]:
    """Find the markers between where a lane stands and its end; failing that, from its beginning.

    A log that was itself restored is shorter than what was read of it: then the markers are before that place.
    """
    if state.unknown is None:
        return []
    markers = scan(broker, state.lane, state.resume, state.lineage.current)
    if state.unknown not in {marker.incarnation for marker in markers} and state.resume is not None:
        markers = scan(broker, state.lane, None, None)
    return markers


def scan(broker: Broker, lane: TopicPartition, after: int | None, life: str | None) -> list[Marker]:
    """Read a lane through to its present end and give its markers, in the log's order; `life` is the one it is in.

    Raises:
        Unavailable: The log does not give what it says it has.
    """
    reader = broker.reader({lane: after})
    try:
        end = reader.end().get(lane)
        markers: dict[str, Marker] = {}
        deadline = monotonic() + _PATIENCE_SECONDS
        while end is not None and end > (-1 if after is None else after):
            for record in reader.poll(_BATCH, 0.5):
                life = _note(record, life, markers)
                after, deadline = record.resume, monotonic() + _PATIENCE_SECONDS
            if monotonic() > deadline:
                raise Unavailable(f"the log does not give the rest of {lane}")
        return list(markers.values())
    finally:
        reader.close()


def _note(record: Record, life: str | None, markers: dict[str, Marker]) -> str | None:
    """Take up what a record says of its lane's lives, and give the one that the lane is in."""
    try:
        marker = marker_of(record.value)
    except InvalidMessage:
        return life
    stamp = stamp_of(record)
    if marker is None and stamp is not None and stamp[1] == 1 and life not in {None, stamp[0]}:
        # The backup held nothing of this lane, so its store had no head to put a marker behind.
        marker = Marker(stamp[0], str(life), 0)
    if marker is not None:
        markers.setdefault(marker.incarnation, marker)
        return marker.incarnation
    return life if life is not None or stamp is None else stamp[0]


def _compare(state: LaneState, incarnation: str) -> None:
    if state.lineage.current is None:
        state.expected = incarnation
    elif not state.lineage.knows(incarnation) and state.unknown is None:
        state.unknown = incarnation
        state.settle()
