"""When ballots leave, given what waits."""

import pytest

from services.indicators.domain import ballot as rules
from services.indicators.domain.leaf import Level
from tests.unit.indicators.folder_in_memory import Folder, a_target


@pytest.fixture
def folder() -> Folder:
    return Folder()


def cast(folder: Folder, scores, *, name="b", **about) -> list[str]:
    names = [f"{name}{at}" for at in range(len(scores))]
    for ballot, score in zip(names, scores, strict=True):
        arrival = len(folder.desk.targets)
        folder.take(ballot, a_target(score=score, arrival=arrival, since=folder.day, **about))
    return names


def each(folder: Folder, names, change, *details) -> None:
    for name in names:
        folder.take(name, change(folder.desk.targets[name], *details, folder.day))


def test_four_ballots_wait(folder):
    cast(folder, [5, 4, 3, 2])
    assert folder.blocks == []


def test_five_ballots_of_a_cell_leave_together(folder):
    names = cast(folder, [5, 4, 3, 2, 5])
    (block,) = folder.blocks
    assert block.ballots == tuple(names)
    assert block.score_tally == {"2": 1, "3": 1, "4": 1, "5": 2}


def test_ballots_of_two_fields_do_not_leave_together(folder):
    cast(folder, [5, 5, 5], field="dat-dai")
    cast(folder, [5, 5], name="c", field="chung-thuc")
    assert folder.blocks == []


def test_counted_and_not_counted_do_not_leave_together(folder):
    cast(folder, [5, 5, 5])
    cast(folder, [5, 5], name="c", accepted=False)
    assert folder.blocks == []


def test_satisfied_ballots_that_agree_leave_at_k(folder):
    cast(folder, [5] * 5)
    assert len(folder.blocks) == 1


@pytest.mark.parametrize("score", [1, 2, 3])
def test_a_block_that_agrees_on_a_poor_score_waits_for_two_that_differ(folder, score):
    cast(folder, [score] * 7)
    assert folder.blocks == []
    cast(folder, [4], name="another")
    assert folder.blocks == [], "its size would tell that its last arrival differs"
    cast(folder, [4], name="one-more")
    assert [len(block.ballots) for block in folder.blocks] == [9]


def test_a_block_with_one_that_differs_leaves_at_twice_k(folder):
    cast(folder, [3] * 7)
    cast(folder, [5], name="another")
    cast(folder, [3], name="ninth")
    assert folder.blocks == []
    cast(folder, [3], name="tenth")
    assert [block.score_tally for block in folder.blocks] == [{"3": 9, "5": 1}]


def test_a_block_that_agrees_leaves_at_twice_k(folder):
    cast(folder, [3] * 10)
    assert [len(block.ballots) for block in folder.blocks] == [10]


def test_a_change_of_mind_frees_a_block_that_agreed(folder):
    names = cast(folder, [3] * 6)
    each(folder, names[:1], rules.changed, 5)
    assert [block.score_tally for block in folder.blocks] == [{"3": 4, "5": 1}]


def test_a_change_of_mind_takes_the_reasons_of_the_old_score_away(folder):
    before = a_target(score=2, reasons=("attitude",))
    assert rules.changed(before, 5, "2021-06-18").reasons == ()


def test_an_unpublished_ballot_moves_with_its_attribution(folder):
    names = cast(folder, [5] * 4)
    each(folder, names[:1], rules.attributed, "dat-dai")
    cast(folder, [5], name="c")
    assert folder.blocks == []
    cast(folder, [5], name="d")
    assert folder.blocks[0].ballots == ("b1", "b2", "b3", "c0", "d0")


def test_reasons_that_come_after_release_leave_with_five(folder):
    names = cast(folder, [2, 2, 2, 2, 5])
    each(folder, names[:4], rules.followed_up, ("attitude",))
    assert len(folder.blocks) == 1
    each(folder, names[4:], rules.followed_up, ("waiting_time",))
    assert folder.blocks[1].reason_tally == {"attitude": 4, "waiting_time": 1}
    assert folder.blocks[1].score_tally == {}


def test_four_follow_ups_and_one_change_leave_nothing_and_five_changes_leave_as_scores_alone(folder):
    names = cast(folder, [5, 5, 5, 5, 5])
    each(folder, names[:4], rules.followed_up, ("attitude",))
    each(folder, names[4:], rules.changed, 1)
    assert len(folder.blocks) == 1
    others = cast(folder, [5, 5, 5, 5, 5], name="c")
    each(folder, others[:3], rules.changed, 4)
    assert len(folder.blocks) == 2
    each(folder, others[3:4], rules.changed, 4)
    assert [set(block.ballots) for block in folder.blocks[2:]] == [{names[4], *others[:4]}]
    assert (folder.blocks[2].score_tally, folder.blocks[2].reason_tally) == ({"1": 1, "4": 4, "5": -5}, {})


