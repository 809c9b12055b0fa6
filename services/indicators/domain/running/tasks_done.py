"""TASKS_DONE: tasks completed in a period over tasks given in it."""

from collections.abc import Iterator

from services.indicators.domain.running.shares import Family, Figure, Share
from services.indicators.domain.running.task import Task


def _shares(task: Task) -> Iterator[Share]:
    if not task.counts:
        return
    yield Share("TASKS_DONE", task.unit_id, task.assigned_on, denominator=1)
    if task.completed_on is not None:
        yield Share("TASKS_DONE", task.unit_id, task.completed_on, numerator=1)


TASKS_DONE = Family(source=Task, figures=(Figure(code="TASKS_DONE"),), shares=_shares)
