"""The containers of docker-compose.yml, brought up once for all tests of this folder: `make test-compose`."""

import os
from collections.abc import Iterator

import pytest

from tests.compose.stack import Stack

# Only `make test-compose` has built the images; nobody else is kept waiting for them.
collect_ignore_glob = [] if os.environ.get("CCHC_TEST_COMPOSE") else ["test_*.py"]  # noqa: TID251 - a switch of tests alone


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("compose"))
    try:
        made.up()
        yield made
    finally:
        made.down()
