"""The release rules as data (`release.json` of the tenant pack)."""

from dataclasses import dataclass

from services.indicators.domain.leaf import Level


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseRules:
    """How many must wait together, how long for another score, how long at a level, and which levels there are."""

    k: int = 5
    agreement_scores: frozenset[int] = frozenset({1, 2, 3})
    agreement_wait_factor: int = 2
    agreement_dissenters: int = 2
    """How many others end the wait of a block that agreed at k: with one, its size would tell who came last."""
    move_up_after_working_days: int = 5
    levels: tuple[Level, ...] = (Level.CELL, Level.OTHER_FIELDS, Level.UNIT)

    @property
    def longest_agreement(self) -> int:
        """Give the number at which a block is released though all its ballots agree."""
        return self.k * self.agreement_wait_factor

    def above(self, level: str) -> Level | None:
        """Give the next coarser level, `None` at the last."""
        at = self.levels.index(Level(level))
        return self.levels[at + 1] if at + 1 < len(self.levels) else None
