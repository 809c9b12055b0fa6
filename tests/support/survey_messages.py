"""Survey's public messages as the folder meets them, written by a stand-in for survey's store."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.chassis.envelope import encode, numbered, partition_of
from services.chassis.event_store.port import OutboxRow

INCARNATION = UUID(int=7)
QUESTIONNAIRE = "sha256:" + "ab" * 32


class SurveyMessages:
    """Numbers messages densely per (topic, partition), as survey's store does."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> None:
        self.at = at
        self._numbers: dict[tuple[str, int], int] = defaultdict(int)
        self._written = 0

    def cast(self, ballot: str, score: int, **about: object) -> OutboxRow:
        data = {
            "ballot_id": ballot,
            "one_stop_id": "xa-binh-duong",
            "counter_id": "quay-1",
            "field": "unknown",
            "family": "counter",
            "questionnaire": QUESTIONNAIRE,
            "score": score,
            "reasons": [],
            "day": "2026-03-02",
            "counted": True,
            "not_counted_because": None,
        } | about
        return self.ballot("ballot_cast", data)

    def changed(self, ballot: str, score: int) -> OutboxRow:
        return self.ballot("ballot_changed", {"ballot_id": ballot, "score": score, "day": "2026-03-02"})

    def ballot(self, fact: str, data: dict[str, object], device: str = "17") -> OutboxRow:
        return self.row("survey.ballot.events.v1", fact, f"ballots-{device}", data)

    def served(self, served: int, **about: object) -> OutboxRow:
        data = {
            "one_stop_id": "xa-binh-duong",
            "counter_id": "quay-1",
            "day": "2026-03-02",
            "field": "dat-dai",
            "served": served,
            "session_id": "s1",
        } | about
        return self.row("survey.counter.events.v1", "served_counted", f"counter-{data['counter_id']}", data)

    def row(self, topic: str, fact: str, key: str, data: dict[str, object], service: str = "survey") -> OutboxRow:
        self._written += 1
        partition = partition_of(key)
        self._numbers[topic, partition] += 1
        number = self._numbers[topic, partition]
        value = encode(
            incarnation=INCARNATION,
            event_id=UUID(int=self._written),
            source=f"/cchc/test/{service}",
            type=f"cchc.{service}.{fact}.v1",
            subject=key,
            time=self.at + timedelta(milliseconds=self._written),
            data=data,
            key=key,
        )
        return OutboxRow(
            position=self._written,
            topic=topic,
            partition=partition,
            number=number,
            key=key,
            value=numbered(value, number),
            incarnation=INCARNATION,
        )
