"""TASKS_ON_TIME: of the tasks due in a period, by their first date, how many were completed by it."""

from collections.abc import Iterator

from services.indicators.domain.running.shares import Family, Figure, Share
from services.indicators.domain.running.task import Task


def _shares(task: Task) -> Iterator[Share]:
    if task.counts and task.first_due_on is not None:
        on_time = task.timeliness == "on_time"
        yield Share("TASKS_ON_TIME", task.unit_id, task.first_due_on, numerator=int(on_time), denominator=1)


TASKS_ON_TIME = Family(source=Task, figures=(Figure(code="TASKS_ON_TIME"),), shares=_shares)
