"""The settings of a data folder's services, for programs that open them in their own process."""

import re
from collections.abc import Mapping

from cchc.data_folder import DataFolder
from services.chassis.settings import Environment, SettingError, environment

_QUOTED = re.compile(r"""(["'])(.*?)\1\s*(#.*)?$""")
_COMMENT = re.compile(r"(^|\s+)#.*")


def environment_of(folder: DataFolder, *, tenant: DataFolder | None = None) -> Environment:
    """Give the settings under which the services of a folder run; `tenant` holds its tenant while it has none itself."""
    return Environment(all_variables_of(folder, tenant=tenant))


def all_variables_of(folder: DataFolder, *, tenant: DataFolder | None = None) -> dict[str, str]:
    """Give everything a program of a folder is told: by the folder, else the environment, else the folder's `.env`."""
    held_by = tenant or folder
    told = settings_in(folder) if held_by.tenant().is_distributed else {}
    return {**told, **environment(), **variables_of(held_by)}


def variables_of(folder: DataFolder) -> dict[str, str]:
    """Give what a folder decides, as variables for child processes."""
    tenant = folder.tenant()
    return {
        "CCHC_PROFILE": tenant.profile,
        "CCHC_DATA": str(folder.root),
        "CCHC_TENANT": tenant.tenant,
        "CCHC_PACK": str(folder.pack),
        "CCHC_SHIFT_SECONDS": str(tenant.shift_seconds),
        "CCHC_DEMONSTRATION": "yes" if tenant.demonstration else "no",
        **({"CCHC_CLOCK_FILE": str(folder.clock)} if tenant.demonstration else {}),
    }


def settings_in(folder: DataFolder) -> Mapping[str, str]:
    """Read a folder's `.env`: a name, `=`, and a value, in quotes or not; `#` after a space or at the beginning is a comment.

    Raises:
        SettingError: A line is none of these.
    """
    if not folder.settings_file.exists():
        return {}
    found = {}
    for number, line in enumerate(folder.settings_file.read_text().splitlines(), 1):
        if not (said := line.strip()) or said.startswith("#"):
            continue
        name, is_there, value = said.removeprefix("export ").partition("=")
        if not is_there:
            raise SettingError(f"line {number} of {folder.settings_file} is no NAME=value")
        found[name.strip()] = _said(value.strip())
    return found


def _said(value: str) -> str:
    quoted = _QUOTED.match(value)
    return quoted[2] if quoted else _COMMENT.sub("", value)
