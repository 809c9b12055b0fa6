"""Whatever is told in whatever order, each figure is what an independent recount of the raw facts gives."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.chassis.clock import CIVIL_ZONE
from services.chassis.database import open_database
from services.chassis.projector import active_view
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.running.table import FIGURES
from services.indicators.domain.units import Borders, Unit, Units
from services.indicators.projections.running_figures import RunningFigures, read_figure
from tests.support.running_figures import RunningRig
from tests.support.running_recount import COUNTS, UNITS, Asked, Told, recount

TREE = Units(msgspec.convert(UNITS, list[Unit], strict=False))
COMMUNES = ("xa-binh-an", "xa-binh-trung", "xa-binh-sa", "xa-binh-tu", "tt-ha-lam", "phong-noi-vu")
SCOPES = (None, None, None, "huyen-thang-binh", "tinh-quang-nam", "tp-da-nang", "xa-binh-an", "xa-thang-dien-2025")
HOLIDAYS = frozenset({date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2), date(2025, 9, 2)})
CALENDAR = WorkingCalendar(days_off=HOLIDAYS)
START = date(2025, 3, 3)
TODAY = date(2026, 1, 5)


class Play:
    """Tells random facts in an order that their services allow, and keeps them for the recount."""

    def __init__(self, rig: RunningRig, chance: Random) -> None:
        self.rig, self.chance = rig, chance
        self.today = START
        self.facts: list[Told] = []
        self.things: dict[tuple[str, str], str] = {}

    def step(self) -> None:
        self.today += timedelta(days=self.chance.choice((0, 0, 0, 1, 2, 9, 20)))
        about = self.chance.choice(("task", "task", "dossier", "dossier", "duty", "entry"))
        name = f"{about}-{self.chance.randrange(6)}"
        {"task": self.task, "dossier": self.dossier, "duty": self.duty, "entry": self.entry}[about](name)

    def near(self, spread: int = 40) -> date:
        return self.today + timedelta(days=self.chance.randint(-spread, spread))

    def past(self, since: date) -> date:
        return since + timedelta(days=self.chance.randint(0, max(0, (self.today - since).days)))

    def say(self, about: str, name: str, fact: str, wire: dict, **kept: object) -> None:
        """Send a fact, and keep what a recount needs of it."""
        plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in wire.items()}
        send = {
            "task": lambda: self.rig.task(fact, name, self.today, **plain),
            "dossier": lambda: self.rig.dossier(name, self.today, **plain),
            "duty": lambda: self.rig.duty(fact, name, self.today, **plain),
            "entry": lambda: self.rig.entry(fact.removeprefix("register_entry_"), name, self.today, **plain),
        }
        send[about]()
        self.facts.append(Told(about, name, fact, {"on": self.today, **wire, **kept}, self.today))
        self.things[about, name] = fact

    def task(self, name: str) -> None:
        was = self.things.get(("task", name))
        if was is None:
            about = {"unit_id": self.chance.choice(COMMUNES), "assigned_on": self.today, "due_on": self.near()}
            self.say("task", name, "task_assigned", about)
        elif was in {"completion_accepted", "task_cancelled", "task_refused"}:
            self.say("task", name, "task_reopened", {})
        else:
            self.say("task", name, *self.chance.choice(self.moves(name)))

    def moves(self, name: str) -> list[tuple]:
        given_on, due_on = next((it.said["assigned_on"], it.said["due_on"]) for it in self.facts if it.name == name)
        near_due = min(self.today, max(given_on, due_on + timedelta(days=self.chance.choice((0, 1, 2)))))
        done = {
            "completed_on": self.chance.choice((self.past(given_on), near_due)),
            "timeliness": self.chance.choice(("on_time", "extended", "late")),
        }
        later, decision = self.near(), self.chance.choice(("approve", "approve_in_part", "refuse"))
        extension = {"n": 1, "decision": decision, "due_on": later}
        return [
            ("completion_accepted", done),
            ("completion_accepted", done),
            ("task_cancelled", {}),
            ("task_refused", {}),
            ("extension_decided", extension),
        ]

    def dossier(self, name: str) -> None:
        first = next((it.said for it in self.facts if it.name == name), None)
        received = self.past(self.today - timedelta(days=30))
        due_on = received + timedelta(days=self.chance.randint(0, 20))
        near_due = min(self.today, due_on + timedelta(days=self.chance.choice((0, 0, 1))))
        solved = self.chance.choice((self.past(received), near_due, near_due, None, None))
        said = {
            "one_stop_id": first["one_stop_id"] if first else self.chance.choice(COMMUNES),
            "received_on": received,
            "due_on": due_on,
            "solved_on": solved,
            "online": self.chance.random() < 0.5,
            "in_software": self.chance.random() < 0.9,
            "returned": self.chance.random() < 0.1,
            "apology_sent_on": self.past(received) if self.chance.random() < 0.3 else None,
        }
        self.say("dossier", name, "dossier_recorded", said, unit_id=said["one_stop_id"])

    def duty(self, name: str) -> None:
        was = self.things.get(("duty", name))
        if was is None:
            about = {"unit_id": self.chance.choice(COMMUNES), "due_on": self.near()}
            self.say("duty", name, "report_duty_opened", about)
        else:
            timeliness = self.chance.choice(("on_time", "late"))
            kept = {"first": timeliness} if was == "report_duty_opened" else {}
            self.say("duty", name, "report_submitted", {"timeliness": timeliness}, **kept)

    def entry(self, name: str) -> None:
        was = self.things.get(("entry", name))
        if was == "register_entry_closed":
            return
        if was is not None and self.chance.random() < 0.4:
            self.say("entry", name, "register_entry_closed", {"on": self.near()})
            return
        counts = [
            {"indicator": "TTHC_PUBLISHED", "numerator": self.chance.randrange(2), "denominator": 1},
            {"indicator": "INITIATIVES", "numerator": self.chance.randrange(2), "denominator": 0},
        ]
        on = self.near()
        expires_on = on + timedelta(days=self.chance.randint(0, 60)) if self.chance.random() < 0.3 else None
        about = {"unit_id": self.chance.choice(COMMUNES), "counts": counts, "expires_on": expires_on, "on": on}
        fact = "register_entry_recorded" if was is None else "register_entry_amended"
        self.say("entry", name, fact, about, **{"from": on})

    def edge(self) -> date:
        """Give a day on which something may turn: one that a fact names, or a neighbour of it."""
        said = self.chance.choice(self.facts).said if self.facts else {}
        days = sorted(day for day in said.values() if isinstance(day, date)) or [self.today]
        return self.chance.choice(days) + timedelta(days=self.chance.choice((-1, 0, 0, 1, 1, 2)))

    def ask(self) -> Asked:
        since = START + timedelta(days=self.chance.randint(-60, 120))
        return Asked(
            since=since,
            until=max(since, self.edge()),
            known=self.chance.choice((TODAY, START + timedelta(days=self.chance.randint(0, 300)))),
            now=self.chance.random() < 0.5,
            within=self.chance.choice(SCOPES),
        )


CASES = Path(__file__).parents[2] / "unit" / "indicators" / "running"


def test_every_automatic_figure_is_counted_again_or_has_cases_of_its_own():
    cases = "".join(file.read_text("utf-8") for file in CASES.glob("test_*.py"))
    assert not [code for code in set(FIGURES) - set(COUNTS) if not re.search(rf'read\({code}\b|"{code}"', cases)]


def check(play: Play, asked: Asked) -> None:
    """Hold every figure against its recount, and the figures of units against the figure of all."""
    known = datetime.combine(asked.known, time(12), CIVIL_ZONE)
    about = {"since": asked.since, "until": asked.until, "known_until": known}
    scope = Scope(
        units=TREE,
        within=frozenset({asked.within}) if asked.within else None,
        borders=Borders.NOW if asked.now else Borders.THEN,
        today=TODAY,
    )
    with play.rig.engine.connect() as connection:
        view = active_view(connection, play.rig.projection)
        for code in COUNTS:
            expected = recount(play.facts, code, asked, today=TODAY, off=lambda day: not CALENDAR.is_working(day))
            figure = read_figure(view, code, scope, **about)
            found = figure.total() or (0, 0)
            assert list(found) == expected, (code, asked)
            if asked.within is not None:
                assert figure.units().get(asked.within, found) == found


def play_and_check(url: str, chance: Random, steps: int) -> None:
    engine = open_database(url)
    rig = RunningRig(engine, projection=RunningFigures(CALENDAR), batch=chance.choice((1, 3, 50)))
    play = Play(rig, chance)
    try:
        defined_at = chance.randrange(steps)
        for nth in range(steps):
            if nth == defined_at:
                rig.define("INITIATIVES", "period")
            play.step()
            if chance.random() < 0.1:
                rig.projector.run_once()
            if chance.random() < 0.03:
                rig.follow()
                rig.projector.rebuild()
        rig.follow()
        for _ in range(15):
            check(play, play.ask())
        before = rig.tables()
        rig.projector.rebuild()
        assert rig.tables() == before
        assert rig.projector.status().parked == 0
    finally:
        rig.close()
        engine.dispose()


@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 80))
def test_each_figure_equals_an_independent_recount(tmp_path_factory, seed, steps):
    chance, folder = Random(seed), tmp_path_factory.mktemp("running")
    play_and_check(f"sqlite:///{folder / 'folder.db'}", chance, steps)


@pytest.mark.parametrize("seed", range(2))
def test_each_figure_equals_an_independent_recount_on_postgres(postgres_url, seed):
    play_and_check(postgres_url, Random(seed), 120)
