"""The stream log is checked as its subscribers would: no message changed, no place missing, every hash as it follows."""

import pytest
from sqlalchemy import delete, update

from services.chassis.database import open_database
from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.streams.log_tables import DAYS, ENTRIES, HEADS, MEMBERS
from services.gateway.streams.verification import check_log
from tests.support.stream_log import a_stream_log, described_services

MESSAGES = 5
CHANNEL_IDS = ("figures", "figures.huyen", "figures.mot-cua-an", "figures.tinh", "figures.xa-an")
"""The tenant's, and those of the one-stop, its commune, the district and the province."""


@pytest.fixture
def engine(tmp_path):
    services = described_services()
    log = a_stream_log(tmp_path / "streams.db", InMemoryBroker(services.log, seed=3))
    for nth in range(MESSAGES):
        services.release("mot-cua-an", share=0.1 * nth)
    log.catch_up()
    log.close()
    opened = open_database(f"sqlite:///{tmp_path / 'streams.db'}")
    yield opened
    opened.dispose()


def found(engine):
    told = []
    check_log(engine, lambda *what: told.append(what))
    return told


def test_what_is_whole_is_checked_message_by_message_and_place_by_place(engine):
    assert check_log(engine, lambda *_: pytest.fail("nothing is wrong")) == MESSAGES + MESSAGES * len(CHANNEL_IDS)


THIRD_OF_TENANT = (MEMBERS.c.channel == "figures", MEMBERS.c.sequence == 3)
BREAKAGES = {
    "a body": (
        update(ENTRIES).where(ENTRIES.c.ordinal == 2).values(body=b"{}"),
        [("entries", 2, "the message was changed")],
    ),
    "a digest": (
        update(ENTRIES).where(ENTRIES.c.ordinal == 5).values(digest=b"x" * 32),
        [("entries", 5, "the message was changed")]
        + [(channel, 5, "the hash does not follow from the one before") for channel in CHANNEL_IDS],
    ),
    "a hash": (
        update(MEMBERS).where(*THIRD_OF_TENANT).values(hash=b"x" * 32),
        [("figures", place, "the hash does not follow from the one before") for place in (3, 4)],
    ),
    "a place": (delete(MEMBERS).where(*THIRD_OF_TENANT), [("figures", 4, "it follows place 2")]),
    "a message": (
        delete(ENTRIES).where(ENTRIES.c.ordinal == 5),
        [(channel, 5, "its message is missing") for channel in CHANNEL_IDS],
    ),
    "a head": (
        update(HEADS).where(HEADS.c.channel == "figures.huyen").values(sequence=7),
        [("figures.huyen", 7, "its head says 7, and its places end at 5")],
    ),
    "a head that is gone": (
        delete(HEADS).where(HEADS.c.channel == "figures"),
        [("figures", 5, "its head is missing")],
    ),
    "a whole channel, head and places": (
        delete(MEMBERS),
        [("entries", ordinal, "no channel has it") for ordinal in range(1, 6)]
        + [
            finding
            for channel in CHANNEL_IDS
            for finding in (
                (channel, 5, "its head says 5, and its places end at 0"),
                (channel, 0, "its days end at 5, and its places at 0"),
            )
        ],
    ),
    "a day": (
        update(DAYS).where(DAYS.c.channel == "figures").values(first=3),
        [("figures", 3, "a day begins at it, and the one before ends at 0")],
    ),
    "what is no message at all": (
        update(ENTRIES).where(ENTRIES.c.ordinal == 2).values(body=b"[" * 100_000),
        [("entries", 2, "the message was changed")],
    ),
}


@pytest.mark.parametrize("broken", BREAKAGES)
def test_what_is_broken_is_found_where_it_is(engine, broken):
    change, expected = BREAKAGES[broken]
    with engine.begin() as connection:
        connection.execute(change)
    assert found(engine) == expected
