"""The release rules as data (`release.json` of the tenant pack)."""

from dataclasses import dataclass

from services.chassis.domain import RuleBroken
from services.indicators.domain.leaf import Level

LEAST_K = 3
"""With two together each of them would know what the other said."""

LEAST_DISSENTERS = 2
LEAST_WAIT_FACTOR = 2
SCORES = frozenset({1, 2, 3, 4, 5})


class UnsafeRules(RuleBroken):
    """Raised when a tenant's release rules would single people out; `rule` in `params` names the first that would."""

    code = "release_rules_unsafe"
    title = "Quy tắc công bố không đủ an toàn"


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


def refuse_unsafe(rules: ReleaseRules) -> None:
    """Refuse rules that a tenant may not set. Probes that hold no real ballots make `ReleaseRules` without asking.

    Raises:
        UnsafeRules: A rule is out of bounds.
    """
    bounds = {
        "k": (rules.k >= LEAST_K, f"must be at least {LEAST_K}"),
        "agreement_scores": (rules.agreement_scores <= SCORES, "must be scores from 1 to 5"),
        "agreement_wait_factor": (
            rules.agreement_wait_factor >= LEAST_WAIT_FACTOR,
            f"must be at least {LEAST_WAIT_FACTOR}",
        ),
        "agreement_dissenters": (
            rules.agreement_dissenters >= LEAST_DISSENTERS,
            f"must be at least {LEAST_DISSENTERS}: with one, a block's size tells who came last",
        ),
        "move_up_after_working_days": (rules.move_up_after_working_days >= 1, "must be at least 1"),
        "levels": (_is_ladder(rules.levels), "must begin with cell and go from finer to coarser"),
    }
    for rule, (holds, wanted) in bounds.items():
        if not holds:
            raise UnsafeRules(f"{wanted}, not {_written(getattr(rules, rule))}", rule=rule)


def _is_ladder(levels: tuple[Level, ...]) -> bool:
    order = [list(Level).index(level) for level in levels]
    return levels[:1] == (Level.CELL,) and order == sorted(set(order))


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)
