"""A family that is added tells its figures from the beginning, by itself."""

import pytest

from services.chassis.database import open_database
from services.chassis.leases import Leases
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running import table
from services.indicators.domain.running.tasks_extended import TASKS_EXTENDED
from services.indicators.projections.running_figures import RunningFigures
from tests.integration.indicators.running_cases import YEAR, assigned, completed, day
from tests.support.running_figures import RunningRig


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'folder.db'}")
    yield engine
    engine.dispose()


def test_a_new_family_is_told_from_all_that_was_told_before(engine, monkeypatch):
    leases = Leases(engine, owner="test")
    year = {"since": YEAR, "until": day(12, 31)}
    before = RunningFigures(WorkingCalendar())
    before.version = table.VERSION - TASKS_EXTENDED.version
    with monkeypatch.context() as earlier:
        earlier.setattr(table, "FAMILIES", tuple(it for it in table.FAMILIES if it is not TASKS_EXTENDED))
        rig = RunningRig(engine, projection=before, leases=leases)
        assigned(rig, "t1", due_on=day(2, 10))
        rig.task("extension_decided", "t1", day(2, 5), n=1, decision="approve", due_on="2021-03-10")
        rig.follow()
        assert rig.figure("TASKS_EXTENDED", **year) is None
        assert rig.figure("TASKS_ON_TIME", **year) == (0, 1)
        rig.close()
    now = RunningRig(engine, leases=leases, after=rig)
    now.follow()
    assert now.figure("TASKS_EXTENDED", **year) == (1, 1)
    completed(now, "t1", on=day(2, 9), accepted_on=day(2, 9), timeliness="on_time")
    now.follow()
    assert now.figure("TASKS_ON_TIME", **year) == (1, 1)
    now.close()
