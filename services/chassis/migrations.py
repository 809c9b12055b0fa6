"""Brings a database to this release's schema. Migrations lie outside packages, one folder per service."""

from pathlib import Path

from sqlalchemy import Engine


def upgrade(engine: Engine, folder: Path) -> None:
    """Run the migrations of a folder that have not run yet, in one transaction.

    Args:
        engine: The database.
        folder: Holds `env.py`, which takes the connection from `config.attributes["connection"]`, and `versions/`.
    """
    # Imported here: a tenth of what a process of the product imports, and of its memory, for what it seldom does.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
