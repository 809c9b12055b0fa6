"""Options that several commands share."""

from pathlib import Path

import click

from cchc.data_folder import DataFolder

data_option = click.option(
    "--data",
    "folder",
    envvar="CCHC_DATA",
    default="var",
    show_default=True,
    callback=lambda _context, _parameter, value: _folder(value),
    help="The tenant's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def _folder(value: str) -> DataFolder:
    return DataFolder(Path(value).absolute())
