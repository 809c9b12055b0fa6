"""The tenant's folder: who may read it, the keys, the working calendar, and the age of the newest backup."""

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.copies import Manifest
from cchc.data_folder import DataFolder
from services.chassis.clock import Clock, SystemClock, open_clock
from services.chassis.working_calendar import WorkingCalendar, read_working_calendar

OLDEST_BACKUP = timedelta(hours=24)
NO_BACKUP_AT_ALL = timedelta(hours=48)
"""From here on whoever makes them has stopped; a night's that is late has not."""


def look_at_tenant(folder: DataFolder, backups: Path) -> Checks:
    """Look at the folder and at where its backups lie."""
    yield tried("folder", lambda: _modes(folder), "run as the user whose folder it is")
    yield tried(
        "calendar",
        lambda: _calendar(folder, open_clock(folder.tenant().shift, folder.clock)),
        "load a pack that is whole: `cchc init`",
    )
    yield tried("backup", lambda: _backup(folder, backups, SystemClock().now()), f"look into {backups}")


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


def _calendar(folder: DataFolder, clock: Clock) -> Finding:
    year = clock.business_now().year
    days = [day for day in read_working_calendar(folder.pack, WorkingCalendar).days_off if day.year == year]
    if not days:
        reason = f"it names no holiday of {year}: deadlines count every weekday as worked"
        return look("calendar", reason, "load a pack with this year's holidays: `cchc init --pack …`")
    return well("calendar", f"it names {len(days)} days off in {year}")


def _backup(folder: DataFolder, backups: Path, now: datetime) -> Finding:
    every = [json.loads(file.read_text()) for file in backups.glob("*/manifest.json")]
    tenant = folder.tenant().tenant
    made = [Manifest(**said) for said in every if said.get("tenant") == tenant]
    if not made:
        others = f"; {len(every)} are another tenant's" if every else ""
        # What was made today may wait for tonight's.
        word = look if now.timestamp() - folder.tenant_file.stat().st_mtime < OLDEST_BACKUP.total_seconds() else ill
        to_do = "run `cchc backup`, and let the system do it (runbook, *back up*)"
        return word("backup", f"there is none of {tenant} in {backups}{others}", to_do)
    newest = max(made, key=lambda manifest: manifest.made_at)
    age = now - datetime.fromisoformat(newest.made_at)
    told = f"the newest is {age.total_seconds() / 3600:.1f} h old"
    if age > OLDEST_BACKUP:
        word = ill if age > NO_BACKUP_AT_ALL else look
        return word("backup", told, "see why none was made since, and run `cchc backup`")
    return well("backup", told)
