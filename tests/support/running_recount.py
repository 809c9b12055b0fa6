"""Works running figures out anew from the raw facts, by the words of each definition and nothing else."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

UNITS = json.loads((Path(__file__).parents[2] / "packs/thang-binh-2021/units.json").read_text("utf-8"))["units"]
_BY_ID = {unit["id"]: unit for unit in UNITS}

Thing = dict[str, Any]


class Told(NamedTuple):
    """A raw fact: what kind of thing it is about, which, what was said, and on which day."""

    about: str
    name: str
    fact: str
    said: dict[str, Any]
    known: date


class Asked(NamedTuple):
    """A question: a period that ends at `until`, what was known by `known`, in which borders, within which unit."""

    since: date
    until: date
    known: date
    now: bool
    within: str | None


def line_of(unit_id: str, day: date) -> list[str]:
    """Give a unit and all above it on a day, read from the pack."""
    line = [unit_id]
    for parent in _BY_ID[unit_id]["parents"]:
        if (parent["valid_from"] or "") <= day.isoformat() < (parent["valid_to"] or "9999"):
            line += line_of(parent["parent_id"], day)
    return line


def successor_of(unit_id: str, day: date) -> str:
    """Give the unit that has the whole place of another on a day."""
    later = [
        it
        for it in _BY_ID[unit_id].get("succeeded_by") or ()
        if it["on"] <= day.isoformat() and it["relation"] != "territory_divided"
    ]
    return successor_of(later[0]["unit_id"], day) if len(later) == 1 else unit_id


def recount(facts: list[Told], code: str, asked: Asked, *, today: date, off: Callable[[date], bool]) -> list[int]:
    """Count a figure's numerator and denominator."""
    things: dict[tuple[str, str], Thing] = {}
    for told in facts:
        if told.known <= asked.known:
            _fold(things.setdefault((told.about, told.name), {}), told)
    sums = [0, 0]
    for (about, _), thing in things.items():
        kind, count = COUNTS[code]
        if kind == about:
            for on, numerator, denominator in count(thing, asked, off):
                place, at = (successor_of(thing["unit_id"], today), today) if asked.now else (thing["unit_id"], on)
                if asked.within is None or asked.within in line_of(place, at):
                    sums = [sums[0] + numerator, sums[1] + denominator]
    return sums


def _fold(thing: Thing, told: Told) -> None:
    thing["was"] = told.fact
    if told.fact == "extension_decided":
        if told.said["decision"] != "refuse":
            thing.update(due_on=told.said["due_on"], extended=True)
        return
    thing.update(told.said)
    match told.fact:
        case "task_assigned":
            thing.setdefault("first_due_on", told.said["due_on"])
            thing["gone"] = None
        case "task_cancelled" | "task_refused":
            thing["gone"] = told.said["on"]
        case "task_reopened":
            thing.update(gone=None, completed_on=None, timeliness=None)


Counts = Iterator[tuple[date, int, int]]
Off = Callable[[date], bool]


def _falls(day: date, asked: Asked) -> bool:
    return asked.since <= day <= asked.until


def _tasks_due(numerator: Callable[[Thing], bool]) -> Callable[[Thing, Asked, Off], Counts]:
    def count(task: Thing, asked: Asked, _off: Off) -> Counts:
        if not task["gone"] and _falls(task["first_due_on"], asked):
            yield task["first_due_on"], int(numerator(task)), 1

    return count


def _tasks_done(task: Thing, asked: Asked, _off: Off) -> Counts:
    if task["gone"]:
        return
    if _falls(task["assigned_on"], asked):
        yield task["assigned_on"], 0, 1
    if task.get("completed_on") and _falls(task["completed_on"], asked):
        yield task["completed_on"], 1, 0


def _tasks_overdue(task: Thing, asked: Asked, off: Off) -> Counts:
    last = task["due_on"]
    while off(last):
        last += timedelta(days=1)
    ended = task["gone"] or task.get("completed_on")
    if task["assigned_on"] <= asked.until and not (ended and ended <= asked.until):
        yield task["assigned_on"], int(asked.until > last), 1


def _dossiers(
    day: Callable[[Thing], date | None], numerator: Callable[[Thing, Asked], int], *, returned: bool = False
) -> Callable[[Thing, Asked, Off], Counts]:
    def count(dossier: Thing, asked: Asked, _off: Off) -> Counts:
        on = day(dossier)
        if on and _falls(on, asked) and (returned or not dossier["returned"]):
            yield on, numerator(dossier, asked), 1

    return count


