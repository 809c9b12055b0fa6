"""From the tablets' own lines to the folder: what each ballot must say there, worked out anew."""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.chassis.clock import Clock
from services.chassis.envelope import CloudEvent
from services.chassis.event_store.port import RecordedFact
from tests.chaos.crowd import Ledger
from tests.chaos.figures import differences
from tests.chaos.reading import BLOCK_RELEASED
from tests.chaos.tables import ReadModel

HOLDS = {"survey.ballot_quarantined.v1": True, "survey.ballot_released.v1": False}


class Standing(NamedTuple):
    """What a ballot says."""

    one_stop_id: str
    day: str
    score: int
    counted: bool


def judge_ballots(
    facts: Iterable[RecordedFact], events: Iterable[CloudEvent], ledger: Ledger, folder: ReadModel, clock: Clock
) -> Iterator[str]:
    """Every ballot is in the folder as its tablet said it, and is counted once per one-stop, day and score."""
    said = standings(facts, days_of(events, clock), ledger)
    found = folder_standings(folder)
    not_held = {ballot for ballot, entry in ledger.casts.items() if ledger.refused.get(entry) != "quarantined"}
    if lost := not_held - found.keys():
        yield f"{len(lost)} ballots are not in the folder: {sorted(lost)[:3]}"
    if strange := found.keys() - ledger.casts.keys():
        yield f"{len(strange)} ballots in the folder were never cast: {sorted(strange)[:3]}"
    yield from differences("ballots in the folder", said, found)
    yield from differences("ballots per one-stop, day and score", Counter(said.values()), Counter(found.values()))


def judge_whereabouts(folder_facts: Iterable[RecordedFact], folder: ReadModel) -> Iterator[str]:
    """Every ballot of the folder was published or waits for it."""
    blocks = [json.loads(fact.data) for fact in folder_facts if fact.type == BLOCK_RELEASED]
    released = {ballot for block in blocks for ballot in block["ballots"]}
    waiting = {row["ballot"] for row in folder.rows("waiting")}
    known = {row["ballot"] for row in folder.rows("ballots")}
    if stuck := known - released - waiting:
        yield f"{len(stuck)} ballots are neither published nor waiting: {sorted(stuck)[:3]}"
    if unknown := released - known:
        yield f"{len(unknown)} released ballots are not known: {sorted(unknown)[:3]}"


def standings(facts: Iterable[RecordedFact], days: Mapping[str, str], ledger: Ledger) -> dict[str, Standing]:
    """Read the tablets' own bytes in the order in which they came; the last change of mind is what holds."""
    cast: dict[str, int] = {}
    changed: dict[str, int] = {}
    held: dict[str, bool] = {}
    one_stops: dict[str, str] = {}
    for fact in facts:
        data = json.loads(fact.data)
        if fact.type in HOLDS:
            held[data["ballot_id"]] = HOLDS[fact.type]
        line = line_of(data) if "ballot_id" in data else {}
        if line.get("kind") == "cast":
            cast[line["ballot_id"]] = line["score"]
            one_stops[line["ballot_id"]] = data["one_stop_id"]
        elif line.get("kind") == "change":
            changed[line["ballot_id"]] = line["score"]
    one_stops |= ledger.one_stops
    return {
        ballot: Standing(one_stops[ballot], days[ballot], changed.get(ballot, score), not held.get(ballot, False))
        for ballot, score in cast.items()
    }


def folder_standings(folder: ReadModel) -> dict[str, Standing]:
    cells = {row["cell"]: row["one_stop_id"] for row in folder.rows("cells")}
    return {
        row["ballot"]: Standing(
            cells[row["cell"]], row["since"], row["score"], bool(row["accepted"]) and not row["quarantined"]
        )
        for row in folder.rows("ballots")
    }


def days_of(events: Iterable[CloudEvent], clock: Clock) -> dict[str, str]:
    """Give the business day of the newest message about each ballot."""
    days = {}
    for event in events:
        if ballot := json.loads(bytes(event.data)).get("ballot_id"):
            days[ballot] = clock.business_day(datetime.fromisoformat(event.time)).isoformat()
    return days


def bytes_of(data: Mapping[str, Any]) -> bytes:
    """Give the bytes that a tablet sent, as they are kept."""
    receipt = data.get("receipt") or {}
    return base64.b64decode(receipt.get("raw") or b"")


def line_of(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(bytes_of(data) or b"{}"))
