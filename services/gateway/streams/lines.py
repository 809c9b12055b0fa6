"""How many lines may stand open at once, in all and for each subscriber, so that none of them costs the others."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.gateway.streams.errors import TooManyReaders


@dataclass(slots=True)
class Lines:
    """The open lines of one process; they belong to the event loop."""

    most: int = 1000
    most_each: int = 20
    open: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def held(self, subject: str) -> Iterator[None]:
        """Hold one line for a subscriber.

        Raises:
            TooManyReaders: There is none left.
        """
        self.take(subject)
        try:
            yield
        finally:
            self.give_back(subject)

    def take(self, subject: str) -> None:
        """Take a line, to be given back.

        Raises:
            TooManyReaders: There is none left.
        """
        if self.open[subject] >= self.most_each or self.open.total() >= self.most:
            raise TooManyReaders("Too many lines are open; close one, or come back.", retry_after_seconds=5)
        self.open[subject] += 1

    def give_back(self, subject: str) -> None:
        """Give a line back."""
        self.open[subject] -= 1
        if not self.open[subject]:
            del self.open[subject]
