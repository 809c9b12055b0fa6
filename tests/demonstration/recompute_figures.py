"""Works the other automatic figures of a played year out again from the recorded facts alone, as `recompute` does."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.demonstration.recompute import dossiers, facts, tasks

Sums = tuple[int, int]
UNIT_PLANS = "V1.2"
VERY_SATISFIED, SATISFIED = 5, 4
SATURDAY = 5


def figures(folder: Path, day: str) -> dict[str, Sums]:
    """Give numerator and denominator of each figure of the whole district, from the year's first day to `day`."""
    return task_figures(folder, day) | dossier_figures(folder, day) | ballot_figures(folder)


def task_figures(folder: Path, day: str) -> dict[str, Sums]:
    """Give the figures of tasks; a cancelled one counts nowhere but where it once was open."""
    kept = [task for task in tasks(folder).values() if not task["cancelled"]]
    done = [task for task in kept if task["completed"] is not None and task["completed"] <= day]
    open_ones = [task for task in kept if task["due"] is not None and task not in done]
    due = [task for task in kept if task["first_due"] is not None and task["first_due"] <= day]
    plans = [task for task in due if task["duty"] == UNIT_PLANS]
    return {
        "TASKS_DONE": (len(done), len(kept)),
        "TASKS_OVERDUE": (sum(task["due"] < day for task in open_ones), len(open_ones)),
        "TASKS_EXTENDED": (sum(task["extended"] for task in due), len(due)),
        "UNIT_PLANS_ON_TIME": (sum(task["timeliness"] == "on_time" for task in plans), len(plans)),
    }


def dossier_figures(folder: Path, day: str) -> dict[str, Sums]:
    """Give the figures of dossiers beside the three on-time rates."""
    works = days_worked(folder)
    received = [it for it in dossiers(folder).values() if it["received_on"] <= day]
    owed = [it for it in received if not it["returned"]]
    solved = [it for it in owed if is_solved(it, day)]
    late = [it for it in owed if it["due_on"] < day and not is_solved(it, it["due_on"])]
    taken = sum(working_days(works, it["received_on"], it["solved_on"]) for it in solved)
    return {
        "DOSSIER_IN_SOFTWARE": (sum(it["in_software"] for it in received), len(received)),
        "ONLINE_SHARE": (sum(it["online"] for it in received), len(received)),
        "DOSSIER_COMPLETION": (len(solved), len(owed)),
        "DOSSIER_PENDING_OVERDUE": (sum(not is_solved(it, day) for it in late), len(owed) - len(solved)),
        "HANDLING_TIME_MEAN": (taken, len(solved)),
        "APOLOGY_SENT": (sum(bool(it["apology_sent_on"]) and it["apology_sent_on"] <= day for it in late), len(late)),
    }


def is_solved(dossier: dict[str, Any], day: str) -> bool:
    """Tell whether a dossier was solved by a day."""
    return dossier["solved_on"] is not None and dossier["solved_on"] <= day


def ballot_figures(folder: Path) -> dict[str, Sums]:
    """Give how many released ballots of counters said what; corrections take away and add again."""
    scores: Counter[int] = Counter()
    for score, count in released(folder):
        scores[score] += count
    return {"SAT_COUNTER": (scores[SATISFIED] + scores[VERY_SATISFIED], scores.total())}


def released(folder: Path) -> Iterator[tuple[int, int]]:
    """Give each score of a released block of counted ballots, and how often it was said in it."""
    for _, kind, said in facts(folder / "folder.db"):
        if kind == "indicators.block_released.v1" and said["leaf"][2] == "counter" and said["leaf"][4]:
            yield from ((int(score), count) for score, count in said["score_tally"].items())


def working_days(works: Callable[[date], bool], after: str, until: str) -> int:
    """Count the working days after one day through another."""
    first, last = date.fromisoformat(after), date.fromisoformat(until)
    return sum(works(first + timedelta(days=ahead)) for ahead in range(1, (last - first).days + 1))


def days_worked(folder: Path) -> Callable[[date], bool]:
    """Say on which days people work, by the pack that the folder keeps."""
    calendar: dict[str, Any] = json.loads((folder / "pack" / "calendar.json").read_text("utf-8"))
    days_off = {day["date"] for day in calendar["days_off"]}
    return lambda day: day.weekday() < SATURDAY and day.isoformat() not in days_off
