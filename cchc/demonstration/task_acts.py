"""What units and the desk do about one task: most are done in time, some late, some extended, some returned, some never."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from cchc.demonstration.acts import Act
from cchc.demonstration.calendar import WorkingDays

TASKS = "/api/tasks/v1/tasks"
DESK = "demo-desk"
CHAIRMAN = "demo-chairman"

FATES: Mapping[str, float] = {"on_time": 0.70, "returned": 0.08, "extended": 0.08, "late": 0.09, "never": 0.05}
"""How tasks end, as shares."""


def unit_client(unit_id: str) -> str:
    """Name the program that acts for a unit."""
    return f"demo-{unit_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A task to be done: whose, given when, due when, and from when it can be worked on."""

    task_id: str
    unit_id: str
    assigned_on: date
    due_on: date


class TaskActs:
    """Works out what happens to tasks, from a seed; what would happen after `until` does not."""

    def __init__(self, days: WorkingDays, random: Random, *, until: date) -> None:
        """Draw from `random`; act on working days alone."""
        self._days = days
        self._random = random
        self._until = until

    def of(self, work: Work) -> Iterator[Act]:
        """Give the acts about one task, in order."""
        fate = self._random.choices(list(FATES), weights=list(FATES.values()))[0]
        acts = enumerate(self._life(work, fate))
        yield from (self._act(work, order, *act) for order, act in acts if act[0] <= self._until)

    def _life(self, work: Work, fate: str) -> Iterator[tuple[date, str, str, Mapping[str, Any]]]:
        unit = {"unit_id": work.unit_id}
        taken = self._days.after(work.assigned_on, self._random.randint(0, 4))
        done = self._done_on(work, fate, taken)
        yield taken, "unit", "acceptance", unit
        if fate == "never":
            return
        if fate == "extended":
            yield from self._extension(work, taken)
        yield (
            done,
            "unit",
            "progress",
            {**unit, "percent": self._random.randrange(50, 100, 5), "note": "Đang hoàn tất."},
        )
        yield done, "unit", "evidence", {**unit, **self._document(done)}
        yield done, "unit", "completion", {**unit, "note": "Đã hoàn thành theo yêu cầu."}
        if fate == "returned":
            sent_back = self._days.after(done, 1)
            again = self._days.after(sent_back, 2)
            yield sent_back, "desk", "completion-return", {"reason": "Thiếu số liệu kèm theo."}
            yield again, "unit", "completion", {**unit, "note": "Đã bổ sung số liệu."}
            done = again
        yield self._days.after(done, self._random.randint(1, 4)), "desk", "completion-acceptance", {"note": ""}

    def _done_on(self, work: Work, fate: str, taken: date) -> date:
        window = max(1, (work.due_on - taken).days)
        if fate == "late":
            return self._days.after(work.due_on + timedelta(days=1), self._random.randint(0, 9))
        if fate == "extended":
            return self._days.after(work.due_on + timedelta(days=1), self._random.randint(0, 4))
        ahead = min(window - 1, int(window * self._random.triangular(0.2, 0.98, 0.85)))
        return self._back_to_work(taken + timedelta(days=max(0, ahead - (6 if fate == "returned" else 0))), taken)

    def _back_to_work(self, day: date, first: date) -> date:
        while day > first and not self._days.is_working(day):
            day -= timedelta(days=1)
        return max(day, first)

    def _extension(self, work: Work, taken: date) -> Iterator[tuple[date, str, str, Mapping[str, Any]]]:
        asked = max(taken, self._back_to_work(work.due_on - timedelta(days=6), taken))
        new = work.due_on + timedelta(days=21)
        reason = "Cần thêm thời gian lấy ý kiến các ngành."
        yield asked, "unit", "extensions", {"unit_id": work.unit_id, "new_due_on": new.isoformat(), "reason": reason}
        decision = {"n": 1, "decision": "approve", "due_on": new.isoformat(), "reason": "Đồng ý."}
        yield self._days.after(asked, 1), "chairman", "extension-decisions", decision

    def _document(self, on: date) -> Mapping[str, Any]:
        return {
            "kind": "document",
            "title": "Báo cáo kết quả thực hiện",
            "number": f"{self._random.randint(10, 400)}/BC-UBND",
            "dated": on.isoformat(),
            "signer": "Chủ tịch UBND",
        }

    def _act(self, work: Work, order: int, *act: Any) -> Act:
        on, who, what, body = act
        actor = {"unit": unit_client(work.unit_id), "desk": DESK, "chairman": CHAIRMAN}[who]
        return Act(on=on, actor=actor, path=f"{TASKS}/{work.task_id}/{what}", body=body, order=order)
