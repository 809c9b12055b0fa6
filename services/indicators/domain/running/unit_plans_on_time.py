"""UNIT_PLANS_ON_TIME: of the units that must issue a reform plan of their own, how many did so within 30 days.

Which duty of which plan asks for that is said here, because no plan says it of itself in a field.
"""

from collections.abc import Iterator

from services.indicators.domain.running.shares import Family, Figure, Share
from services.indicators.domain.running.task import Task

ASKS_FOR_UNIT_PLANS = frozenset({("53-kh-ubnd-2021", "V1.2")})
"""Plan and duty code."""


def _shares(task: Task) -> Iterator[Share]:
    asked = (task.plan_id, task.duty_code) in ASKS_FOR_UNIT_PLANS
    if asked and task.counts and task.first_due_on is not None:
        on_time = task.timeliness == "on_time"
        yield Share("UNIT_PLANS_ON_TIME", task.unit_id, task.first_due_on, numerator=int(on_time), denominator=1)


UNIT_PLANS_ON_TIME = Family(source=Task, figures=(Figure(code="UNIT_PLANS_ON_TIME"),), shares=_shares)
