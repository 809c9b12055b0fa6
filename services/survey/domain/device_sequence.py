"""Which envelopes of a tablet have come, and whether each names the one before it. Pure."""

from bisect import bisect_right
from dataclasses import dataclass

from services.survey.domain.envelope import FIRST_PREV

MOST_MISSING = 100
"""So many missing ranges are answered at most; the rest is answered when these have come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Envelopes without a hole between them. The hashes at its edges join it to what is still missing."""

    first: int
    last: int
    first_prev: str | None
    last_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceSequence:
    """The spans that have come, in order, and whether a link of the hash chain was found wrong."""

    spans: tuple[Span, ...] = ()
    chain_broken: bool = False

    @property
    def last(self) -> int:
        """The highest number that has come, 0 for none."""
        return self.spans[-1].last if self.spans else 0

    @property
    def contiguous(self) -> int:
        """The highest number up to which nothing is missing."""
        return self.spans[0].last if self.spans and self.spans[0].first == 1 else 0

    @property
    def received(self) -> int:
        """How many have come."""
        return sum(span.last - span.first + 1 for span in self.spans)

    def has(self, seq: int) -> bool:
        """Say whether an envelope has come."""
        if seq > self.last:
            return False
        at = bisect_right(self.spans, seq, key=_first) - 1
        return at >= 0 and seq <= self.spans[at].last

    def missing(self, limit: int = MOST_MISSING, *, written: int = 0) -> tuple[tuple[int, int], ...]:
        """Give the ranges that have not come, lowest first: up to the highest number that has, or that was `written`.

        A tablet that has written more than came tells of it; after a restore that is how the rest is asked for again.
        """
        ranges, expected = [], 1
        for span in self.spans:
            if span.first > expected:
                ranges.append((expected, span.first - 1))
                if len(ranges) == limit:
                    break
            expected = span.last + 1
        if written >= expected > self.last and len(ranges) < limit:
            ranges.append((expected, written))
        return tuple(ranges)

    def add(self, seq: int, *, prev: str | None, sha256: str) -> "DeviceSequence":
        """Count an envelope as come. One that has come before changes nothing."""
        if self.spans and seq == self.last + 1:
            return self._followed_by(seq, prev, sha256)
        if self.has(seq):
            return self
        at = bisect_right(self.spans, seq, key=_first)
        before = self.spans[at - 1] if at > 0 and self.spans[at - 1].last == seq - 1 else None
        after = self.spans[at] if at < len(self.spans) and self.spans[at].first == seq + 1 else None
        joined = Span(
            first=before.first if before else seq,
            last=after.last if after else seq,
            first_prev=before.first_prev if before else prev,
            last_sha256=after.last_sha256 if after else sha256,
        )
        kept_before = self.spans[: at - 1] if before else self.spans[:at]
        kept_after = self.spans[at + 1 :] if after else self.spans[at:]
        broken = _breaks(seq, prev, before.last_sha256 if before else None)
        broken = broken or (after is not None and _breaks(seq + 1, after.first_prev, sha256))
        return DeviceSequence(spans=(*kept_before, joined, *kept_after), chain_broken=self.chain_broken or broken)

    def _followed_by(self, seq: int, prev: str | None, sha256: str) -> "DeviceSequence":
        """Count the envelope behind the last one: what a tablet nearly always sends."""
        last = self.spans[-1]
        joined = Span(first=last.first, last=seq, first_prev=last.first_prev, last_sha256=sha256)
        broken = self.chain_broken or _breaks(seq, prev, last.last_sha256)
        return DeviceSequence(spans=(*self.spans[:-1], joined), chain_broken=broken)


def _first(span: Span) -> int:
    return span.first


def _breaks(seq: int, prev: str | None, sha256_before: str | None) -> bool:
    """Say whether an envelope names another one before it than the one that came. Unread names break nothing."""
    expected = FIRST_PREV if seq == 1 else sha256_before
    return prev is not None and expected is not None and prev != expected
