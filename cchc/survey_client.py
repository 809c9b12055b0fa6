"""What the command line asks of the survey service, whether it runs or not."""

from dataclasses import asdict
from typing import Any

from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.internal_client import InternalClient, door_told
from services.survey import bootstrap
from services.survey.config import Settings

CODES = "/api/survey/v1/devices/pairing-codes"
BACKUPS = "/api/survey/v1/backups/"


def may_ask(folder: DataFolder) -> bool:
    """Say whether there is a running service to ask: on this folder, or behind the door that the settings name."""
    return bool(door_told(folder)) or folder.is_running()


def mark_backed_up(folder: DataFolder, position: int) -> None:
    """Let the tablets know that a backup holds every fact up to `position`."""
    if may_ask(folder):
        InternalClient(folder).web("POST", BACKUPS, {"position": position})
        return
    with folder.locked():
        service = bootstrap.build(Settings.from_env(environment_of(folder)))
        try:
            service.mark_backed_up(position)
        finally:
            service.close()


def issue_code(folder: DataFolder, counter_id: str) -> dict[str, Any]:
    """Make a pairing code for a counter; see the survey service for its fields."""
    if may_ask(folder):
        answer: dict[str, Any] = InternalClient(folder).web("POST", CODES, {"counter_id": counter_id})
        return answer
    with folder.locked():
        service = bootstrap.build(Settings.from_env(environment_of(folder)))
        try:
            issued = asdict(service.devices.issue_code(counter_id, at=service.clock.now()))
        finally:
            service.close()
    return {name: value if isinstance(value, str) else str(value) for name, value in issued.items()}
