"""The whole way of a task by its programs: a unit's own system takes it on and proves it, the desk returns and accepts it.

The unit's system is registered by the desk and signs in by its secret. What the citizen sees is the open board's row.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from services.chassis.ids import new_id

PLAN = "/api/tasks/v1/plans/53-kh-ubnd-2021"
TASKS = "/api/tasks/v1/tasks"
_PROOF = {"title": "Kế hoạch CCHC năm 2021", "number": "12/KH-UBND", "dated": "2021-02-10", "signer": "Chủ tịch"}
_ROW = re.compile(r'<tr role="row" id="figure-TASKS_DONE">.*?</tr>', re.DOTALL)


def walk(desk: httpx.Client, *, meanwhile: Callable[[], object] = lambda: None) -> str:
    """Bring the first task that waits from its unit to the desk, back, and to its acceptance; give its id.

    `meanwhile` happens between the unit's first report and the desk's answer.
    """
    task = desk.get(TASKS, params={"state": "assigned", "limit": 1}).raise_for_status().json()["items"][0]
    with _unit_system(desk, task["unit_id"]) as unit:
        own = {"unit_id": task["unit_id"]}
        _act(unit, task, "acceptance", own)
        _act(unit, task, "progress", own | {"percent": 60, "note": "Đang làm"})
        _act(unit, task, "evidence", own | _PROOF)
        _act(unit, task, "completion", own | {"note": "Đã ban hành."})
        meanwhile()
        _act(desk, task, "completion-return", {"reason": "Thiếu phụ lục phân công."})
        _act(unit, task, "completion", own | {"note": "Đã bổ sung."})
    _act(desk, task, "completion-acceptance", {})
    return str(task["task_id"])


def paragraphs_of_plan(desk: httpx.Client) -> int:
    """Say in how many paragraphs the plan stands."""
    return len(desk.get(PLAN).raise_for_status().json()["paragraphs"])


def state_of(desk: httpx.Client, task_id: str) -> str:
    """Say how a task stands in the service's own store."""
    return str(desk.get(f"{TASKS}/{task_id}").raise_for_status().json()["state"])


def is_listed(desk: httpx.Client, task_id: str, state: str) -> bool:
    """Say whether the list, which is made of messages, has come to know it."""
    answer = desk.get(TASKS, params={"state": state, "limit": 100})
    return answer.is_success and task_id in {item["task_id"] for item in answer.json()["items"]}


def row_of_board(url: str) -> str | None:
    """Give what anybody reads of the tasks that were completed; `None` while nothing is counted."""
    answer = httpx.get(f"{url}/targets", timeout=30)
    found = _ROW.search(answer.text) if answer.is_success else None
    return found[0] if found else None


def _act(who: httpx.Client, task: Mapping[str, Any], action: str, sent: Mapping[str, Any]) -> None:
    headers = {"Idempotency-Key": str(new_id())}
    answer = who.post(f"{TASKS}/{task['task_id']}/{action}", json=dict(sent), headers=headers)
    assert answer.is_success, answer.text


def _unit_system(desk: httpx.Client, unit_id: str) -> httpx.Client:
    name = f"unit-{new_id()}"
    wanted: dict[str, Any] = {
        "client_id": name,
        "name": "Phần mềm của đơn vị",
        "scopes": ["tasks:read", "tasks:act"],
        "appointments": [{"role": "unit_clerk", "unit_id": unit_id}],
    }
    made = desk.post("/api/directory/v1/clients", json=wanted)
    assert made.is_success, made.text
    token = httpx.post(
        f"{str(desk.base_url).rstrip('/')}/api/directory/v1/token",
        data={"grant_type": "client_credentials"},
        auth=(name, made.json()["client_secret"]),
        timeout=30,
    )
    assert token.is_success, token.text
    headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
    return httpx.Client(base_url=desk.base_url, headers=headers, timeout=30)