def test_four_changes_and_one_follow_up_leave_nothing_and_five_follow_ups_leave_as_reasons_alone(folder):
    names, others = cast(folder, [5, 5, 5, 5, 5]), cast(folder, [5, 5, 5, 5, 5], name="c")
    each(folder, names[:4], rules.changed, 4)
    each(folder, names[4:], rules.followed_up, ("attitude",))
    assert len(folder.blocks) == 2
    each(folder, others[:4], rules.followed_up, ("waiting_time",))
    assert (folder.blocks[2].score_tally, folder.blocks[2].reason_tally) == ({}, {"attitude": 1, "waiting_time": 4})


def test_a_change_of_score_that_takes_reasons_away_corrects_them_in_a_block_of_their_own(folder):
    names = cast(folder, [2, 2, 2, 2, 5], reasons=("attitude",))
    each(folder, names[:4], rules.changed, 4)
    assert len(folder.blocks) == 1
    each(folder, names[4:], rules.changed, 4)
    shown = [(block.score_tally, block.reason_tally) for block in folder.blocks[1:]]
    assert shown == [({"2": -4, "4": 5, "5": -1}, {}), ({}, {"attitude": -5})]


def test_a_change_that_cancels_itself_out_before_it_left_is_no_correction(folder):
    names = cast(folder, [5] * 5)
    each(folder, names[:4], rules.changed, 4)
    each(folder, names[:4], rules.changed, 5)
    each(folder, names[4:], rules.changed, 4)
    assert len(folder.blocks) == 1


def test_a_ballot_changed_twice_while_it_waits_is_corrected_once(folder):
    names = cast(folder, [5] * 5)
    each(folder, names[:4], rules.changed, 2)
    each(folder, names[:4], rules.changed, 4)
    each(folder, names[4:], rules.changed, 1)
    assert folder.blocks[1].score_tally == {"1": 1, "4": 4, "5": -5}


def test_a_whole_block_in_quarantine_moves_to_the_not_counted_as_one(folder):
    names = cast(folder, [5, 4, 4, 2, 1])
    each(folder, names, rules.quarantined)
    move = folder.blocks[1]
    assert (move.whole, move.leaf.counted, move.to_leaf.counted) == (True, True, False)
    each(folder, names, rules.released)
    assert (folder.blocks[2].leaf, folder.blocks[2].to_leaf) == (move.to_leaf, move.leaf)


def test_most_of_one_block_and_one_of_another_do_not_leave_together(folder):
    first, second = cast(folder, [5, 4, 4, 2, 1]), cast(folder, [5] * 5, name="c")
    each(folder, [*first[:4], second[0]], rules.quarantined)
    assert len(folder.blocks) == 2


def test_corrections_of_at_most_half_of_each_block_leave_together(folder):
    blocks = [cast(folder, [5, 4, 4, 2, 1], name=name) for name in "abc"]
    each(folder, [*blocks[0][:2], *blocks[1][:2], blocks[2][0]], rules.quarantined)
    assert len(folder.blocks) == 4
    assert folder.blocks[3].score_tally == {"4": 2, "5": 3}


def test_a_remainder_moves_up_after_five_working_days_and_joins_other_fields(folder):
    cast(folder, [5, 5, 5], field="dat-dai")
    cast(folder, [4, 4], name="c", field="chung-thuc")
    folder.pass_days(9)
    assert folder.blocks == []
    folder.pass_days(1)
    (block,) = folder.blocks
    assert (block.leaf.level, block.leaf.field, block.leaf.one_stop_id) == (Level.OTHER_FIELDS, "other", "xa-a")


def test_a_remainder_of_a_commune_moves_on_to_the_queue_of_its_parent(folder):
    cast(folder, [5, 5, 5], one_stop="xa-a")
    cast(folder, [4, 4], name="c", one_stop="xa-b")
    folder.pass_days(30)
    (block,) = folder.blocks
    assert (block.leaf.level, block.leaf.one_stop_id) == (Level.UNIT, "huyen")


def test_ballots_that_agree_leave_at_the_last_level_when_the_last_wait_is_over(folder):
    cast(folder, [2] * 6)
    folder.pass_days(16)
    assert folder.blocks == []
    folder.pass_days(14)
    assert [len(block.ballots) for block in folder.blocks] == [6]


def test_fewer_than_k_of_a_unit_wait_for_company(folder):
    cast(folder, [5] * 4)
    folder.pass_days(100)
    assert folder.blocks == []
    cast(folder, [5], name="late")
    folder.pass_days(30)
    assert [len(block.ballots) for block in folder.blocks] == [5]


def test_a_late_attribution_does_not_move_up_because_it_says_nothing_there(folder):
    names = cast(folder, [5] * 5)
    each(folder, names[:2], rules.attributed, "dat-dai")
    folder.pass_days(30)
    assert len(folder.facts) == 1
