"""What staff do to a tablet's ballots, old ones included."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.chassis.domain import ConcurrencyConflict, Event
from services.chassis.streams import ATTEMPTS, Recording, Streams, Versioned
from services.survey.adapters.tablet_wire import read_line
from services.survey.domain import staff
from services.survey.domain.ballot_events import EnvelopeQuarantined
from services.survey.domain.ballots import Ballots
from services.survey.domain.commands import QuarantineBallot, RedactComment, ReleaseBallot, ReleaseEnvelope
from services.survey.domain.envelope import Kind, Line
from services.survey.domain.errors import NotReleasable, UnknownDevice, UnknownQuarantineItem
from services.survey.domain.receiving import answer
from services.survey.handlers.around import Hearing, Surroundings
from services.survey.handlers.kinds import ALL_BALLOTS, BALLOTS, DEVICE
from services.survey.handlers.memory import BallotMemory


class BallotDesk:
    """Commands about ballots that came before, wherever need be by the tablet's whole stream."""

    def __init__(self, streams: Streams, memory: BallotMemory, surroundings: Surroundings) -> None:
        """Record through `streams`."""
        self._streams = streams
        self._memory = memory
        self._surroundings = surroundings

    def quarantine(self, command: QuarantineBallot) -> None:
        """Hold a ballot back by hand."""
        self.decide(command.device_id, lambda state: staff.quarantine(state, command))

    def release(self, command: ReleaseBallot) -> None:
        """Let a ballot out of quarantine."""
        self.decide(command.device_id, lambda state: staff.release(state, command))

    def redact(self, command: RedactComment) -> None:
        """Show a ballot's comment to nobody any more."""
        self.decide(command.device_id, lambda state: staff.redact(state, command))

    def kept_envelope(self, device_id: str, version: int) -> EnvelopeQuarantined:
        """Give what lies in quarantine.

        Raises:
            UnknownQuarantineItem: Nothing does, under that version of the tablet's ballots.
        """
        facts = self._streams.store.load(BALLOTS.stream(device_id), version - 1)
        if facts and facts[0].version == version:
            kept = self._streams.registry.decode(facts[0].type, facts[0].data)
            if isinstance(kept, EnvelopeQuarantined):
                return kept
        raise UnknownQuarantineItem(device_id=device_id, version=version)

    def first_body(self, device_id: str, entry_id: str) -> bytes | None:
        """Give the bytes first recorded under an entry's id, `None` when another tablet recorded them."""
        for fact in self._streams.store.load(BALLOTS.stream(device_id)):
            receipt = getattr(self._streams.registry.decode(fact.type, fact.data), "receipt", None)
            if receipt is not None and receipt.entry_id == entry_id:
                raw: bytes = receipt.raw
                return raw
        return None

    def release_envelope(self, command: ReleaseEnvelope) -> None:
        """Let an envelope out of quarantine as the ballot it holds; once.

        Raises:
            NotReleasable: Its bytes hold no new ballot.
        """
        kept = self.kept_envelope(command.device_id, command.version)
        line = read_line(kept.receipt.raw)
        envelope = line.envelope
        if envelope is None or envelope.kind is not Kind.CAST or envelope.device_id != command.device_id:
            raise NotReleasable(device_id=command.device_id, version=command.version, because=kept.because)
        hearing = self._hearing(command.device_id, kept.receipt.received_at, line)

        def decide(state: Ballots) -> Sequence[Event]:
            around = self._surroundings.around(envelope, hearing, newest_at=None)
            return answer(state, envelope, None, around, released=command.version)

        claims = (f"ballot:{envelope.ballot_id}", f"released:{command.device_id}-{command.version}")
        self.decide(command.device_id, decide, claims=claims)

    def decide(
        self,
        device_id: str,
        decide: Callable[[Ballots], Sequence[Event]],
        *,
        claims: tuple[str, ...] = (),
        enough: Callable[[Ballots], bool] = lambda _: False,
    ) -> None:
        """Load, decide, append; a lost race is decided again. Where what is remembered is not `enough`, read everything."""
        for attempt in range(1, ATTEMPTS + 1):
            at = self._known(device_id, enough)
            if not (events := decide(at.state)):
                return
            request, _after = self._streams.request(ALL_BALLOTS, device_id, at, events, Recording(claims=claims))
            try:
                self._streams.appender.append(request)
            except ConcurrencyConflict:
                if attempt == ATTEMPTS:
                    raise
                continue
            break
        tablet = self._memory.tablet(device_id)
        with tablet.lock:
            self._memory.refresh(tablet)

    def _known(self, device_id: str, enough: Callable[[Ballots], bool]) -> Versioned[Ballots]:
        tablet = self._memory.tablet(device_id)
        with tablet.lock:
            at = self._memory.refresh(tablet)
        return at if enough(at.state) else self._memory.whole(device_id)

    def _hearing(self, device_id: str, received_at: datetime, line: Line) -> Hearing:
        device = self._streams.load(DEVICE, device_id).state
        if not device.exists or line.envelope is None:
            raise UnknownDevice(device_id=device_id)
        return Hearing(device=device, received_at=received_at, anchors={}, newest_mono={})
