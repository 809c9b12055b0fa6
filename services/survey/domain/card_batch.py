"""Single-use cards: printed in batches, handed out in any order, spent once, void when lost."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.domain import Event
from services.survey.domain.commands import PrintCards, VoidCard
from services.survey.domain.errors import AlreadyExists, InvalidPeriod, NothingToPrint, UnknownCard, UnknownCardBatch
from services.survey.domain.events import CardsPrinted, CardVoided

BATCH_ID_LENGTH = 4
"""A card's code starts with the id of its batch, so that the batch is found without a search."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CardBatch:
    """A batch of cards, each known by the hash of its code."""

    printed: CardsPrinted | None = None
    hashes: frozenset[str] = frozenset()
    voided: frozenset[str] = frozenset()

    def is_open_at(self, at: datetime) -> bool:
        """Say whether cards of this batch may be spent at an instant."""
        return self.printed is not None and self.printed.valid_from <= at < self.printed.valid_to


INITIAL = CardBatch()


def evolve(state: CardBatch, event: Event) -> CardBatch:
    """Fold one fact into the state."""
    match event:
        case CardsPrinted():
            return replace(state, printed=event, hashes=frozenset(event.card_hashes))
        case CardVoided():
            return replace(state, voided=state.voided | {event.card_hash})
        case _:
            return state


def print_cards(state: CardBatch, command: PrintCards) -> tuple[Event, ...]:
    """Make a batch."""
    if state.printed is not None:
        raise AlreadyExists(batch_id=command.batch_id)
    if not command.card_hashes or len(set(command.card_hashes)) < len(command.card_hashes):
        raise NothingToPrint(batch_id=command.batch_id)
    if command.valid_to <= command.valid_from:
        raise InvalidPeriod(valid_from=command.valid_from.isoformat(), valid_to=command.valid_to.isoformat())
    return (
        CardsPrinted(
            batch_id=command.batch_id,
            counter_id=command.counter_id,
            card_hashes=command.card_hashes,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
        ),
    )


def void(state: CardBatch, command: VoidCard) -> tuple[Event, ...]:
    """Let a card count for nothing; ballots cast with it before stay as they are."""
    if state.printed is None:
        raise UnknownCardBatch(batch_id=command.batch_id)
    if command.card_hash not in state.hashes:
        raise UnknownCard(batch_id=command.batch_id)
    if command.card_hash in state.voided:
        return ()
    return (CardVoided(card_hash=command.card_hash, because=command.because),)
