"""Simulated tablets that tap, change their minds, lie about clocks, and keep a ledger of what was acknowledged."""

import json
import threading
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cchc.demonstration.tablet import NotSent, Tablet

ODD_CLOCKS = ("1970-01-01T00:00:05.000+07:00", "2050-06-01T08:00:00.000+07:00", "2021-06-18T09:00:00.000+07:00")


@dataclass
class Ledger:
    """What tablets wrote and what they were told, kept even where a tablet has let go of it."""

    casts: dict[str, str] = field(default_factory=dict)
    """Entry id of each ballot, by ballot id."""
    acknowledged: set[str] = field(default_factory=set)
    """Entry ids that an answer named, with the right hash."""
    refused: dict[str, str] = field(default_factory=dict)
    """Entry ids with a verdict other than created or already_have."""
    lines: dict[str, bytes] = field(default_factory=dict)
    """What was written, byte for byte, by entry id."""
    one_stops: dict[str, str] = field(default_factory=dict)
    """Where each ballot was cast, by ballot id."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, results: list[dict[str, Any]]) -> None:
        with self.lock:
            for result in results:
                self.acknowledged.add(result["entry_id"])
                if result["verdict"] not in {"created", "already_have"}:
                    self.refused[result["entry_id"]] = result["verdict"]


class Visitor(threading.Thread):
    """One tablet and the people in front of it, until they go home."""

    def __init__(self, tablet: Tablet, ledger: Ledger, random: Random, *, one_stop_id: str) -> None:
        super().__init__(name=tablet.device_id, daemon=True)
        self.tablet, self.ledger, self.random, self.one_stop_id = tablet, ledger, random, one_stop_id
        self.ballots: list[str] = []
        self.failed: BaseException | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        try:
            while not self._ended.wait(self.random.uniform(0.01, 0.08)):
                self.live()
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            self.failed = error

    def end(self) -> None:
        """Go home."""
        self._ended.set()
        self.join()

    def live(self) -> None:
        """Do one thing that happens at a counter, then try to send."""
        chance = self.random.random()
        if chance < 0.75 or not self.ballots:
            self.tap()
        elif chance < 0.85:
            self.tablet.change(self.random.choice(self.ballots[-5:]), self.random.randint(1, 5))
        elif chance < 0.95:
            self.tablet.follow_up(self.random.choice(self.ballots[-5:]), ["waiting_time"])
        elif chance < 0.98:
            self.tablet.clocks.wall = self.random.choice(ODD_CLOCKS)
        else:
            self.tablet.restart()
        self.note()
        self.send()

    def note(self) -> None:
        """Write the newest line down in the ledger, before it is sent."""
        seq = max(self.tablet.lines, default=0)
        if seq:
            with self.ledger.lock:
                self.ledger.lines[self.entry_id(seq)] = self.tablet.lines[seq]

    def tap(self) -> None:
        ballot_id = self.tablet.tap(self.random.randint(1, 5))
        entry_id = self.entry_id(max(self.tablet.lines))
        self.ballots.append(ballot_id)
        with self.ledger.lock:
            self.ledger.casts[ballot_id] = entry_id
            self.ledger.one_stops[ballot_id] = self.one_stop_id

    def send(self) -> None:
        try:
            if self.random.random() < 0.1:
                self.send_oddly()
            self.ledger.heard(self.tablet.flush())
            self.let_go()
        except NotSent:
            return

    def send_oddly(self) -> None:
        """Twins and a shuffled order: both are harmless."""
        some = sorted(self.tablet.lines)[-6:]
        self.random.shuffle(some)
        self.ledger.heard(self.tablet.send(some))

    def let_go(self) -> None:
        """Forget what a backup holds, as a real tablet does; the newest line stays, it carries the chain."""
        newest = max(self.tablet.lines, default=0)
        for seq in [seq for seq in self.tablet.lines if seq <= self.tablet.backed_up_through and seq != newest]:
            del self.tablet.lines[seq]

    def settle(self) -> bool:
        """Send everything and whatever the server still wants; say whether nothing is left to say."""
        self.ledger.heard(self.tablet.flush())
        wanted = self.tablet.heartbeat()["wishes"]["resend"]
        self.ledger.heard(self.tablet.resend(wanted))
        return not wanted and not self.tablet.unsent

    def entry_id(self, seq: int) -> str:
        return str(json.loads(self.tablet.lines[seq])["entry_id"])
