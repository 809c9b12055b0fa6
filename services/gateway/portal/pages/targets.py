"""The open target board: each target, what was aimed at, where it stands, how it came there, and how that is known."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from services.chassis.domain import Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.asked import choice_asked, code_asked, day_asked
from services.gateway.portal.asking import Asking
from services.gateway.portal.board import GROUPS, NO_FIGURE, Target, counts_of, sections_of, target_of
from services.gateway.portal.names import told, unit_name
from services.gateway.portal.operating import operating_figures
from services.gateway.portal.site import Site, language, page, wants_fragment
from services.gateway.reporting.freshness import Freshness, freshness_of
from services.gateway.reporting.projections.page_changes import TARGET_CHANGES

PATH = "/targets"
API = "/api/indicators/v1"
BORDERS = ("then", "now")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the reader asks for; every part stands in the address. `as_of` is `None` for now."""

    today: date
    as_of: date | None = None
    known_at: str | None = None
    borders: str = BORDERS[0]
    section: str | None = None
    state: str | None = None

    @property
    def day(self) -> date:
        """The day whose figures are shown."""
        return self.as_of or self.today

    def query(self) -> dict[str, str | None]:
        """What the indicators service is asked."""
        borders = None if self.borders == BORDERS[0] else self.borders
        return {"as_of": self.as_of.isoformat() if self.as_of else None, "known_at": self.known_at, "borders": borders}

    def link(self, path: str = PATH, **changes: str | None) -> str:
        """Give the address of the same question, with changes."""
        asked = self.query() | {"section": self.section, "state": self.state} | changes
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """What the page shows: `shown` are the targets that the filters let through, `every` all of them."""

    question: Question
    told: Any
    every: list[Target]
    freshness: Freshness | None
    shown: list[Target] = field(default_factory=list)

    @property
    def figures(self) -> list[Target]:
        """The targets that have a figure."""
        return [it for it in self.shown if it.state not in NO_FIGURE]

    @property
    def waiting(self) -> list[Target]:
        """The targets whose figure has not come yet."""
        return [it for it in self.shown if it.state == "no_data"]

    @property
    def unmeasured(self) -> list[Target]:
        """The targets that name nothing to measure."""
        return [it for it in self.shown if it.state == "not_measurable"]


def targets_blueprint(site: Site) -> GuardedBlueprint:
    """The page of the targets."""
    blueprint = guarded_blueprint("targets", __name__, url_prefix=None, guard=Open(), description="The target board.")
    blueprint.add_url_rule(PATH, "targets", lambda: _show(site), methods=["GET"])
    return blueprint


def question_of(site: Site) -> Question:
    """Read what the address asks for.

    Raises:
        BadRequest: A part of it cannot be read.
    """
    given, today = request.args, site.today()
    day = day_asked(given.get("as_of"), today)
    state = given.get("state")
    return Question(
        today=today,
        as_of=None if day == today else day,
        known_at=code_asked(given.get("known_at")),
        borders=choice_asked(given.get("borders"), BORDERS),
        section=code_asked(given.get("section")),
        state=choice_asked(state, tuple(GROUPS)) if state else None,
    )


def freshness_now(site: Site) -> Freshness | None:
    """Say how new the newest fact is that the figures may have heard of; `None` while that is not known."""
    try:
        with site.read_models.reading() as reading:
            return freshness_of(reading.view(TARGET_CHANGES))
    except Unavailable:
        return None


def _show(site: Site) -> Response:
    freshness = freshness_now(site)
    asking = site.asking("indicators", openly=True, heard=freshness.messages if freshness else 0)
    board = _board(asking, question_of(site), freshness)
    names = unit_name(site, board.question.day)
    part = render_template(
        "targets_fragment.html",
        board=board,
        question=board.question,
        counts=counts_of(board.every),
        measurable=sum(bool(it.told.get("measurable", True)) for it in board.every),
        sections=sections_of(board.every),
        groups=tuple(GROUPS),
        borders=BORDERS,
        unit_name=names,
        operating=operating_figures(asking, board.question.query()),
        text=lambda item, name: told(item, name, language()),
    )
    return make_response(part) if wants_fragment() else page("targets.html", fragment=part, year=_year(board))


def _board(asking: Asking, question: Question, freshness: Freshness | None) -> Board:
    said = asking.read(f"{API}/targets/", **question.query())
    every = [target_of(it) for it in said["items"]]
    wanted = GROUPS.get(question.state or "")
    shown = [
        it
        for it in every
        if (question.section is None or it.section == question.section) and (wanted is None or it.state in wanted)
    ]
    return Board(question=question, told=said, every=every, shown=shown, freshness=freshness)


def _year(board: Board) -> int:
    years = [it.told["year"] for it in board.every if it.told.get("year")]
    return int(min(years)) if years else board.question.day.year
