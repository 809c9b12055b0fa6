"""Brings a database to this release's schema. Migrations lie outside packages, one folder per service."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine, folder: Path) -> None:
    """Run the migrations of a folder that have not run yet, in one transaction.

    Args:
        engine: The database.
        folder: Holds `env.py`, which takes the connection from `config.attributes["connection"]`, and `versions/`.
    """
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
