"""The settings of a data folder's services, for programs that open them in their own process."""

from cchc.data_folder import DataFolder
from services.chassis.settings import Environment, environment


def environment_of(folder: DataFolder) -> Environment:
    """Give the settings under which the services of a folder run."""
    return Environment({**environment(), **variables_of(folder)})


def variables_of(folder: DataFolder) -> dict[str, str]:
    """Give what a folder decides, as variables for child processes."""
    tenant = folder.tenant()
    return {
        "CCHC_PROFILE": "embedded",
        "CCHC_DATA": str(folder.root),
        "CCHC_TENANT": tenant.tenant,
        "CCHC_PACK": str(folder.pack),
        "CCHC_SHIFT_SECONDS": str(tenant.shift_seconds),
        "CCHC_DEMONSTRATION": "yes" if tenant.demonstration else "no",
    }
