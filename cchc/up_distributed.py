"""`cchc up` on a folder of the distributed profile: every process of ours, against PostgreSQL and Kafka that are given."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence

from cchc.data_folder import DataFolder
from cchc.environment import all_variables_of
from cchc.ports import LOOPBACK, free_ports
from cchc.processes import DOOR, Plan, command_of, places, plans, url_variable
from cchc.supervisor import Child, Supervisor
from services.chassis.settings import DOOR_URL

FOLLOWING_THE_LOG = ("-relay", "-worker")
"""What the names of processes end with that cannot work while the event log is away."""


def supervise(folder: DataFolder, host: str, port: int, *, said: Callable[[str], None]) -> Supervisor:
    """Make the supervisor of every process, and write down where each of them answers."""
    planned = plans()
    ports = dict(zip((plan.name for plan in planned), free_ports(len(planned)), strict=True)) | {DOOR: port}
    workers = [own for name, own in ports.items() if name.endswith("-worker")]
    about = {"pid": os.getpid(), "host": host, "port": port, "worker_ports": workers, "ports": ports}
    folder.running.write_text(json.dumps(about, indent=1))
    shared = all_variables_of(folder) | _places(ports) | {DOOR_URL.name: f"http://{LOOPBACK}:{port}"}
    return Supervisor([_child(folder, plan, host, ports[plan.name], shared) for plan in planned], said=said)


def why_not_ready(folder: DataFolder) -> dict[str, str]:
    """Say which processes of a running folder are not ready, and what they say."""
    ports: Mapping[str, int] = json.loads(folder.running.read_text())["ports"]
    # The door has no condition of its own: it answers, or it does not.
    asked = {name: "/" if name == DOOR else "/readyz" for name in ports}
    told = {name: _why_not(ports[name], path) for name, path in asked.items()}
    return {name: why for name, why in told.items() if why}


def wait_until_ready(
    folder: DataFolder, supervisor: Supervisor, *, but: Sequence[str] = (), deadline: Callable[[], bool]
) -> dict[str, str]:
    """Look after the children until all are ready, told to stop, or `deadline` has passed; give who is not.

    Args:
        folder: Where it is written down what runs.
        supervisor: Whose children they are.
        but: What the names of those end with that are not waited for.
        deadline: Says when nobody is waited for any more.
    """
    waiting = {DOOR: "not asked yet"}
    while waiting and not deadline() and not supervisor.stopping.wait(supervisor.tick_seconds * 5):
        supervisor.look()
        waiting = {name: why for name, why in why_not_ready(folder).items() if not name.endswith(tuple(but))}
    return waiting


def _child(folder: DataFolder, plan: Plan, host: str, port: int, shared: Mapping[str, str]) -> Child:
    own = {"CCHC_HOST": host if plan.name == DOOR else LOOPBACK, "PORT": str(port)}
    if plan.name != DOOR:
        # Whoever comes to these came through the door, which says who they are.
        own |= {"CCHC_FORWARDED_ALLOW_IPS": LOOPBACK, "CCHC_INTERNAL_PORT": str(port)}
    variables = {**shared, **own}
    command = [sys.executable, "-m", "cchc.tied", *command_of(plan.name, variables)]
    return Child(plan.name, command, variables, folder.log(plan.name))


def _places(ports: Mapping[str, int]) -> dict[str, str]:
    return {
        url_variable(place): f"http://{LOOPBACK}:{ports.get(f'{place}-web', ports.get(place))}" for place in places()
    }


def _why_not(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=2):
            return ""
    except urllib.error.HTTPError as error:
        return "" if path == "/" else error.read().decode(errors="replace")[:300]
    except (urllib.error.URLError, OSError) as error:
        return str(error)
