"""Works a played year out again from the recorded facts alone: plain loops, no code of the product.

`python -m tests.demonstration.recompute var-demo 2021-12-31` prints what it finds as JSON.
"""

import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Fact = tuple[str, str, dict[str, Any]]


def facts(database: Path) -> Iterator[Fact]:
    """Give stream, type and body of every fact, in the order of recording."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for stream, kind, data in connection.execute("SELECT stream, type, data FROM events ORDER BY position"):
            yield stream, kind, json.loads(data)


def tasks(folder: Path) -> dict[str, dict[str, Any]]:
    """Give what became of every task, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for stream, kind, said in facts(folder / "tasks.db"):
        if not stream.startswith("task-"):
            continue
        name = stream.removeprefix("task-")
        if kind == "tasks.task_assigned.v1":
            due = said["due_on_rolled"] or said["due_on"]
            found[name] = {
                "unit": said["unit_id"],
                "duty": said["duty_code"],
                "first_due": due,
                "due": due,
                "completed": None,
                "timeliness": None,
                "extended": False,
                "cancelled": False,
            }
        elif kind == "tasks.extension_decided.v1" and said["decision"] != "refuse":
            found[name]["due"] = said["due_on_rolled"]
            found[name]["extended"] = True
        elif kind == "tasks.completion_accepted.v1":
            found[name]["completed"] = said["completed_on"]
            task = found[name]
            on_time = task["first_due"] is None or said["completed_on"] <= task["first_due"]
            in_extension = not on_time and task["extended"] and said["completed_on"] <= task["due"]
            task["timeliness"] = "on_time" if on_time else "extended" if in_extension else "late"
        elif kind in {"tasks.task_cancelled.v1", "tasks.task_refused.v1"}:
            found[name]["cancelled"] = True
    return found


def overdue(folder: Path, day: str) -> list[str]:
    """Give the tasks that are open past their day."""
    open_ones = ((name, it) for name, it in tasks(folder).items() if not it["cancelled"] and it["completed"] is None)
    return sorted(name for name, task in open_ones if task["due"] is not None and task["due"] < day)


def tasks_on_time(folder: Path, day: str) -> dict[str, tuple[int, int]]:
    """Give, per unit, how many tasks were completed by their first day, of how many due until `day`."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for task in tasks(folder).values():
        if not task["cancelled"] and task["first_due"] is not None and task["first_due"] <= day:
            sums[task["unit"]][0] += task["timeliness"] == "on_time"
            sums[task["unit"]][1] += 1
    return {unit: (on_time, due) for unit, (on_time, due) in sorted(sums.items())}


def missing_reports(folder: Path) -> list[str]:
    """Give what units owe and never sent, although its day had passed."""
    states: dict[str, str] = {}
    for stream, kind, _ in facts(folder / "tasks.db"):
        if stream.startswith("duty-"):
            states[stream.removeprefix("duty-")] = kind
    return sorted(name for name, last in states.items() if last == "tasks.report_marked_missing.v1")


def reports_on_time(folder: Path, day: str) -> tuple[int, int]:
    """Give how many reports came in time, of how many due until `day`."""
    due: dict[str, str] = {}
    sent: dict[str, str] = {}
    for stream, kind, said in facts(folder / "tasks.db"):
        name = stream.removeprefix("duty-")
        if kind == "tasks.report_duty_opened.v1":
            due[name] = said["due_on_rolled"]
        elif kind == "tasks.report_submitted.v1":
            sent.setdefault(name, said["on"])
    owed = [name for name, on in due.items() if on <= day]
    return sum(name in sent and sent[name] <= due[name] for name in owed), len(owed)


def dossiers(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what was last said of every dossier, by one-stop and id."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for _, kind, said in facts(folder / "indicators.db"):
        if kind.endswith("dossier_recorded.v1"):
            found[said["one_stop_id"], said["dossier_id"]] = said
    return found


def dossier_rates(folder: Path, day: str) -> dict[str, tuple[int, int]]:
    """Give numerator and denominator of the three on-time rates, from the year's first day to `day`."""
    sums: Counter[str] = Counter()
    for it in dossiers(folder).values():
        solved = it["solved_on"]
        in_time = solved is not None and solved <= it["due_on"]
        if it["received_on"] <= day:
            sums["received"] += 1
            sums["received_in_time"] += in_time and solved <= day
            sums["not_late_yet"] += it["due_on"] >= day or (in_time and solved <= day)
        if solved is not None and solved <= day:
            sums["solved"] += 1
            sums["solved_in_time"] += in_time
    return {
        "ONTIME_SOLVED": (sums["solved_in_time"], sums["solved"]),
        "ONTIME_766": (sums["not_late_yet"], sums["received"]),
        "ONTIME_RECEIVED": (sums["received_in_time"], sums["received"]),
    }


def ballots(folder: Path) -> Counter[str]:
    """Give how many counted ballots each one-stop was given."""
    sums: Counter[str] = Counter()
    for _, kind, said in facts(folder / "survey.db"):
        if kind == "survey.ballot_cast.v1" and said["counted"]:
            sums[said["one_stop_id"]] += 1
    return sums


def all_of(folder: Path, day: str) -> dict[str, Any]:
    """Give everything that is worked out."""
    return {
        "tasks": len(tasks(folder)),
        "overdue": overdue(folder, day),
        "tasks_on_time": tasks_on_time(folder, day),
        "missing_reports": missing_reports(folder),
        "reports_on_time": reports_on_time(folder, day),
        **dossier_rates(folder, day),
        "ballots": sum(ballots(folder).values()),
    }


def main() -> None:
    """Print what is found in the folder and until the day named on the command line."""
    sys.stdout.write(json.dumps(all_of(Path(sys.argv[1]), sys.argv[2]), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
