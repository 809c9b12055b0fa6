"""The folder reads the examples that other stores publish, and what it makes of them moves figures."""

import json
from datetime import datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

from services.chassis.clock import CIVIL_ZONE
from services.chassis.envelope import decode, encode
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.register_entry import EntryFact, RegisterEntry
from services.indicators.domain.running.report_duty import ReportDuty, ReportFact
from services.indicators.domain.running.table import shares_of
from services.indicators.domain.running.task import Task, TaskFact
from services.indicators.projections.running_messages import FACTS, News, news_of

SERVICES = Path(__file__).parents[3] / "services"
FIRST = {"Task": "task_assigned", "ReportDuty": "report_duty_opened", "RegisterEntry": "register_entry_recorded"}
"""The fact that tells of a thing first."""


def example_of(wire: str) -> dict:
    _, service, fact, version = wire.split(".")
    return json.loads((SERVICES / service / "contract" / f"{fact}.{version}.example.json").read_text("utf-8"))


def read(wire: str, **other: object) -> News:
    data = example_of(wire) | other
    value = encode(
        incarnation=UUID(int=1),
        event_id=UUID(int=2),
        source="/cchc/test/x",
        type=wire,
        subject="s",
        time=datetime(2021, 1, 14, tzinfo=CIVIL_ZONE),
        data=data,
        key="s",
    )
    news = news_of(decode(value))
    assert news is not None
    return news


@pytest.mark.parametrize("wire", sorted(FACTS))
def test_an_example_is_read_and_its_day_is_the_business_day_of_at(wire):
    news = read(wire)
    assert news.known_on.isoformat() == example_of(wire)["at"][:10]


@pytest.mark.parametrize("wire", sorted(FACTS))
def test_what_an_example_tells_changes_the_thing_that_it_names(wire):
    news = read(wire)
    first = FIRST.get(news.source.record.__name__)
    names = {field: getattr(news.fact, field) for field in news.source.named_by}
    before = None
    if first is not None and first not in wire:
        told = read(f"cchc.{wire.split('.')[1]}.{first}.v1", **names)
        assert told.source_id == news.source_id
        before = told.source.after(None, told.fact, WorkingCalendar())
    after = news.source.after(before, news.fact, WorkingCalendar())
    assert after is not None
    assert list(shares_of(after))


@pytest.mark.parametrize(
    ("record", "facts"),
    [(Task, get_args(TaskFact)), (ReportDuty, get_args(ReportFact)), (RegisterEntry, get_args(EntryFact))],
)
def test_every_fact_that_changes_a_thing_comes_by_some_message(record, facts):
    assert set(facts) == {wire.fact for wire in FACTS.values() if wire.source.record is record}


@pytest.mark.parametrize("service", ["tasks", "indicators"])
def test_facts_that_are_left_aside_are_known_to_say_nothing_of_figures(service):
    published = {path.name.split(".")[0] for path in (SERVICES / service / "contract").glob("*.example.json")}
    read_here = {wire.split(".")[2] for wire in FACTS if wire.split(".")[1] == service}
    assert published - read_here == LEFT_ASIDE[service]


LEFT_ASIDE = {
    "tasks": {
        "task_split",
        "progress_reported",
        "evidence_attached",
        "completion_reported",
        "completion_returned",
        "extension_requested",
        "reminder_due",
        "notice_acknowledged",
        "report_returned",
        "report_approved",
        "report_marked_missing",
        "plan_registered",
    },
    "indicators": {
        "block_released",
        "served_released",
        "figure_summed",
        "figure_moved",
        "indicator_recorded",
        "target_recorded",
        "register_recorded",
        "measurement_submitted",
        "measurement_approved",
        "measurement_returned",
        "measurement_published",
        "measurement_corrected",
        "period_reopened",
    },
}
"""A new message has to be thought about: it moves a figure, or it stands here."""
