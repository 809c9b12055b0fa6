"""Random plays for the folder in memory: what may happen, and doing it."""

from collections.abc import Callable

from hypothesis import strategies as st

from services.indicators.domain import ballot as rules
from services.indicators.domain.ballot import Target
from tests.unit.indicators.folder_in_memory import Folder, a_target

ONE_STOPS = ("xa-a", "xa-b")
FIELDS = ("unknown", "dat-dai")

spans = st.tuples(st.integers(0, 10_000), st.integers(1, 7))
"""Neighbouring ballots; spans make runs, and so whole blocks, likely."""

operations = st.one_of(
    st.tuples(
        st.just("casts"), st.sampled_from(ONE_STOPS), st.sampled_from(FIELDS), st.integers(1, 5), st.integers(4, 14)
    ),
    st.tuples(st.just("not_counted"), st.sampled_from(ONE_STOPS), st.sampled_from((5, 4, 2))),
    st.tuples(st.just("change"), spans, st.integers(1, 5)),
    st.tuples(st.just("follow_up"), spans, st.sampled_from(("attitude", "waiting_time", ""))),
    st.tuples(st.just("quarantine"), spans),
    st.tuples(st.just("release"), spans),
    st.tuples(st.just("attribute"), spans, st.sampled_from(("dat-dai", "chung-thuc"))),
    st.tuples(st.just("days"), st.sampled_from((1, 3, 8))),
    st.tuples(st.just("restart")),
)


class Play:
    """One play. Each method is an operation."""

    def __init__(self) -> None:
        self.folder = Folder()
        self._names: list[str] = []

    def casts(self, one_stop: str, field: str, score: int, count: int) -> None:
        for at in range(count):
            self._arrive(one_stop, field, score if at % 3 else 5, accepted=True)

    def not_counted(self, one_stop: str, score: int) -> None:
        self._arrive(one_stop, "unknown", score, accepted=False)

    def change(self, span: tuple[int, int], score: int) -> None:
        self._each(span, lambda target: rules.changed(target, score, self.folder.day))

    def follow_up(self, span: tuple[int, int], reason: str) -> None:
        reasons = (reason,) if reason else ()
        self._each(span, lambda target: rules.followed_up(target, reasons, self.folder.day))

    def quarantine(self, span: tuple[int, int]) -> None:
        self._each(span, lambda target: rules.quarantined(target, self.folder.day))

    def release(self, span: tuple[int, int]) -> None:
        self._each(span, lambda target: rules.released(target, self.folder.day))

    def attribute(self, span: tuple[int, int], field: str) -> None:
        self._each(span, lambda target: rules.attributed(target, field, self.folder.day))

    def days(self, count: int) -> None:
        self.folder.pass_days(count)

    def restart(self) -> None:
        self.folder.restart()

    def _arrive(self, one_stop: str, field: str, score: int, *, accepted: bool) -> None:
        self._names.append(f"b{len(self._names):03}")
        arrival, since = len(self._names), self.folder.day
        target = a_target(score=score, one_stop=one_stop, field=field, accepted=accepted, arrival=arrival, since=since)
        self.folder.take(self._names[-1], target)

    def _each(self, span: tuple[int, int], change: Callable[[Target], Target]) -> None:
        start, length = span
        for at in range(length if self._names else 0):
            name = self._names[(start + at) % len(self._names)]
            self.folder.take(name, change(self.folder.desk.targets[name]))


def play(steps: list[tuple]) -> Folder:
    it = Play()
    for kind, *details in steps:
        getattr(it, kind)(*details)
    return it.folder
