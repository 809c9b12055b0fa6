"""Moves the marks that tell tablets which envelopes a backup holds."""

import msgspec

from services.chassis.event_store.port import RecordedFact
from services.chassis.streams import Streams
from services.survey.adapters.ballot_tables import WHOLE_STORE, BallotTables, Mark, Marking
from services.survey.domain.ballot_events import Receipt
from services.survey.domain.device_sequence import DeviceSequence
from services.survey.domain.errors import BackupAhead
from services.survey.handlers.kinds import BALLOTS

FACTS_AT_ONCE = 5_000

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DeviceSequence)
_PREFIX = f"{BALLOTS.prefix}-"


def mark_backed_up(streams: Streams, tables: BallotTables, position: int) -> int:
    """Mark what a backup that reached `position` holds of every tablet; give how many tablets' marks moved.

    Raises:
        BackupAhead: Nothing is recorded at `position` yet.
    """
    if position > (last := streams.store.last_position()):
        raise BackupAhead("A backup holds no more than is recorded.", position=position, last_position=last)
    moved: set[str] = set()
    with tables.marking() as marking:
        whole = marking.get(WHOLE_STORE)
        after = whole.through if whole else 0
        while after < position and (facts := streams.store.read(after, min(FACTS_AT_ONCE, position - after))):
            moved |= _mark(streams, marking, facts)
            after = facts[-1].position
        marking.put({WHOLE_STORE: Mark(max(after, whole.through if whole else 0), b"")})
    return len(moved)


def _mark(streams: Streams, marking: Marking, facts: list[RecordedFact]) -> set[str]:
    sequences: dict[str, DeviceSequence] = {}
    for fact in facts:
        if (receipt := _receipt(streams, fact)) is not None and receipt.seq is not None:
            device_id = fact.stream.removeprefix(_PREFIX)
            known = sequences[device_id] if device_id in sequences else _known(marking, device_id)
            sequences[device_id] = known.add(receipt.seq, prev=receipt.prev, sha256=receipt.sha256)
    marking.put(
        {device_id: Mark(sequence.contiguous, _encoder.encode(sequence)) for device_id, sequence in sequences.items()}
    )
    return set(sequences)


def _known(marking: Marking, device_id: str) -> DeviceSequence:
    mark = marking.get(device_id)
    return DeviceSequence() if mark is None else _decoder.decode(mark.state)


def _receipt(streams: Streams, fact: RecordedFact) -> Receipt | None:
    if not fact.stream.startswith(_PREFIX):
        return None
    event = streams.registry.decode(fact.type, fact.data)
    if getattr(event, "because", None) == "other_device":
        return None
    receipt: Receipt | None = getattr(event, "receipt", None)
    return receipt
