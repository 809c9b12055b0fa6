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
profile_option = click.option(
    "--profile",
    type=click.Choice(["embedded", "distributed"]),
    help="What a new folder is made for: files of its own, or PostgreSQL and Kafka. A folder knows its own.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def _folder(value: str) -> DataFolder:
    return DataFolder(Path(value).absolute())
