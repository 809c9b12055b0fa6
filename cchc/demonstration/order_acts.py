"""What the desk orders besides the plan: each month something of every unit, to be done within some weeks."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from cchc.demonstration.acts import Act
from cchc.demonstration.calendar import WorkingDays
from cchc.demonstration.staging import Stage
from cchc.demonstration.task_acts import DESK, TASKS, TaskActs, Work

ORDERS: Sequence[tuple[str, int]] = (
    ("Rà soát, niêm yết thủ tục hành chính theo danh mục mới công bố", 15),
    ("Báo cáo việc bố trí công chức làm việc tại Bộ phận Một cửa", 10),
    ("Cập nhật hồ sơ tồn đọng lên phần mềm một cửa điện tử", 20),
    ("Tổ chức tuyên truyền dịch vụ công trực tuyến mức độ 3, 4", 25),
    ("Khắc phục tồn tại theo kết luận tự kiểm tra cải cách hành chính", 30),
)
"""What is ordered, and within how many days it is to be done."""


class Orders:
    """Works out which unit is ordered something on a day."""

    def __init__(self, days: WorkingDays, random: Random, tasks: TaskActs) -> None:
        """Draw from `random`; what becomes of an order, `tasks` works out."""
        self._days = days
        self._random = random
        self._tasks = tasks

    def of(self, day: date, stage: Stage) -> Iterator[Act]:
        """Give the orders of a day to their units, and then what becomes of them."""
        month = list(self._days.between(day.replace(day=1), day.replace(day=20)))
        if day not in month:
            return
        for unit_id in stage.units[month.index(day) :: len(month)]:
            yield from self._tasks.of(self._ordered(day, unit_id, stage))

    def _ordered(self, day: date, unit_id: str, stage: Stage) -> Work:
        title, within = self._random.choice(ORDERS)
        due_on = self._days.after(day + timedelta(days=within), 0)
        body = {"title": title, "unit_id": unit_id, "due_on": due_on.isoformat()}
        task = stage.actors[DESK].send("POST", TASKS, body)
        return Work(task_id=task["task_id"], unit_id=unit_id, assigned_on=day, due_on=due_on)
