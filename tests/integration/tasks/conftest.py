"""The tasks service on both stores, behind its Flask app."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tasks import TasksRig, a_tasks_rig


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TasksRig]:
    database = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = a_tasks_rig(tmp_path, database=database)
    yield made
    made.close()
