"""The ballots of the tablets that are sending now, in memory: bounded, guarded by the stream's version."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock, RLock

import msgspec

from services.chassis.clock import monotonic
from services.chassis.event_store.port import NO_STREAM
from services.chassis.streams import TRUSTED_SECONDS, Kind, Streams, Versioned
from services.survey.adapters.ballot_tables import WHOLE_STORE, BallotTables, Snapshot
from services.survey.domain import ballots
from services.survey.domain.ballots import Ballots
from services.survey.domain.envelope import Anchor
from services.survey.handlers.kinds import ALL_BALLOTS, BALLOTS

SNAPSHOT_FORM = 1
"""Raised when the state changes its shape: older snapshots are then left alone and replaced."""

SNAPSHOT_EVERY = 500
"""So many facts may have to be read again behind a snapshot."""

TABLETS_REMEMBERED = 2_000

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Ballots)


@dataclass(slots=True)
class Tablet:
    """What is remembered of one tablet. Whoever uses it holds its lock."""

    device_id: str
    at: Versioned[Ballots] = field(default_factory=lambda: Versioned(ballots.INITIAL, NO_STREAM))
    snapshot_version: int = NO_STREAM
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    backed_up_through: int = 0
    marked_at: int = 0
    """How far backups reached when `backed_up_through` was read."""
    is_loaded: bool = False
    served_at: float = float("-inf")
    """When this process last served it, on the monotonic clock."""
    lock: RLock = field(default_factory=RLock)


class BallotMemory:
    """Tablets by id, the least recently used forgotten first."""

    def __init__(self, streams: Streams, tables: BallotTables) -> None:
        """Load from `streams`, starting at snapshots in `tables`."""
        self._streams = streams
        self._tables = tables
        self._lock = Lock()
        self._tablets: OrderedDict[str, Tablet] = OrderedDict()
        self._reached = 0
        self._reached_checked_at = float("-inf")

    def tablet(self, device_id: str) -> Tablet:
        """Give a tablet's place in memory."""
        with self._lock:
            tablet = self._tablets.setdefault(device_id, Tablet(device_id))
            self._tablets.move_to_end(device_id)
            if len(self._tablets) > TABLETS_REMEMBERED:
                self._tablets.popitem(last=False)
            return tablet

    def catch_up(self, tablet: Tablet) -> None:
        """Read what is new of a tablet that this process did not serve a moment ago.

        Its last batch may have gone to another process; reading on costs less than losing the race.
        """
        served_at, tablet.served_at = tablet.served_at, monotonic()
        if tablet.served_at - served_at >= TRUSTED_SECONDS:
            self.refresh(tablet)

    def refresh(self, tablet: Tablet) -> Versioned[Ballots]:
        """Read what is new of a tablet's stream."""
        if not tablet.is_loaded:
            self._start_from_snapshot(tablet)
            tablet.is_loaded = True
        tablet.at = self._read_on(tablet.device_id, tablet.at, BALLOTS)
        return tablet.at

    def whole(self, device_id: str) -> Versioned[Ballots]:
        """Read a tablet's stream from its beginning, forgetting no ballot: for what concerns old ones."""
        return self._read_on(device_id, Versioned(ballots.INITIAL, NO_STREAM), ALL_BALLOTS)

    def keep(self, tablet: Tablet) -> None:
        """Keep a snapshot when enough has come since the last one."""
        if tablet.at.version - tablet.snapshot_version >= SNAPSHOT_EVERY:
            snapshot = Snapshot(tablet.at.version, _encoder.encode(tablet.at.state))
            self._tables.keep_snapshot(tablet.device_id, snapshot, form=SNAPSHOT_FORM)
            tablet.snapshot_version = tablet.at.version

    def backed_up_through(self, tablet: Tablet) -> int:
        """Give how far a backup holds a tablet's envelopes, as of a moment ago."""
        if (reached := self._backups_reached()) != tablet.marked_at:
            tablet.backed_up_through = self._tables.backed_up_through(tablet.device_id)
            tablet.marked_at = reached
        return tablet.backed_up_through

    def _backups_reached(self) -> int:
        # One look for all tablets: their own marks move only when a backup does.
        if monotonic() - self._reached_checked_at > TRUSTED_SECONDS:
            self._reached = self._tables.backed_up_through(WHOLE_STORE)
            self._reached_checked_at = monotonic()
        return self._reached

    def _start_from_snapshot(self, tablet: Tablet) -> None:
        if (snapshot := self._tables.snapshot(tablet.device_id, form=SNAPSHOT_FORM)) is not None:
            tablet.at = Versioned(_decoder.decode(snapshot.state), snapshot.version)
            tablet.snapshot_version = snapshot.version

    def _read_on(self, device_id: str, at: Versioned[Ballots], kind: Kind[Ballots]) -> Versioned[Ballots]:
        state, version = at.state, at.version
        for fact in self._streams.store.load(kind.stream(device_id), version):
            state = kind.evolve(state, self._streams.registry.decode(fact.type, fact.data))
            version = fact.version
        return Versioned(state, version)
