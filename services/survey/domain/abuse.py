"""Rule sets that hold ballots back for somebody to look at. Data, versioned; nothing is ever deleted by them.

Points are added up, and a ballot at or over the threshold is quarantined with its reasons. No single sign is enough:
quick taps happen in a queue, and everybody may be pleased on a good day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FAST_TAPS = "fast_taps"
RUN_OF_ONE_ANSWER = "run_of_one_answer"
OUTSIDE_HOURS = "outside_hours"
MORE_THAN_SERVED = "more_ballots_than_served"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """One version of the rules. Points are per sign; `most_…` caps what repetition adds."""

    version: str
    threshold: int
    fast_tap_seconds: float
    points_per_fast_tap: int
    most_fast_points: int
    run_allowed: int
    points_per_run_step: int
    most_run_points: int
    outside_hours_points: int
    more_than_served_points: int


RULE_SETS: Mapping[str, RuleSet] = {
    "abuse-v1": RuleSet(
        version="abuse-v1",
        threshold=100,
        fast_tap_seconds=3.0,
        points_per_fast_tap=10,
        most_fast_points=60,
        run_allowed=9,
        points_per_run_step=5,
        most_run_points=40,
        outside_hours_points=50,
        more_than_served_points=50,
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How a tablet was tapped of late: when last, how many quick taps in a row, how many equal answers in a row."""

    last_at: datetime | None = None
    fast_taps: int = 0
    last_score: int = 0
    run: int = 0

    def after(self, at: datetime, score: int, *, uncertainty_seconds: float, fast_tap_seconds: float) -> "Pace":
        """Count one more answer. One that was given before the last known one says nothing about pace.

        A tap is called quick only where its time is known better than that.
        """
        if self.last_at is not None and at < self.last_at:
            return self
        is_sure = self.last_at is not None and uncertainty_seconds < fast_tap_seconds
        quick = is_sure and self.last_at is not None and (at - self.last_at).total_seconds() < fast_tap_seconds
        return Pace(
            last_at=at,
            fast_taps=self.fast_taps + 1 if quick else 0,
            last_score=score,
            run=self.run + 1 if score == self.last_score else 1,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What a rule set judges: the pace with this ballot counted in, and what is known of the counter's day."""

    pace: Pace
    outside_hours: bool
    ballots_today: int
    served_today: int | None


def points(rules: RuleSet, signs: Signs) -> dict[str, int]:
    """Give the points of each sign found, by its stable code."""
    run_steps = max(0, signs.pace.run - rules.run_allowed)
    too_many = signs.served_today is not None and signs.ballots_today > signs.served_today
    found = {
        FAST_TAPS: min(signs.pace.fast_taps * rules.points_per_fast_tap, rules.most_fast_points),
        RUN_OF_ONE_ANSWER: min(run_steps * rules.points_per_run_step, rules.most_run_points),
        OUTSIDE_HOURS: rules.outside_hours_points if signs.outside_hours else 0,
        MORE_THAN_SERVED: rules.more_than_served_points if too_many else 0,
    }
    return {code: value for code, value in found.items() if value}
