"""Somebody who looks at the portal all the time: it may be away while it is killed, it may never tell a wrong figure."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from services.chassis.envelope import CloudEvent
from tests.chaos.figures import published_lines

FIGURES = "/api/reporting/v1/counter-results"
PAGE = "/counter-results"
STREAM = "/streams/v1/pages/counter-results/sse"
AWAY = {502, 503, 504}

Told = tuple[str, int, tuple[int, ...]]
"""A one-stop, its blocks, and its ballots per score."""


class Reader(threading.Thread):
    """Reads figures over and over. `told` is every figure that it was ever told, `wrong` what no honest answer is."""

    def __init__(self, portal_url: str, streams_url: str) -> None:
        super().__init__(name="reader", daemon=True)
        self._portal = httpx.Client(base_url=portal_url, timeout=5)
        self._streams = httpx.Client(base_url=streams_url, timeout=5)
        self._ended = threading.Event()
        self.told: set[Told] = set()
        self.newest: set[Told] = set()
        self.wrong: list[str] = []
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        try:
            while not self._ended.wait(0.15):
                self.look()
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            self.wrong.append(f"the reader failed: {error!r}")

    def look(self) -> None:
        """Ask once for the figures, the page and the stream."""
        self._ask("figures", self._read_figures)
        self._ask("page", self._read_page)
        self._ask("stream", self._read_stream)

    def all_answer(self) -> bool:
        """Say whether page, figures and stream all answer now."""
        before = dict(self.answers)
        self.look()
        return all(self.answers[name] > before.get(name, 0) for name in ("figures", "page", "stream"))

    def end(self) -> None:
        """Go away."""
        self._ended.set()
        self.join()
        self._portal.close()
        self._streams.close()

    def _ask(self, name: str, read: Callable[[], int]) -> None:
        try:
            status = read()
        except httpx.TransportError:
            self.answers["away"] += 1
            return
        if status == 200:
            self.answers[name] += 1
        elif status in AWAY:
            self.answers["away"] += 1
        else:
            self.wrong.append(f"{name} answered {status}")

    def _read_figures(self) -> int:
        answer = self._portal.get(FIGURES)
        if answer.status_code == 200:
            self.newest = told_by(answer.json())
            self.told |= self.newest
            self.wrong += wrong_sums(answer.json())
        return answer.status_code

    def _read_page(self) -> int:
        answer = self._portal.get(PAGE)
        if answer.status_code == 200 and "</html>" not in answer.text:
            self.wrong.append("a page came in part")
        return answer.status_code

    def _read_stream(self) -> int:
        with self._streams.stream("GET", STREAM) as answer:
            if answer.status_code == 200:
                next(line for line in answer.iter_lines() if line.startswith("id: "))
            return answer.status_code


def told_by(answer: Mapping[str, Any]) -> set[Told]:
    """Give the figure of each one-stop in an answer."""
    return {
        (line["one_stop"], line["blocks"], tuple(line["scores"][str(score)] for score in range(1, 6)))
        for line in answer["one_stops"]
    }


def wrong_sums(answer: Mapping[str, Any]) -> Iterator[str]:
    """The total is the sum of its one-stops, in one and the same answer."""
    counted = answer["counted"]
    for name in ("blocks", "ballots"):
        if counted[name] != sum(line[name] for line in answer["one_stops"]):
            yield f"{name} in total are {counted[name]}, not the sum of the one-stops"
    if counted["ballots"] > answer["all"]["ballots"] or counted["ballots"] != sum(counted["scores"].values()):
        yield f"{counted['ballots']} ballots counted do not fit {answer['all']} and {counted['scores']}"


def true_figures(events: Iterable[CloudEvent]) -> dict[str, list[Told]]:
    """Give every figure that was true in one life of the folder: the sums of each one-stop after each message."""
    found: dict[str, list[Told]] = {}
    sums: dict[str, Counter[int]] = {}
    for _, line in published_lines(events):
        one_stop, *_, counted, _level = line.leaf
        if counted:
            running = sums.setdefault(one_stop, Counter())
            running.update({0: 1, **{int(score): count for score, count in line.scores}})
            figure = (one_stop, running[0], tuple(running[score] for score in range(1, 6)))
            found.setdefault(one_stop, []).append(figure)
    return found


def judge_reader(reader: Reader, lives: Sequence[Iterable[CloudEvent]]) -> Iterator[str]:
    """Every figure that anybody was told was true at some moment; the newest are what the newest life says."""
    yield from sorted(set(reader.wrong))[:5]
    true = [true_figures(events) for events in lives]
    ever = {figure for life in true for figures in life.values() for figure in figures}
    if never := sorted(reader.told - ever):
        yield f"{len(never)} figures were told that were never true: {never[:3]}"
    newest = {figures[-1] for figures in true[-1].values()}
    if reader.newest != newest:
        yield f"the portal tells {sorted(reader.newest)} at the end, should be {sorted(newest)}"
