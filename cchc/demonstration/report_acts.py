"""What units report each quarter: most in time, some late, one now and then not at all."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from cchc.demonstration.acts import Act
from cchc.demonstration.calendar import WorkingDays
from cchc.demonstration.staging import Stage
from cchc.demonstration.task_acts import DESK, unit_client

DUTIES = "/api/tasks/v1/report-duties"
REPORTS = "/api/tasks/v1/reports"

FIELDS = {
    "direction": "Đã ban hành kế hoạch và phân công cụ thể.",
    "institutions": "Văn bản được rà soát theo quy định.",
    "procedures": "Thủ tục hành chính niêm yết công khai, đầy đủ.",
    "organisation": "Không thay đổi.",
    "staff": "Đội ngũ đạt chuẩn theo quy định.",
    "finance": "Thực hiện cơ chế tự chủ theo quy định.",
    "modernisation": "Văn bản trao đổi trên môi trường điện tử.",
}
"""The seven fields of a unit's report."""

_LATE, _NEVER = 0.09, 0.02


class Reports:
    """Works out when each unit reports on what is due."""

    def __init__(self, days: WorkingDays, random: Random, *, until: date) -> None:
        """Draw from `random`."""
        self._days = days
        self._random = random
        self._until = until
        self._planned: dict[date, list[Act]] = {}
        self._seen: set[str] = set()

    def due(self, day: date, stage: Stage) -> Iterator[Act]:
        """Give the reports that are sent on a day; duties that were opened since are planned first."""
        for unit_id, period, duties in self._opened(stage):
            self._plan(day, unit_id, period, duties)
        yield from self._planned.pop(day, [])

    def _opened(self, stage: Stage) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        page = stage.actors[DESK].send("GET", f"{DUTIES}?state=open&limit=200")
        for duty in page["items"]:
            if duty["duty_id"] not in self._seen and unit_client(duty["unit_id"]) in stage.actors:
                self._seen.add(duty["duty_id"])
                found.setdefault((duty["unit_id"], duty["period"]), []).append(duty)
        return ((unit_id, period, duties) for (unit_id, period), duties in found.items())

    def _plan(self, day: date, unit_id: str, period: str, duties: list[dict[str, Any]]) -> None:
        due_on = min(date.fromisoformat(duty["due_on"]) for duty in duties)
        chance = self._random.random()
        if chance < _NEVER:
            return
        ahead = self._random.randint(1, 6) if chance < _NEVER + _LATE else -self._random.randint(0, 3)
        on = max(day, self._moved(due_on, ahead))
        number = f"{self._random.randint(10, 300)}/BC-UBND"
        body = {
            "unit_id": unit_id,
            "period": period,
            "discharges": [duty["duty_id"] for duty in duties],
            "fields": FIELDS,
            "document": {"number": number, "dated": on.isoformat(), "signer": "Chủ tịch UBND"},
        }
        if on <= self._until:
            self._planned.setdefault(on, []).append(Act(on=on, actor=unit_client(unit_id), path=REPORTS, body=body))

    def _moved(self, day: date, ahead: int) -> date:
        if ahead > 0:
            return self._days.after(day, ahead)
        before = list(self._days.between(day.replace(day=1), day))
        return before[max(0, len(before) - 1 + ahead)] if before else self._days.after(day, 0)
