"""Commands of the command line, run in this process."""

from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from cchc.data_folder import DataFolder
from cchc.main import main


def init(folder: DataFolder, pack: Path) -> Result:
    """Run `cchc init`."""
    return CliRunner().invoke(main, ["init", "--data", str(folder.root), "--pack", str(pack)])


def run(*arguments: object) -> Result:
    """Run any command."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_settings(folder: DataFolder, settings: Mapping[str, str]) -> None:
    """Write a folder's `.env`."""
    folder.root.mkdir(exist_ok=True)
    folder.settings_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    folder.settings_file.chmod(0o600)
