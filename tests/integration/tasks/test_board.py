"""The read models: they say what the facts say, whatever was done in whatever order, and find rows by indexes."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event

from services.chassis.database import open_database
from services.chassis.projector import active_view
from services.tasks.projections.board import BOARD
from services.tasks.projections.board_queries import TaskQuery, list_notices, list_tasks, unreminded
from tests.support.tasks import OTHER, UNIT, TasksRig, a_tasks_rig

DAY = 86400


@pytest.fixture
def small(tmp_path: Path):
    made = a_tasks_rig(tmp_path)
    yield made
    made.close()


def _random_wish(chance: random.Random, today: date) -> tuple[str, str, dict]:
    later = (today + timedelta(days=chance.randint(1, 60))).isoformat()
    unit, desk = {"unit_id": UNIT}, {"reason": "Vì"}
    return chance.choice(
        [
            ("unit", "acceptance", unit),
            ("unit", "acceptance", unit),
            ("unit", "refusal", {**unit, **desk}),
            ("unit", "progress", {**unit, "percent": chance.randint(0, 100)}),
            ("unit", "completion", unit),
            ("unit", "extensions", {**unit, "new_due_on": later, "reason": "Vì"}),
            (
                "unit",
                "split",
                {**unit, "parts": [{"unit_id": UNIT, "title": "Phần"}, {"unit_id": OTHER, "title": "Phần"}]},
            ),
            ("desk", "completion-acceptance", {}),
            ("desk", "completion-acceptance", {}),
            ("desk", "completion-return", desk),
            ("desk", "cancellation", desk),
            ("desk", "reopening", desk),
            (
                "desk",
                "extension-decisions",
                {"n": chance.randint(1, 2), "decision": chance.choice(["approve", "refuse"])},
            ),
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_board_says_what_the_facts_say_after_any_wishes(small: TasksRig, seed: int) -> None:
    chance = random.Random(seed)
    known = [small.a_task(due_on="2021-01-22", title=f"Việc {nth}") for nth in range(3)]
    for _ in range(60):
        today = small.clock.business_now().date()
        by, action, body = _random_wish(chance, today)
        caller = small.unit() if by == "unit" else small.desk()
        answer = caller.post(f"/tasks/{chance.choice(known)}/{action}", json=body)
        assert answer.status_code < 500
        assert "unavailable" not in answer.text
        if answer.status_code == 200:
            known = sorted({*known, *answer.json()["parts"]})
        if chance.random() < 0.2:
            small.clock.move(chance.randint(1, 5) * DAY)
            small.run_schedule()
    small.catch_up()
    desk = small.desk()
    listed = {item["task_id"]: item for item in desk.get("/tasks", params={"limit": 200}).json()["items"]}
    assert sorted(listed) == known
    for task_id, item in listed.items():
        told = desk.get(f"/tasks/{task_id}").json()
        assert {name: told[name] for name in item} == item


def test_a_list_and_the_schedule_find_their_rows_by_an_index_and_sort_nothing(small: TasksRig) -> None:
    small.a_task()
    small.catch_up()
    engine, asked = open_database(small.settings.read_database, read_only=True), []
    sqlalchemy_event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, told, *_x: asked.append((sql, told)))
    today = date(2021, 1, 15)
    with engine.connect() as connection:
        view = active_view(connection, BOARD)
        asked.clear()
        for query in (
            TaskQuery(),
            TaskQuery(unit_id=UNIT),
            TaskQuery(unit_id=UNIT, after=("2021-02-01", "x")),
            TaskQuery(state="reported"),
            TaskQuery(plan_id="p", duty="V1.2"),
            TaskQuery(unit_id=UNIT, overdue=True),
        ):
            list_tasks(view, query, today)
        list_notices(view, UNIT, before=("2021-02-01", "x"), limit=50, desk=True)
        unreminded(view, "task_due_in_7", -7, today, limit=1000)
        statements = list(asked)
        assert len(statements) == 8
        for sql, told in statements:
            plan = " / ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", told))
            assert "USING INDEX" in plan, plan
            assert "TEMP B-TREE" not in plan, f"{sql}: {plan}"
    engine.dispose()


def test_a_board_built_anew_says_the_same(small: TasksRig, tmp_path: Path) -> None:
    task_id = small.accepted(due_on="2021-01-22")
    small.unit().post(f"/tasks/{task_id}/completion", json={"unit_id": UNIT})
    small.run_schedule()
    before = small.desk().get("/tasks").json()["items"]
    place = tmp_path / "again"
    place.mkdir()
    again = a_tasks_rig(place, clock=small.clock)
    rows = small.service.streams.store.read_outbox(0, 10_000)
    again._log.write(*rows)
    again.catch_up()
    try:
        assert again.desk().get("/tasks").json()["items"] == before
    finally:
        again.close()