def _in_time(dossier: Thing) -> bool:
    return bool(dossier["solved_on"] and dossier["solved_on"] <= dossier["due_on"])


def _in_time_or_pending(dossier: Thing, asked: Asked) -> int:
    return int(_in_time(dossier) or asked.until <= dossier["due_on"])


def _pending(dossier: Thing, asked: Asked, _off: Off) -> Counts:
    solved = dossier["solved_on"] and dossier["solved_on"] <= asked.until
    if not dossier["returned"] and dossier["received_on"] <= asked.until and not solved:
        yield dossier["received_on"], int(asked.until > dossier["due_on"]), 1


def _completion(dossier: Thing, asked: Asked, _off: Off) -> Counts:
    if dossier["returned"]:
        return
    if _falls(dossier["received_on"], asked):
        yield dossier["received_on"], 0, 1
    if dossier["solved_on"] and _falls(dossier["solved_on"], asked):
        yield dossier["solved_on"], 1, 0


def _working_days(dossier: Thing, asked: Asked, off: Off) -> Counts:
    received, solved = dossier["received_on"], dossier["solved_on"]
    if solved and not dossier["returned"] and _falls(solved, asked):
        days = [received + timedelta(days=at) for at in range(1, (solved - received).days + 1)]
        yield solved, sum(not off(day) for day in days), 1


def _apologies(dossier: Thing, asked: Asked) -> int:
    return int(bool(dossier["apology_sent_on"] and dossier["apology_sent_on"] <= asked.until))


def _entries(indicator: str, *, of_period: bool) -> Callable[[Thing, Asked, Off], Counts]:
    def count(entry: Thing, asked: Asked, _off: Off) -> Counts:
        ended = entry["was"] == "register_entry_closed" and entry["on"] <= asked.until
        expired = entry["expires_on"] and entry["expires_on"] < asked.until
        begun = _falls(entry["from"], asked) if of_period else entry["from"] <= asked.until
        if begun and not ended and not expired:
            (counted,) = [it for it in entry["counts"] if it["indicator"] == indicator]
            yield entry["from"], counted["numerator"], counted["denominator"]

    return count


COUNTS: dict[str, tuple[str, Callable[[Thing, Asked, Off], Counts]]] = {
    "TASKS_ON_TIME": ("task", _tasks_due(lambda task: task.get("timeliness") == "on_time")),
    "TASKS_EXTENDED": ("task", _tasks_due(lambda task: bool(task.get("extended")))),
    "TASKS_DONE": ("task", _tasks_done),
    "TASKS_OVERDUE": ("task", _tasks_overdue),
    "ONTIME_SOLVED": ("dossier", _dossiers(lambda it: it["solved_on"], lambda it, _: int(_in_time(it)))),
    "DOSSIER_LATE_RATE": ("dossier", _dossiers(lambda it: it["solved_on"], lambda it, _: int(not _in_time(it)))),
    "ONTIME_766": ("dossier", _dossiers(lambda it: it["received_on"], _in_time_or_pending)),
    "ONTIME_RECEIVED": (
        "dossier",
        _dossiers(lambda it: it["received_on"], lambda it, at: int(_in_time(it) and it["solved_on"] <= at.until)),
    ),
    "DOSSIER_PENDING_OVERDUE": ("dossier", _pending),
    "DOSSIER_COMPLETION": ("dossier", _completion),
    "ONLINE_SHARE": ("dossier", _dossiers(lambda it: it["received_on"], lambda it, _: it["online"], returned=True)),
    "DOSSIER_IN_SOFTWARE": (
        "dossier",
        _dossiers(lambda it: it["received_on"], lambda it, _: it["in_software"], returned=True),
    ),
    "HANDLING_TIME_MEAN": ("dossier", _working_days),
    "APOLOGY_SENT": (
        "dossier",
        _dossiers(lambda it: None if _in_time(it) else it["due_on"] + timedelta(days=1), _apologies),
    ),
    "REPORTS_ON_TIME": (
        "duty",
        lambda duty, asked, _off: iter(
            [(duty["due_on"], int(duty.get("first") == "on_time"), 1)] if _falls(duty["due_on"], asked) else ()
        ),
    ),
    "TTHC_PUBLISHED": ("entry", _entries("TTHC_PUBLISHED", of_period=False)),
    "INITIATIVES": ("entry", _entries("INITIATIVES", of_period=True)),
}
"""How each figure is counted, by its code."""
