from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.reporting.fleet_report import TabletState, state_of
from services.gateway.reporting.projections.fleet import Tablet

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SILENT_AFTER = timedelta(minutes=5)
HEARD = Tablet(
    device_id="t",
    counter_id="c",
    counter_name="Quầy 1",
    one_stop_id="o",
    paired_at=NOW - timedelta(days=1),
    revoked_at=None,
    last_contact_at=NOW - timedelta(seconds=20),
    last_seq=9,
    received=9,
    missing=(),
    chain_broken=False,
    queued=0,
    oldest_unsent_seconds=None,
    battery=1.0,
    persisted=True,
    app_version="1",
    wake_lock_refusals=0,
)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, TabletState.IN_CONTACT),
        ({"last_contact_at": NOW - timedelta(minutes=5)}, TabletState.IN_CONTACT),
        ({"last_contact_at": NOW - timedelta(minutes=5, seconds=1)}, TabletState.SILENT),
        ({"last_contact_at": None}, TabletState.NEVER_HEARD),
        ({"missing": ((3, 4),)}, TabletState.MISSING),
        ({"missing": ((3, 4),), "last_contact_at": NOW - timedelta(days=1)}, TabletState.MISSING),
        ({"chain_broken": True}, TabletState.MISSING),
        ({"revoked_at": NOW, "missing": ((3, 4),)}, TabletState.REVOKED),
    ],
)
def test_a_tablet_is_in_the_one_state_that_somebody_has_to_act_on(told, state):
    assert state_of(replace(HEARD, **told), NOW, SILENT_AFTER) == state


def test_missing_envelopes_are_counted_over_their_ranges():
    assert replace(HEARD, missing=((203, 207), (961, 961))).missing_count == 6


def test_no_field_of_a_tablet_tells_a_score():
    assert not [name for name in Tablet.__slots__ if "score" in name or "reason" in name]
