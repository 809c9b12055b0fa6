"""The read models on both databases, from a log with every fault."""

from datetime import date

import pytest
from sqlalchemy import select

from services.chassis.broker.port import TopicPartition
from services.chassis.database import open_database
from services.chassis.envelope import partition_of
from services.chassis.leases import Leases
from services.chassis.projector import Projector, active_view
from services.chassis.testing.in_memory import InMemoryBroker
from services.chassis.testing.projection_suite import drain, tables_of
from services.gateway.reporting.counter_sums import (
    Scope,
    reasons_of,
    served_by_one_stop,
    tallies_by_cell,
    tallies_by_day,
    tally_of,
)
from services.gateway.reporting.figures import NOTHING
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from services.gateway.reporting.projections.fleet import FLEET, tablets_of
from services.gateway.reporting.projections.units import UNITS, units_of
from services.gateway.worker import PROJECTIONS
from tests.support.at_once import AT_ONCE
from tests.support.gateway import BUSINESS_NOW, FIGURES, OtherServices, the_pack
from tests.support.gateway_demo import a_fleet, half_a_year

EVER = Scope(since=None, until=BUSINESS_NOW.date(), counted_only=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{tmp_path / 'read.db'}")
    else:
        opened = open_database(request.getfixturevalue("postgres_url"))
    yield opened
    opened.dispose()


@pytest.fixture
def others():
    return OtherServices()


def apply(engine, others, projection, *, seed=0):
    projector = Projector(
        engine, InMemoryBroker(others.log, seed=seed), projection, Leases(engine, owner="tests"), limits=AT_ONCE
    )
    drain(projector)
    return projector


def test_figures_are_sums_of_whole_blocks(engine, others):
    others.release_block({5: 4, 1: 1})
    others.release_block({4: 5}, field="chung-thuc", level="other_fields")
    others.release_block({2: 5}, one_stop_id="tt-ha-lam", counted=False)
    apply(engine, others, COUNTER_RESULTS).close()
    with engine.connect() as connection:
        view = active_view(connection, COUNTER_RESULTS)
        everything = tally_of(view, EVER)
        assert (everything.n, everything.blocks) == (15, 3)
        assert {key: tally.n for key, tally in tallies_by_cell(view, EVER).items()} == {
            ("xa-binh-duong", "dat-dai", "cell"): 5,
            ("xa-binh-duong", "chung-thuc", "other_fields"): 5,
            ("tt-ha-lam", "dat-dai", "cell"): 5,
        }


@pytest.mark.parametrize(
    ("since", "until", "ballots"),
    [
        (None, date(2021, 3, 5), 30),
        (date(2021, 1, 31), date(2021, 3, 5), 25),
        (date(2021, 2, 1), date(2021, 2, 28), 10),
        (date(2021, 2, 2), date(2021, 3, 4), 10),
        (date(2021, 3, 6), date(2021, 3, 31), 0),
    ],
)
def test_each_block_is_within_a_scope_once_whether_it_is_read_by_the_month_or_by_the_day(
    engine, others, since, until, ballots
):
    for day in ("01-30", "01-31", "02-01", "02-28", "03-01", "03-05"):
        others.release_block({4: 3, 1: 2}, closed_on=f"2021-{day}", reasons={"attitude": 2})
    apply(engine, others, COUNTER_RESULTS).close()
    scope = Scope(since=since, until=until)
    with engine.connect() as connection:
        view = active_view(connection, COUNTER_RESULTS)
        assert tally_of(view, scope).n == ballots
        assert sum(tally.n for tally in tallies_by_cell(view, scope).values()) == ballots
        assert sum(tally.n for tally in tallies_by_day(view, scope).values()) == ballots
        assert reasons_of(view, scope).get("attitude", 0) == ballots // 5 * 2


def test_families_are_never_pooled(engine, others):
    others.release_block({5: 5}, family="online")
    apply(engine, others, COUNTER_RESULTS).close()
    with engine.connect() as connection:
        assert tally_of(active_view(connection, COUNTER_RESULTS), EVER) == NOTHING


def test_a_later_served_count_of_a_day_replaces_the_earlier(engine, others):
    others.release_served("xa-binh-duong", 20)
    others.release_served("xa-binh-duong", 24)
    others.release_served("xa-binh-duong", 6, field="chung-thuc")
    apply(engine, others, COUNTER_RESULTS).close()
    with engine.connect() as connection:
        assert served_by_one_stop(active_view(connection, COUNTER_RESULTS), EVER) == {"xa-binh-duong": 30}


def test_a_report_made_from_a_batch_keeps_what_the_heartbeat_told(engine, others):
    others.pair("tablet-1")
    others.report("tablet-1", battery=0.4, queued=3)
    others.report("tablet-1", last_seq=11, received=11, battery=None, queued=None, app_version=None)
    apply(engine, others, FLEET).close()
    with engine.connect() as connection:
        (tablet,) = tablets_of(active_view(connection, FLEET))
    assert (tablet.last_seq, tablet.battery, tablet.queued, tablet.app_version) == (11, 0.4, 3, "2026.11.0")


def test_a_tablet_may_count_as_high_as_its_numbers_go(engine, others):
    others.pair("tablet-1")
    others.report("tablet-1", last_seq=2**53, received=2**31)
    apply(engine, others, FLEET).close()
    with engine.connect() as connection:
        (tablet,) = tablets_of(active_view(connection, FLEET))
    assert (tablet.last_seq, tablet.received) == (2**53, 2**31)


def test_units_keep_their_whole_dated_record(engine, others):
    others.describe_units(the_pack())
    apply(engine, others, UNITS).close()
    with engine.connect() as connection:
        assert len(units_of(active_view(connection, UNITS))) == 45


def test_a_block_that_breaks_its_contract_is_parked_and_the_next_one_counts(engine, others):
    others.publish(FIGURES, "cchc.indicators.block_released.v1", "cell-xa-binh-duong", {"block_id": 7})
    others.release_block({5: 5})
    projector = apply(engine, others, COUNTER_RESULTS)
    assert projector.status().parked == 1
    projector.close()
    with engine.connect() as connection:
        assert tally_of(active_view(connection, COUNTER_RESULTS), EVER).n == 5


def test_a_repeated_beginning_of_the_log_counts_nothing_twice(engine, others):
    for _ in range(6):
        others.release_block({5: 5})
    lane = TopicPartition(FIGURES, partition_of("cell-xa-binh-duong"))
    others.log.repeat(lane, 0, 4)
    apply(engine, others, COUNTER_RESULTS).close()
    with engine.connect() as connection:
        assert tally_of(active_view(connection, COUNTER_RESULTS), EVER).n == 30


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda it: it.name)
def test_a_rebuild_gives_the_same_tables_row_by_row(engine, others, projection):
    pack = the_pack()
    others.describe_units(pack)
    others.publish_questionnaire(pack)
    half_a_year(others)
    a_fleet(others)
    projector = apply(engine, others, projection)
    before = list(tables_of(engine, projection).values())
    projector.rebuild()
    projector.close()
    assert list(tables_of(engine, projection).values()) == before


def test_the_version_that_open_pages_wait_on_grows_with_each_message(engine, others):
    others.release_block({5: 5})
    others.release_served("xa-binh-duong", 20)
    apply(engine, others, COUNTER_RESULTS).close()
    with engine.connect() as connection:
        table = active_view(connection, COUNTER_RESULTS).table("freshness")
        assert connection.execute(select(table.c.messages)).scalar_one() == 2
