"""Commands of the command line, run in this process."""

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
