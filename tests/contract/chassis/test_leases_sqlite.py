"""Leases on a SQLite file."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.leases import Leases, create_leases
from services.chassis.testing.lease_suite import LeaseSuite

_HOLD = """
import sys
from services.chassis.database import open_database
from services.chassis.leases import Leases
leases = Leases(open_database(sys.argv[1]), owner="other process")
print(leases.acquire("relay"), flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="engine")
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/folder.db")
    with engine.begin() as connection:
        create_leases(connection)
    yield engine
    engine.dispose()


class TestSqliteLeases(LeaseSuite):
    def test_a_killed_process_leaves_its_lease_to_the_next(self, engine: Engine, tmp_path: Path):
        url = f"sqlite:///{tmp_path}/folder.db"
        with subprocess.Popen(
            [sys.executable, "-c", _HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "1\n"
            leases = Leases(engine, owner="this process")
            assert leases.acquire("relay") is None
            other.kill()
            other.wait()
            assert leases.acquire("relay") == 2
