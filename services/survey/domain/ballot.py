"""Where it is decided that a ballot does not count. Nothing else decides it.

Two questions, both answered here: `why_not_counted` asks the counter's policy and the card, once and for all;
`held_by` asks the rule set whether somebody has to look first, until staff release the ballot. Reasons are stable
codes, shown beside the figures and never reused.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.survey.domain import abuse


class NotCounted(StrEnum):
    """Why a ballot is kept but not counted."""

    NO_CARD = "no_card"
    CARD_UNKNOWN = "card_unknown"
    CARD_VOID = "card_void"
    CARD_OUTSIDE_WINDOW = "card_outside_window"
    CARD_SPENT = "card_spent"


class Card(StrEnum):
    """How the card that came with a ballot stands."""

    NONE = "none"
    UNKNOWN = "unknown"
    VOID = "void"
    OUTSIDE_WINDOW = "outside_window"
    SPENT = "spent"
    VALID = "valid"


class Held(StrEnum):
    """Why an envelope lies in quarantine without being a ballot."""

    MALFORMED = "malformed"
    OTHER_DEVICE = "other_device"
    SEQUENCE_REUSED = "sequence_reused"
    CONFLICTING_BODY = "conflicting_body"
    BALLOT_ID_REUSED = "ballot_id_reused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the counter's policy looks at."""

    cards_required: bool
    card: Card


_BY_CARD = {
    Card.NONE: NotCounted.NO_CARD,
    Card.UNKNOWN: NotCounted.CARD_UNKNOWN,
    Card.VOID: NotCounted.CARD_VOID,
    Card.OUTSIDE_WINDOW: NotCounted.CARD_OUTSIDE_WINDOW,
    Card.SPENT: NotCounted.CARD_SPENT,
}


def why_not_counted(standing: Standing) -> NotCounted | None:
    """Decide whether a ballot counts by its counter's policy: `None` when it does, else why not.

    Where a counter asks for cards, one valid card buys one counted ballot; where it does not, every ballot counts.
    """
    if standing.cards_required and standing.card is not Card.VALID:
        return _BY_CARD[standing.card]
    return None


def held_by(rules: abuse.RuleSet, signs: abuse.Signs) -> tuple[int, tuple[str, ...]] | None:
    """Decide whether a rule set holds a ballot back: its points and reasons, the heaviest first, else `None`.

    A ballot that is held does not count until staff release it.
    """
    found = abuse.points(rules, signs)
    total = sum(found.values())
    if total < rules.threshold:
        return None
    return total, tuple(sorted(found, key=lambda code: (-found[code], code)))
