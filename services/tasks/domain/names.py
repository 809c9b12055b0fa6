"""How plans, tasks and report duties are called."""

import re
import unicodedata

TITLE_LENGTH = 160
"""A task's title is the beginning of its text, cut at a word."""


def slug(text: str) -> str:
    """Write a text in small Latin letters, digits and hyphens."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


def plan_name(number: str, year: int) -> str:
    """Name a plan after its number and year, such as `53-kh-ubnd-2021`."""
    return f"{slug(number)}-{year}"


def task_name(plan_id: str, duty_code: str, unit_id: str) -> str:
    """Name a task that a plan gives a unit, such as `53-kh-ubnd-2021.v1.2.xa-binh-an`."""
    return f"{plan_id}.{duty_code.lower()}.{unit_id}"


def part_name(task_id: str, nth: int) -> str:
    """Name a part of a task."""
    return f"{task_id}.p{nth}"


def report_duty_name(source: str, duty_code: str, period: str, unit_id: str) -> str:
    """Name what a unit owes for a period, such as `53-kh-ubnd-2021.v1.1b.2021-q1.xa-binh-an`."""
    return f"{source}.{duty_code}.{period}.{unit_id}".lower()


def title_of(text: str) -> str:
    """Give the beginning of a text, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= TITLE_LENGTH:
        return text
    return text[:TITLE_LENGTH].rpartition(" ")[0].rstrip(" ,;:") + "…"
