"""A part of a page is made once for all who want it, and nobody waits for another part."""

import threading
from collections.abc import Callable

from services.gateway.portal.fragments import Fragments
from tests.support.servers.ports import eventually


class Maker:
    """Makes parts; waits with the slow one until it is let go."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.begun, self.gate = threading.Event(), threading.Event()

    def slow(self) -> str:
        self.begun.set()
        assert self.gate.wait(20)
        return self.quick(1)

    def quick(self, key: int) -> str:
        self.made.append(key)
        return f"part {key}"


def asking(fragments: Fragments, key: int, make: Callable[[], str], answers: list[str]) -> threading.Thread:
    thread = threading.Thread(target=lambda: answers.append(fragments.get(key, make)))
    thread.start()
    return thread


def test_a_part_is_made_once_whoever_asks_at_the_same_time():
    fragments, maker, answers = Fragments(), Maker(), list[str]()
    threads = [asking(fragments, 1, maker.slow, answers) for _ in range(8)]
    maker.gate.set()
    for thread in threads:
        thread.join(20)
    assert (maker.made, answers) == ([1], ["part 1"] * 8)


def test_who_wants_another_part_does_not_wait_for_a_slow_one():
    fragments, maker, answers = Fragments(), Maker(), list[str]()
    waiting = asking(fragments, 1, maker.slow, answers)
    assert maker.begun.wait(20)
    other = asking(fragments, 2, lambda: maker.quick(2), answers)
    eventually(lambda: answers == ["part 2"])
    maker.gate.set()
    waiting.join(20)
    other.join(20)
    assert answers == ["part 2", "part 1"]


def test_only_the_newest_parts_are_kept():
    fragments, maker = Fragments(), Maker()
    for key in (0, *range(1, 128), 0, 128, 0, 1):
        fragments.get(key, lambda key=key: maker.quick(key))
    assert maker.made == [*range(129), 1]


def test_a_part_that_could_not_be_made_is_made_for_the_next_who_asks():
    fragments, maker = Fragments(), Maker()

    def fails() -> str:
        raise ValueError

    try:
        fragments.get(1, fails)
    except ValueError:
        assert fragments.get(1, lambda: maker.quick(1)) == "part 1"
