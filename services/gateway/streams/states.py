"""What a channel's messages come to: the present state of everything they tell of, row by row. Pure.

Whoever takes the rows and goes on with the messages behind them knows as much as whoever read every message.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.chassis.envelope import CloudEvent

Row = dict[str, Any]
State = dict[tuple[str, ...], Row]

_REPLACING: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cchc.indicators.figure_moved.v1": ("figure", ("indicator", "unit_id", "month")),
    "cchc.indicators.served_released.v1": ("served", ("one_stop_id", "field", "day")),
}
"""Messages that say everything about a thing: the newest one is its state."""

_LEAF = ("one_stop_id", "field", "family", "questionnaire", "counted", "level")
_BLOCK = "cchc.indicators.block_released.v1"

_STATES: Mapping[str, str] = {
    "cchc.tasks.task_assigned.v1": "assigned",
    "cchc.tasks.task_accepted.v1": "accepted",
    "cchc.tasks.task_refused.v1": "refused",
    "cchc.tasks.task_split.v1": "split",
    "cchc.tasks.completion_reported.v1": "reported",
    "cchc.tasks.completion_accepted.v1": "completed",
    "cchc.tasks.completion_returned.v1": "returned",
    "cchc.tasks.task_cancelled.v1": "cancelled",
    "cchc.tasks.report_duty_opened.v1": "opened",
    "cchc.tasks.report_submitted.v1": "submitted",
    "cchc.tasks.report_returned.v1": "returned",
    "cchc.tasks.report_approved.v1": "approved",
    "cchc.tasks.report_marked_missing.v1": "missing",
}
"""The state that a message brings its subject into; the others leave it where it is, or name one themselves."""

_OWN_KINDS: Mapping[str, str] = {
    "cchc.tasks.evidence_attached.v1": "evidence_kind",
    "cchc.tasks.report_duty_opened.v1": "duty_kind",
}
"""As what the `kind` that a message names is kept: the row's own says of what the row is."""

_PASSING = frozenset({"cchc.tasks.reminder_due.v1"})
"""What is said to people and changes nothing."""


def fold(state: State, event: CloudEvent) -> None:
    """Take one message into the state."""
    data: Row = msgspec.json.decode(event.data)
    if event.type == _BLOCK:
        _add_block(state, data)
    elif event.type in _REPLACING:
        kind, names = _REPLACING[event.type]
        state[kind, *(str(data.get(name)) for name in names)] = {**data, "kind": kind}
    elif event.type not in _PASSING:
        _merge(state, event, data)


def _add_block(state: State, data: Row) -> None:
    leaf = {name: data.get(name) for name in _LEAF}
    row = state.setdefault(("results", *map(str, leaf.values())), {"kind": "results", **leaf, "n": 0, "blocks": 0})
    scores = data.get("scores") or {}
    row["n"] += sum(scores.values())
    row["blocks"] += 1
    for score, count in scores.items():
        row[f"score_{score}"] = row.get(f"score_{score}", 0) + count
    for reason, count in (data.get("reasons") or {}).items():
        row[f"reason_{reason}"] = row.get(f"reason_{reason}", 0) + count
    row["closed_on"] = max(str(data.get("closed_on")), row.get("closed_on", ""))


def _merge(state: State, event: CloudEvent, data: Row) -> None:
    """Keep, of each subject, every field as it was said last."""
    row = state.setdefault(("subject", event.subject), {"kind": event.subject.partition("-")[0]})
    if "kind" in data:
        data[_OWN_KINDS.get(event.type, "told_kind")] = data.pop("kind")
    row |= {"subject": event.subject, **data}
    row["last"] = event.type
    if (reached := _STATES.get(event.type)) is not None:
        row["state"] = reached
