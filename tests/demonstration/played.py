"""What a played year says of itself through its API, and how that stands beside what its facts say, worked out apart.

`python -m tests.demonstration.played var-demo 2021-12-31` asks the running product, prints both sides line by line, and
ends with 1 where they differ.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from tests.chaos.pause import wait_for_nobody
from tests.demonstration import recompute, recompute_figures

RATES = ("TASKS_ON_TIME", "REPORTS_ON_TIME", "ONTIME_SOLVED", "ONTIME_766", "ONTIME_RECEIVED")

OTHERS = (
    "TASKS_DONE",
    "TASKS_OVERDUE",
    "TASKS_EXTENDED",
    "UNIT_PLANS_ON_TIME",
    "DOSSIER_IN_SOFTWARE",
    "ONLINE_SHARE",
    "DOSSIER_COMPLETION",
    "DOSSIER_PENDING_OVERDUE",
    "HANDLING_TIME_MEAN",
    "APOLOGY_SENT",
    "SAT_COUNTER",
)


class Played:
    """A played span, still running, asked as of its last day."""

    def __init__(self, folder: Path, last_day: str) -> None:
        self.folder, self.last_day = folder, last_day
        self.client = InternalClient(DataFolder(folder))
        wait_for_nobody(self.behind, seconds=60)

    def ask(self, path: str) -> Any:
        """Give what the API says."""
        return self.client.web("GET", path)

    def behind(self) -> list[str]:
        """Say which read models have something left to do."""
        statuses = self.client.worker("GET", "/control/projections")
        return [str(it) for it in statuses if not it["ready"] or it["lag_messages"]]

    def overdue(self) -> list[str]:
        """Give the tasks that are overdue now."""
        return sorted(it["task_id"] for it in self.client.web_list("/api/tasks/v1/tasks?overdue=true"))

    def missing(self) -> list[str]:
        """Give the reports that are missing now."""
        return sorted(it["duty_id"] for it in self.client.web_list("/api/tasks/v1/report-duties?state=missing"))

    def figures_of(self, code: str, borders: str = "then") -> Any:
        """Give the figures of an indicator."""
        asked = f"since=2021-01-01&until={self.last_day}&as_of={self.last_day}&borders={borders}"
        return self.ask(f"/api/indicators/v1/indicators/{code}/figures?{asked}")

    def figure(self, code: str, borders: str = "then") -> tuple[int, int]:
        """Give the sums of the whole district."""
        total = self.figures_of(code, borders)["total"]
        return int(total["numerator"]), int(total["denominator"])

    def by_unit(self, code: str, borders: str = "then") -> dict[str, int]:
        """Give the denominator at each unit."""
        return {it["unit_id"]: int(it["denominator"]) for it in self.figures_of(code, borders)["units"]}


def comparisons(played: Played) -> Iterator[tuple[str, object, object]]:
    """Give what is compared, what the product says, and what the facts say."""
    folder, day = played.folder, played.last_day
    units = recompute.tasks_on_time(folder, day)
    on_time = (sum(count for count, _ in units.values()), sum(due for _, due in units.values()))
    yield "TASKS_ON_TIME", played.figure("TASKS_ON_TIME"), on_time
    yield "REPORTS_ON_TIME", played.figure("REPORTS_ON_TIME"), recompute.reports_on_time(folder, day)
    for code, sums in recompute.dossier_rates(folder, day).items():
        yield code, played.figure(code), sums
    for code, sums in recompute_figures.figures(folder, day).items():
        yield code, played.figure(code), sums
    yield "overdue tasks", played.overdue(), recompute.overdue(folder, day)
    yield "missing reports", played.missing(), recompute.missing_reports(folder)


def main() -> int:
    """Compare, and print."""
    played = Played(Path(sys.argv[1]).absolute(), sys.argv[2])
    differing = 0
    for what, told, worked_out in comparisons(played):
        differing += told != worked_out
        shown = [len(it) if isinstance(it, list) else it for it in (told, worked_out)]
        print(f"{what}: {shown[0]} {'=' if told == worked_out else 'IS NOT'} {shown[1]}")  # noqa: T201 - what is asked for
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
