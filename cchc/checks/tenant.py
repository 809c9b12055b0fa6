"""The tenant's folder: who may read it, the keys, and the age of the newest backup."""

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.copies import Manifest
from cchc.data_folder import DataFolder
from services.chassis.clock import SystemClock

OLDEST_BACKUP = timedelta(hours=24)


def look_at_tenant(folder: DataFolder, backups: Path) -> Checks:
    """Look at the folder and at where its backups lie."""
    yield tried("folder", lambda: _modes(folder), "run as the user whose folder it is")
    yield tried("backup", lambda: _backup(backups, SystemClock().now()), f"look into {backups}")


def _modes(folder: DataFolder) -> Finding:
    files = [path for path in (*folder.keys.iterdir(), folder.settings_file) if path.exists()]
    open_to_others = [path for path in (folder.root, folder.keys, *files) if _others_may_read(path)]
    if open_to_others:
        told = ", ".join(str(path) for path in open_to_others)
        return ill(
            "folder", f"others may read {told}", f"chmod -R go= {folder.root}; then renew the keys (runbook, *keys*)"
        )
    return well("folder", f"{folder.root} and {len(files)} keys are its owner's alone")


def _others_may_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _backup(backups: Path, now: datetime) -> Finding:
    made = [json.loads(file.read_text()) for file in backups.glob("*/manifest.json")]
    if not made:
        return ill(
            "backup", f"there is none in {backups}", "run `cchc backup`, and let the system do it (runbook, *back up*)"
        )
    newest: Manifest = max((Manifest(**said) for said in made), key=lambda manifest: manifest.made_at)
    age = now - datetime.fromisoformat(newest.made_at)
    told = f"the newest is {age.total_seconds() / 3600:.1f} h old"
    if age > OLDEST_BACKUP:
        return look("backup", told, "see why none was made since, and run `cchc backup`")
    return well("backup", told)
