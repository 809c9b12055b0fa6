"""The processes that `cchc up` wrote down: does each of them answer."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from cchc.checks.finding import Checks, Finding, ill, tried, well
from cchc.data_folder import DataFolder

ANSWER_WITHIN_SECONDS = 5.0
SEE_LOGS = "see its log in `log/`; `cchc up` starts it again each time that it ends"


def look_at_processes(folder: DataFolder) -> Checks:
    """Look whether every process answers, where any runs on this folder."""
    if folder.is_running():
        yield tried("processes", lambda: _all_answer(folder), SEE_LOGS)


def workers_away(folder: DataFolder) -> list[str]:
    """Name the workers that should run on this folder and do not answer; none where nothing is to run."""
    if not folder.is_running():
        return []
    return _away({name: port for name, port in _ports(folder).items() if name.endswith("worker")})


def _all_answer(folder: DataFolder) -> Finding:
    ports = _ports(folder)
    if away := _away(ports):
        return ill("processes", f"{', '.join(away)} of {len(ports)} does not answer", SEE_LOGS)
    return well("processes", f"all {len(ports)} answer")


def _away(ports: Mapping[str, int]) -> list[str]:
    return [name for name, port in ports.items() if not _answers(port)]


def _ports(folder: DataFolder) -> Mapping[str, int]:
    running: Mapping[str, Any] = json.loads(folder.running.read_text())
    of_two = {"web": running.get("internal_port"), "worker": running.get("worker_port")}
    return running.get("ports") or {name: port for name, port in of_two.items() if port}


def _answers(port: int) -> bool:
    # What it says of itself is another matter: any answer will do.
    try:
        httpx.get(f"http://127.0.0.1:{port}/livez", timeout=ANSWER_WITHIN_SECONDS)
    except httpx.HTTPError:
        return False
    return True
