"""Rolling released blocks up: by one-stop, field, unit, day or week, in the borders of then or of now. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from services.indicators.domain.figures import Satisfaction, Sums, response_rate, satisfaction
from services.indicators.domain.leaf import Leaf
from services.indicators.domain.units import Borders, Units


class By(StrEnum):
    """What a result is told by."""

    ONE_STOP = "one_stop"
    FIELD = "field"
    UNIT = "unit"
    DAY = "day"
    WEEK = "week"
    TOTAL = "total"


class Block(Protocol):
    """A released block, as far as it is summed."""

    @property
    def leaf(self) -> Leaf:
        """Say where."""

    @property
    def closed_on(self) -> date:
        """Say when."""

    @property
    def scores(self) -> Mapping[str, int]:
        """Give ballots per score."""

    @property
    def reasons(self) -> Mapping[str, int]:
        """Give ballots per reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked. `unit_id` takes in the unit and all below it; `None` takes in everything."""

    by: By = By.TOTAL
    unit_id: str | None = None
    field: str | None = None
    family: str = "counter"
    counted_only: bool = True
    borders: Borders = Borders.THEN
    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One line of an answer. `served` is `None` where it is not known, and the response rate with it."""

    key: str
    satisfaction: Satisfaction
    reasons: Mapping[str, int]
    blocks: int
    served: int | None
    response_rate: float | None


def roll_up(
    blocks: Iterable[Block],
    served: Mapping[tuple[str, str, date], int],
    units: Units,
    question: Question,
    satisfied_scores: Iterable[int],
) -> list[Result]:
    """Sum whole blocks and served counts by what is asked, in order of the keys."""
    where = _Where(units, question)
    sums: dict[str, Sums] = defaultdict(Sums)
    for block in blocks:
        leaf = block.leaf
        if leaf.family != question.family or (question.counted_only and not leaf.counted):
            continue
        for key in where.keys(leaf.one_stop_id, leaf.field, block.closed_on):
            sums[key] = sums[key].plus(_sums(block))
    people: Counter[str] = Counter()
    for (one_stop_id, field, day), count in served.items():
        people.update(dict.fromkeys(where.keys(one_stop_id, field, day), count))
    wanted = tuple(satisfied_scores)
    return [_result(key, sums[key], people.get(key), wanted) for key in sorted({*sums, *people})]


class _Where:
    """Which lines of the answer something counts for: none, one, or, by unit, one for each unit above it."""

    def __init__(self, units: Units, question: Question) -> None:
        self._units = units
        self._question = question
        self._line: dict[tuple[str, date], tuple[str, ...]] = {}

    def keys(self, one_stop_id: str, field: str, day: date) -> tuple[str, ...]:
        asked = self._question
        if asked.field is not None and field != asked.field:
            return ()
        line = self._units_of(one_stop_id, day)
        if asked.unit_id is not None and asked.unit_id not in line:
            return ()
        if asked.by is By.UNIT:
            return line if asked.unit_id is None else line[: line.index(asked.unit_id) + 1]
        return (_KEYS[asked.by](line[0], field, day),)

    def _units_of(self, one_stop_id: str, day: date) -> tuple[str, ...]:
        at = (one_stop_id, day)
        if at not in self._line:
            asked = self._question
            self._line[at] = self._units.place(one_stop_id, day, borders=asked.borders, today=asked.today)
        return self._line[at]


_KEYS: Mapping[By, Callable[[str, str, date], str]] = {
    By.ONE_STOP: lambda one_stop_id, _field, _day: one_stop_id,
    By.FIELD: lambda _one_stop_id, field, _day: field,
    By.DAY: lambda _one_stop_id, _field, day: day.isoformat(),
    By.WEEK: lambda _one_stop_id, _field, day: (day - timedelta(days=day.weekday())).isoformat(),
    By.TOTAL: lambda _one_stop_id, _field, _day: By.TOTAL.value,
}


def _sums(block: Block) -> Sums:
    scores = Counter({int(score): count for score, count in block.scores.items()})
    return Sums(scores=scores, reasons=Counter(block.reasons), blocks=1)


def _result(key: str, sums: Sums, served: int | None, satisfied_scores: tuple[int, ...]) -> Result:
    return Result(
        key=key,
        satisfaction=satisfaction(sums, satisfied_scores),
        reasons={reason: count for reason, count in sorted(sums.reasons.items()) if count},
        blocks=sums.blocks,
        served=served,
        response_rate=response_rate(sums.n, served),
    )
