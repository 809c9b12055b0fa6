"""The indicators service on files of its own."""

from pathlib import Path

from services.indicators.config import Settings

PACK = Path(__file__).parents[2] / "packs" / "thang-binh-2021"


def settings_of(
    place: Path, *, database: str | None = None, folder_database: str | None = None, pack: Path = PACK
) -> Settings:
    """Give settings whose databases are SQLite files in a folder, save those that are named."""
    return Settings(
        database=database or f"sqlite:///{place / 'indicators.db'}",
        read_database=database or f"sqlite:///{place / 'read_indicators.db'}",
        folder_database=folder_database or f"sqlite:///{place / 'folder.db'}",
        keys=place / "keys",
        tenant="test",
        pack=pack,
    )
