"""TASKS_OVERDUE: tasks past their date in force and not completed; the denominator counts the open ones with a date.

A task is open until its completion is accepted, and then was until the day of the report that was accepted; one that
was cancelled or refused, until that day.
"""

from collections.abc import Iterator

from services.indicators.domain.running.shares import Family, Figure, Share, Shows
from services.indicators.domain.running.task import Task

_CODE = "TASKS_OVERDUE"


def _shares(task: Task) -> Iterator[Share]:
    if task.late_from is None:
        return
    unit_id, given, late, done = task.unit_id, task.assigned_on, task.late_from, task.ended_on
    yield Share(_CODE, unit_id, given, denominator=1)
    if done is None or done >= late:
        yield Share(_CODE, unit_id, given, numerator=1, since=late)
    if done is not None:
        yield Share(_CODE, unit_id, given, numerator=-int(done >= late), denominator=-1, since=done)


TASKS_OVERDUE = Family(source=Task, figures=(Figure(code=_CODE, shows=Shows.COUNT, stock=True),), shares=_shares)
