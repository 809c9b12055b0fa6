"""A unit's own system at work: registered by the desk, signed in by its secret, it takes a task on and reports it done."""

from typing import Any

import httpx

from services.chassis.ids import new_id

TASKS = "/api/tasks/v1/tasks"


def report_a_task(desk: httpx.Client) -> str:
    """Take the first task that waits, as the unit it waits for, through to its report; give its id."""
    task = desk.get(TASKS, params={"state": "assigned", "limit": 1}).raise_for_status().json()["items"][0]
    with _unit_system(desk, task["unit_id"]) as unit:
        for action, more in (("acceptance", {}), ("progress", {"percent": 60, "note": "Đang làm"}), ("completion", {})):
            sent = {"unit_id": task["unit_id"], **more}
            answer = unit.post(f"{TASKS}/{task['task_id']}/{action}", json=sent)
            assert answer.is_success, answer.text
    return str(task["task_id"])


def state_of(desk: httpx.Client, task_id: str) -> str:
    """Say how a task stands in the service's own store."""
    return str(desk.get(f"{TASKS}/{task_id}").raise_for_status().json()["state"])


def is_listed(desk: httpx.Client, task_id: str, state: str) -> bool:
    """Say whether the list, which is made of messages, has come to know it."""
    answer = desk.get(TASKS, params={"state": state, "limit": 100})
    return answer.is_success and task_id in {item["task_id"] for item in answer.json()["items"]}


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
