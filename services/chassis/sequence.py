"""Which records of a lane are applied: exactly the one after the last. Pure."""

from enum import StrEnum


class Offer(StrEnum):
    """What a reader does with a record."""

    APPLY = "apply"
    """It is the next one."""
    TWIN = "twin"
    """It was applied before: drop it."""
    GAP = "gap"
    """Something before it is missing: leave the lane where it is and read again from after the last one."""


class Lane:
    """The numbers of one (topic, partition) as one reader sees them.

    A log may hold `4 5 6 1 2 3 4 5 6`: a producer lost the first batch, sent the second and was then restarted. Whoever
    applies anything greater than the last one has lost 1, 2 and 3 for good; whoever waits for `last + 1` has all six.
    """

    __slots__ = ("last",)

    def __init__(self, last: int = 0) -> None:
        """Go on after `last`, 0 for a lane of which nothing was applied yet."""
        self.last = last

    def offer(self, number: int) -> Offer:
        """Judge a record and, when it is to be applied, count it as applied."""
        if number > self.last + 1:
            return Offer.GAP
        if number <= self.last:
            return Offer.TWIN
        self.last = number
        return Offer.APPLY
