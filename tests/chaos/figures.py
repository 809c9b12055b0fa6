"""Released figures worked out anew: from the folder's own blocks, and from what was published. None of the product's
sums are used, only what was recorded."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.envelope import CloudEvent

Leaf = tuple[str, str, str, str, bool, str]
LEAF = ("one_stop_id", "field", "family", "questionnaire", "counted", "level")
Sums = Counter[tuple[Any, ...]]
"""How many, by (leaf, what) or (day, leaf, what); `what` is a score, a reason or `blocks`. Zeros are left out."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one block adds to one leaf."""

    leaf: Leaf
    kind: str
    size: int
    closed_on: str
    scores: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]

    @property
    def amounts(self) -> Iterator[tuple[str, int]]:
        yield "blocks", 1
        for score, count in self.scores:
            yield f"score {score}", count
        for reason, count in self.reasons:
            yield f"reason {reason}", count


def lines_of(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Line]]:
    """Give the lines of the folder's recorded blocks, by the id under which they are published."""
    for block in blocks:
        moves = block["kind"] == "moves"
        yield block["block_id"], _line(block, block["leaf"], -1 if moves else 1)
        if moves:
            yield block["counterpart_id"], _line(block, block["to_leaf"], 1)


def published_lines(events: Iterable[CloudEvent]) -> list[tuple[str, Line]]:
    """Give the lines of published figure messages, in order."""
    return [_published(json.loads(bytes(event.data))) for event in events if _is(event, "block_released")]


def published_served(events: Iterable[CloudEvent]) -> Sums:
    """Give the served counts: a later message replaces an earlier one."""
    said = [json.loads(bytes(event.data)) for event in events if _is(event, "served_released")]
    return Counter({(it["day"], it["one_stop_id"], it["field"]): it["served"] for it in said})


def newest_states(events: Iterable[CloudEvent]) -> dict[Leaf, dict[str, int]]:
    """Give the newest running sums of each leaf."""
    found = {}
    for event in events:
        if _is(event, "figure_summed"):
            data = json.loads(bytes(event.data))
            found[_leaf([data[name] for name in LEAF])] = {
                "blocks": data["blocks"],
                **{f"score {score}": count for score, count in data["scores"].items() if count},
                **{f"reason {reason}": count for reason, count in data["reasons"].items() if count},
            }
    return found


def sums_of(lines: Iterable[Line], *, by_day: bool = False) -> Sums:
    """Add lines up per leaf, or per day and leaf."""
    sums: Sums = Counter()
    for line in lines:
        for what, count in line.amounts:
            sums[(line.closed_on, line.leaf, what) if by_day else (line.leaf, what)] += count
    return without_zeros(sums)


def sums_after(lines: Iterable[Line]) -> dict[tuple[Leaf, int], dict[str, int]]:
    """Give what each leaf summed up to after each number of its blocks."""
    running: defaultdict[Leaf, Counter[str]] = defaultdict(Counter)
    found = {}
    for line in lines:
        for what, count in line.amounts:
            running[line.leaf][what] += count
        sums = running[line.leaf]
        found[line.leaf, sums["blocks"]] = {what: count for what, count in sums.items() if count}
    return found


def sums_of_ballots(blocks: Iterable[Mapping[str, Any]]) -> Sums:
    """Follow every published ballot from block to block, and count where it stands and what it says there."""
    standing: dict[str, tuple[Leaf, int, tuple[str, ...]]] = {}
    for block in blocks:
        leaf = _leaf(block.get("to_leaf") or block["leaf"])
        for ballot, score, reasons in zip(block["ballots"], block["scores"], block["reasons"], strict=True):
            standing[ballot] = (leaf, score, tuple(reasons))
    sums: Sums = Counter()
    for leaf, score, reasons in standing.values():
        sums.update([(leaf, f"score {score}"), *((leaf, f"reason {reason}") for reason in reasons)])
    return sums


def without_zeros(sums: Sums) -> Sums:
    return Counter({key: count for key, count in sums.items() if count})


def without_blocks(sums: Sums) -> Sums:
    return Counter({key: count for key, count in sums.items() if key[-1] != "blocks"})


def differences(what: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> Iterator[str]:
    """Name what is missing, what is too much and what is another."""
    if missing := sorted(expected.keys() - found.keys(), key=str):
        yield f"{what}: {len(missing)} are missing: {missing[:3]}"
    if strange := sorted(found.keys() - expected.keys(), key=str):
        yield f"{what}: {len(strange)} should not be there: {strange[:3]}"
    both = sorted(expected.keys() & found.keys(), key=str)
    if other := [(key, expected[key], found[key]) for key in both if expected[key] != found[key]]:
        yield f"{what}: {len(other)} are not what they should be: " + "; ".join(
            f"{key} is {is_now}, should be {should}" for key, should, is_now in other[:3]
        )


def _is(event: CloudEvent, fact: str) -> bool:
    return event.type == f"cchc.indicators.{fact}.v1"


def _published(data: Mapping[str, Any]) -> tuple[str, Line]:
    line = Line(
        leaf=_leaf([data[name] for name in LEAF]),
        kind=data["kind"],
        size=data["size"],
        closed_on=data["closed_on"],
        scores=tallied(data["scores"]),
        reasons=tallied(data["reasons"]),
    )
    return data["block_id"], line


def _line(block: Mapping[str, Any], leaf: list[Any], sign: int) -> Line:
    return Line(
        leaf=_leaf(leaf),
        kind="ballots" if block["kind"] == "ballots" else "corrections",
        size=len(block["ballots"]),
        closed_on=block["closed_on"],
        scores=tallied(block["score_tally"], sign),
        reasons=tallied(block.get("reason_tally", {}), sign),
    )


def tallied(tally: Mapping[str, int], sign: int = 1) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, sign * count) for name, count in tally.items() if count))


def _leaf(parts: Iterable[Any]) -> Leaf:
    one_stop, field, family, questionnaire, counted, level = parts
    return one_stop, field, family, questionnaire, bool(counted), level
