"""The judge on databases that somebody has doctored: each thing that may go wrong is a complaint, and nothing else is."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from services.chassis.database import open_database
from services.chassis.envelope import decode
from services.chassis.event_store.port import OutboxRow, RecordedFact
from services.chassis.leases import Leases
from services.chassis.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from tests.chaos.crowd import Ledger
from tests.chaos.figures import lines_of
from tests.chaos.judge import judge_survey
from tests.chaos.judge_ballots import judge_ballots, judge_whereabouts
from tests.chaos.judge_figures import FIGURE_EVENTS, judge_blocks, judge_figures
from tests.chaos.plan import planned
from tests.chaos.reader import Reader, judge_reader, wrong_sums
from tests.chaos.reading import blocks_of, events_of, facts_of, outbox_of
from tests.chaos.tables import read_model
from tests.integration.indicators.folder_rig import FolderRig

SCORES = (5, 4, 5, 3, 5, 4, 4, 5, 5, 2, 5, 1)
FOLDER, PORTAL = "folder_v1_b1_", "counter_results_v2_b1_"


class Case:
    """Twelve ballots that went the whole way: two blocks, and two ballots that wait."""

    def __init__(self, place: Path) -> None:
        self.rig = FolderRig(f"sqlite:///{place / 'folder.db'}", place)
        self.said = [self.rig.survey.cast(f"b{at:02}", score) for at, score in enumerate(SCORES)]
        self.rig.write(*self.said, self.rig.survey.served(40))
        self.rig.follow()
        self.portal = open_database(f"sqlite:///{place / 'read.db'}")
        self.ledger = Ledger()
        self.facts = [self._received(at, score) for at, score in enumerate(SCORES)]
        self.tell(list(outbox_of(self.rig.service.store)))

    def tell(self, rows: list[OutboxRow]) -> None:
        """Let the portal read what the folder published."""
        log = InMemoryLog()
        log.write(*(row for row in rows if row.topic == FIGURE_EVENTS))
        leases = Leases(self.portal, owner="judge")
        projector = Projector(
            self.portal, InMemoryBroker(log, waits=False), COUNTER_RESULTS, leases, clock=self.rig.clock
        )
        while projector.run_once():
            pass
        projector.close()

    @property
    def folder(self) -> Engine:
        return self.rig.service.engine

    def figures(self) -> list[str]:
        with read_model(self.folder, "folder") as folder, read_model(self.portal, "counter_results") as portal:
            return list(judge_figures(self.rig.service.store, folder, portal))

    def ballots(self) -> list[str]:
        events = [decode(row.value) for row in self.said if row.value is not None]
        with read_model(self.folder, "folder") as folder:
            said = [*judge_ballots(self.facts, events, self.ledger, folder, self.rig.clock)]
            return [*said, *judge_whereabouts(facts_of(self.rig.service.store), folder)]

    def _received(self, at: int, score: int) -> RecordedFact:
        ballot, entry = f"b{at:02}", f"e{at:02}"
        raw = json.dumps({"kind": "cast", "ballot_id": ballot, "score": score}).encode()
        self.ledger.casts[ballot], self.ledger.lines[entry] = entry, raw
        self.ledger.one_stops[ballot] = "xa-binh-duong"
        self.ledger.acknowledged.add(entry)
        receipt = {"entry_id": entry, "raw": base64.b64encode(raw).decode()}
        data = {"receipt": receipt, "ballot_id": ballot, "one_stop_id": "xa-binh-duong"}
        return a_fact(at + 1, "survey.ballot_cast.v1", data)


def a_fact(position: int, wire: str, data: Mapping[str, object]) -> RecordedFact:
    return RecordedFact(
        position=position,
        stream="ballots-17",
        version=position,
        type=wire,
        data=json.dumps(data).encode(),
        metadata=b"{}",
        recorded_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = Case(tmp_path)
    yield made
    made.portal.dispose()
    made.rig.kill()


def doctor(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount != 0


def test_what_went_right_is_no_complaint(case: Case) -> None:
    assert len(blocks_of(case.rig.service.store)) == 2
    assert case.figures() == []
    assert case.ballots() == []
    assert list(judge_survey(case.facts, case.ledger)) == []


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (f"UPDATE {FOLDER}leaves SET score_5 = score_5 + 1", "the folder's leaf sums: 1 are not"),
        (f"UPDATE {FOLDER}leaves SET blocks = blocks * 2", "the folder's leaf sums: 1 are not"),
        (f"UPDATE {FOLDER}blocks SET size = size + 1", "the folder's blocks: 2 are not"),
        (f"DELETE FROM {FOLDER}blocks", "the folder's blocks: 2 are missing"),
        ("DELETE FROM outbox WHERE topic = 'indicators.figure.events.v1'", "published blocks: 2 are missing"),
    ],
)
def test_a_folder_that_sums_or_publishes_otherwise_is_a_complaint(case: Case, statement: str, complaint: str) -> None:
    doctor(case.folder, statement)
    assert any(said.startswith(complaint) for said in case.figures()), case.figures()


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (f"UPDATE {PORTAL}daily SET score_5 = score_5 * 2", "the portal's sums, beside what was published: 1 are not"),
        (f"UPDATE {PORTAL}daily SET blocks = blocks + 1", "the portal's sums, beside the folder's blocks: 1 are not"),
        (f"DELETE FROM {PORTAL}daily", "the portal's sums, beside what was published: 5 are missing"),
        (f"DELETE FROM {PORTAL}monthly", "the portal's months, beside its days: 5 are missing"),
        (f"DELETE FROM {PORTAL}blocks WHERE score_2 = 1", "the portal's blocks: 1 are missing"),
        (f"UPDATE {PORTAL}blocks SET block_id = 'x' WHERE score_2 = 1", "the portal's blocks: 1 should not"),
        (f"UPDATE {PORTAL}served SET served = 41", "the portal's served: 1 are not"),
    ],
)
def test_a_portal_that_tells_otherwise_is_a_complaint(case: Case, statement: str, complaint: str) -> None:
    doctor(case.portal, statement)
    assert any(said.startswith(complaint) for said in case.figures()), case.figures()


def test_ballots_in_two_blocks_are_a_complaint(case: Case) -> None:
    blocks = blocks_of(case.rig.service.store)
    assert any(
        "ballots are in two blocks" in said for said in judge_blocks([*blocks, blocks[0]], dict(lines_of(blocks)))
    )


def test_a_block_that_is_published_twice_is_a_complaint(case: Case) -> None:
    with case.folder.begin() as connection:
        names = [column["name"] for column in inspect(connection).get_columns("outbox") if column["name"] != "position"]
        listed = ", ".join(f'"{name}"' if name != "number" else "number + 100" for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            text(
                f"INSERT INTO outbox (position, {columns}) SELECT position + 100, {listed} FROM outbox WHERE number = 1"
            )
        )
    assert any("published twice" in said for said in case.figures()), case.figures()


def test_a_block_that_says_what_its_ballots_do_not_say_is_a_complaint(case: Case) -> None:
    blocks = blocks_of(case.rig.service.store)
    blocks[0]["score_tally"]["5"] += 1
    assert [said for said in judge_blocks(blocks, dict(lines_of(blocks))) if said.startswith("sums of blocks")]


def test_a_block_of_fewer_than_k_is_a_complaint(case: Case) -> None:
    blocks = blocks_of(case.rig.service.store)
    for beside in ("ballots", "scores", "reasons"):
        blocks[0][beside] = blocks[0][beside][:4]
    assert [said for said in judge_blocks(blocks, dict(lines_of(blocks))) if "fewer than 5" in said]


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (f"DELETE FROM {FOLDER}ballots WHERE ballot = 'b03'", "1 ballots are not in the folder"),
        (f"UPDATE {FOLDER}ballots SET ballot = 'zz' WHERE ballot = 'b03'", "1 ballots in the folder were never cast"),
        (f"UPDATE {FOLDER}ballots SET score = 1 WHERE ballot = 'b03'", "ballots per one-stop, day and score"),
        (f"UPDATE {FOLDER}ballots SET quarantined = 1 WHERE ballot = 'b03'", "ballots in the folder: 1 are not"),
        (f"UPDATE {FOLDER}ballots SET since = '2026-03-01'", "ballots in the folder: 12 are not"),
        (f"UPDATE {FOLDER}cells SET one_stop_id = 'xa-binh-minh'", "ballots in the folder: 12 are not"),
        (f"DELETE FROM {FOLDER}waiting", "2 ballots are neither published nor waiting"),
    ],
)
def test_a_ballot_that_is_lost_or_changed_on_its_way_is_a_complaint(case: Case, statement: str, complaint: str) -> None:
    doctor(case.folder, statement)
    assert any(said.startswith(complaint) for said in case.ballots()), case.ballots()


def test_envelopes_that_are_lost_doubled_or_changed_are_complaints(case: Case) -> None:
    assert any("are lost" in said for said in judge_survey(case.facts[1:], case.ledger))
    assert any("stored twice" in said for said in judge_survey([*case.facts, case.facts[0]], case.ledger))
    case.ledger.lines["e00"] = b"{}"
    assert any("not what their tablets wrote" in said for said in judge_survey(case.facts, case.ledger))


def test_a_figure_that_was_never_true_is_a_complaint(case: Case) -> None:
    events = events_of(case.rig.service.store, FIGURE_EVENTS)
    reader = Reader("http://127.0.0.1", "http://127.0.0.1")
    last = ("xa-binh-duong", 2, (0, 1, 1, 3, 5))
    reader.told, reader.newest = {last}, {last}
    assert list(judge_reader(reader, [events])) == []
    reader.told.add(("xa-binh-duong", 2, (0, 1, 1, 3, 6)))
    reader.newest = set()
    assert [said.split(": ")[0] for said in judge_reader(reader, [events])] == [
        "1 figures were told that were never true",
        "the portal tells [] at the end, should be [('xa-binh-duong', 2, (0, 1, 1, 3, 5))]",
    ]


def test_a_total_that_is_not_the_sum_of_its_one_stops_is_a_complaint() -> None:
    line = {"one_stop": "a", "blocks": 1, "ballots": 5}
    total = {"blocks": 1, "ballots": 6, "scores": {"5": 6}}
    answer = {"counted": total, "all": total, "one_stops": [line]}
    assert len(list(wrong_sums(answer))) == 1


def test_seeds_in_a_row_do_every_kind_of_hurt_and_restore_only_what_was_backed_up_before() -> None:
    kinds = [*(f"kill {name}" for name in "abcdefghij"), "back up x", "restore an older x", "restore an older y"]
    plans = [planned(kinds, seed, 3) for seed in range(1, 6)]
    assert {name for plan in plans for name in plan} >= set(kinds)
    for plan in plans:
        if "restore an older x" in plan:
            assert "back up x" in plan[: plan.index("restore an older x")]
