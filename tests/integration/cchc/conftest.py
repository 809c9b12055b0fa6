"""A data folder that does not exist yet, and a copy of the tenant pack that may be broken."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.data_folder import DEFAULT_PACK, DataFolder
from cchc.servers import database_variables
from tests.integration.cchc.commands import write_settings
from tests.support.servers.kafka import KafkaServer
from tests.support.servers.postgres import Databases


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "var")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(DEFAULT_PACK, tmp_path / "pack")


@pytest.fixture
def servers(postgres_databases: Databases, kafka: KafkaServer) -> Iterator[dict[str, str]]:
    """The settings of the distributed profile, with an empty database for each store."""
    urls = {variable: postgres_databases.lend() for variable in database_variables().values()}
    yield {**urls, "CCHC_KAFKA": kafka.bootstrap}
    for url in urls.values():
        postgres_databases.take_back(url)


@pytest.fixture
def empty(tmp_path: Path, servers: dict[str, str]) -> DataFolder:
    """A folder that only knows its servers."""
    folder = DataFolder(tmp_path / "distributed")
    write_settings(folder, servers)
    return folder
