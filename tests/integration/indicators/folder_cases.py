"""The folder's promises, whichever database is below it."""

import random

import pytest

from services.chassis.database import open_database
from tests.integration.indicators.folder_rig import FolderRig


class FolderCases:
    """Run by each database's own test module."""

    def test_four_ballots_of_a_cell_release_nothing_and_the_fifth_releases_one_block(self, rig: FolderRig) -> None:
        rig.write(*(rig.survey.cast(f"b{at}", 4 + at % 2) for at in range(4)))
        rig.follow()
        assert rig.published() == []
        rig.write(rig.survey.cast("b4", 3))
        assert rig.projector.run_once() == 1
        (block,) = rig.published()
        assert (block["size"], block["kind"], block["level"]) == (5, "ballots", "cell")
        assert block["scores"] == {"3": 1, "4": 2, "5": 2}
        assert block["closed_on"] == "2026-03-02"
        assert "'b4'" not in str(block)

    def test_ballots_that_agree_on_a_poor_score_wait_for_two_that_differ_or_for_ten(self, rig: FolderRig) -> None:
        rig.write(*(rig.survey.cast(f"b{at}", 3) for at in range(9)))
        rig.follow()
        assert rig.published() == []
        rig.write(rig.survey.cast("b9", 3))
        rig.follow()
        assert [block["scores"] for block in rig.published()] == [{"3": 10}]
        rig.write(*(rig.survey.cast(f"c{at}", 3 if at < 6 else 5) for at in range(8)))
        rig.follow()
        assert [block["scores"] for block in rig.published()[1:]] == [{"3": 6, "5": 2}]

    def test_a_change_before_release_changes_the_queued_ballot(self, rig: FolderRig) -> None:
        rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(4)), rig.survey.changed("b0", 1))
        rig.write(rig.survey.cast("b4", 5))
        rig.follow()
        assert [block["scores"] for block in rig.published()] == [{"1": 1, "5": 4}]

    def test_changes_after_release_leave_as_signed_deltas_when_five_wait(self, rig: FolderRig) -> None:
        rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(5)))
        rig.follow()
        rig.write(*(rig.survey.changed(f"b{at}", 3 + at % 2) for at in range(4)))
        rig.follow()
        assert len(rig.published()) == 1
        rig.write(rig.survey.changed("b4", 4))
        rig.follow()
        correction = rig.published()[1]
        assert (correction["kind"], correction["size"], correction["scores"]) == (
            "corrections",
            5,
            {"3": 2, "4": 3, "5": -5},
        )

    def test_messages_carry_no_trace_of_the_journey_and_no_minute(self, rig: FolderRig) -> None:
        rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(5)))
        rig.follow()
        (row,) = rig.service.store.read_outbox(0, 10, ["indicators.figure.events.v1"])
        text = row.value.decode()
        assert row.key == "cell-xa-binh-duong"
        assert not any(name in text for name in ("traceparent", "correlationid", "causationid", "ballot_id"))
        assert '"time":"2026-03-02T01:00:00.000Z"' in text

    def test_served_counts_are_released_as_absolute_numbers_once_per_change(self, rig: FolderRig) -> None:
        rig.write(rig.survey.served(7), rig.survey.served(7), rig.survey.served(2, counter_id="quay-2"))
        rig.follow()
        rig.write(rig.survey.served(9))
        rig.follow()
        assert [fact["served"] for fact in rig.published("served_released")][-1] == 11
        numbers = [fact["served"] for fact in rig.published("served_released")]
        assert len(numbers) == len(set(numbers))

    @pytest.mark.parametrize("seed", range(3))
    def test_killing_the_folder_between_any_two_steps_loses_and_doubles_nothing(
        self, rig: FolderRig, seed: int
    ) -> None:
        chance = random.Random(seed)
        cast = play(rig, chance, steps=25, between=lambda: rig.restart() if chance.random() < 0.5 else None)
        rig.follow()
        counted = sum(sum(block["scores"].values()) for block in rig.published() if block["kind"] == "ballots")
        tables = rig.tables()
        waiting = sum(1 for row in tables["waiting"] if row[0].startswith('["ballots"'))
        assert counted + waiting == len(cast)
        assert len({block["block_id"] for block in rig.published()}) == len(rig.published())
        assert sum(row[7] for row in tables["leaves"]) == sum(
            sum(block["scores"].values()) for block in rig.published()
        )

    @pytest.mark.parametrize("seed", range(3))
    def test_a_rebuild_from_zero_gives_the_same_tables_row_by_row_and_releases_nothing(
        self, rig: FolderRig, seed: int
    ) -> None:
        chance = random.Random(seed + 100)
        play(rig, chance, steps=25, between=lambda: rig.pass_days(chance.choice((0, 0, 1, 9))))
        rig.follow()
        before, published = rig.tables(), rig.published()
        assert published
        rig.projector.rebuild()
        after = rig.tables()
        for name, rows in before.items():
            assert rows == after[name], name
        assert rig.published() == published
        rig.write(*(rig.survey.cast(f"after-{at}", 5) for at in range(10)))
        rig.follow()
        assert len(rig.published()) > len(published)


def play(rig: FolderRig, chance: random.Random, *, steps: int, between) -> list[str]:
    """Write random ballots, changes, quarantines and attributions, follow the log in between; give the ballots."""
    unit = {"id": "xa-binh-duong", "kind": "commune", "parents": [{"parent_id": "huyen"}], "valid_from": None}
    rig.write(rig.survey.row("directory.unit.state.v1", "unit", "xa-binh-duong", unit, service="directory"))
    rig.follow_units()
    rig.follow()
    cast: list[str] = []
    for _ in range(steps):
        for _ in range(chance.randint(1, 8)):
            ballot = f"b{len(cast):04}"
            cast.append(ballot)
            rig.write(
                rig.survey.cast(ballot, chance.choice((1, 3, 4, 5, 5)), field=chance.choice(("unknown", "dat-dai")))
            )
        start = chance.randrange(len(cast))
        kind = chance.choice(("changed", "quarantined", "released", "attributed", "followed_up"))
        for ballot in cast[start : start + chance.randint(1, 8)]:
            about = {"score": chance.randint(1, 5), "because": "rule", "field": "chung-thuc", "reasons": ["attitude"]}
            rig.write(rig.survey.ballot(f"ballot_{kind}", {"ballot_id": ballot, "day": "2026-03-02"} | about))
        if chance.random() < 0.7:
            rig.projector.run_once()
        between()
    return cast


def rig_on(url: str, tmp_path) -> FolderRig:
    open_database(url).dispose()
    return FolderRig(url, tmp_path)
