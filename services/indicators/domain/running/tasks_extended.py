"""TASKS_EXTENDED: of the tasks due in a period, by their first date, how many were given more time."""

from collections.abc import Iterator

from services.indicators.domain.running.shares import Family, Figure, Share
from services.indicators.domain.running.task import Task


def _shares(task: Task) -> Iterator[Share]:
    if task.counts and task.first_due_on is not None:
        yield Share("TASKS_EXTENDED", task.unit_id, task.first_due_on, numerator=int(task.extended), denominator=1)


TASKS_EXTENDED = Family(source=Task, figures=(Figure(code="TASKS_EXTENDED"),), shares=_shares)
