"""Tasks: a unit's own, what has to be done first standing first; and for the desk what is late where."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.gateway.portal.asked import choice_asked, code_asked
from services.gateway.portal.asking import Asking
from services.gateway.portal.names import unit_name, units_now, units_to_choose
from services.gateway.portal.navigation import LEADERS, UNIT_PEOPLE
from services.gateway.portal.reader import Reader, known_reader
from services.gateway.portal.site import Site, page, wants_fragment
from services.gateway.portal.standing import grouped, standing_of

PATH = "/tasks"
API = "/api/tasks/v1"
SHOWN = ("open", "overdue", "desk", "completed", "all")

_LIMIT = "200"
_SHORT = "20"
_QUERIES: dict[str, dict[str, str]] = {"overdue": {"overdue": "true"}, "completed": {"state": "completed"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the reader asks for; every part stands in the address. Without a unit, all of them."""

    unit_id: str | None = None
    show: str = SHOWN[0]
    paragraph: str | None = None
    after: str | None = None

    def link(self, **changes: str | None) -> str:
        """Give the address of the same question, with changes; another question begins at its first page."""
        show = None if self.show == SHOWN[0] else self.show
        asked = {"unit": self.unit_id, "show": show, "paragraph": self.paragraph} | changes
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{PATH}?{query}" if query else PATH


def tasks_blueprint(site: Site) -> GuardedBlueprint:
    """The page of the tasks."""
    guard = Page(*LEADERS, *UNIT_PEOPLE)
    blueprint = guarded_blueprint("tasks", __name__, url_prefix=None, guard=guard, description="Tasks of units.")
    blueprint.add_url_rule(PATH, "tasks", lambda: _show(site), methods=["GET"])
    return blueprint


def _show(site: Site) -> Response:
    reader, asking = known_reader(site), site.asking("tasks")
    question = _question(reader)
    part = _of_unit(site, asking, question, reader) if question.unit_id else _of_all(site, asking, reader)
    return make_response(part) if wants_fragment() else page("tasks.html", fragment=part)


def _question(reader: Reader) -> Question:
    given = request.args
    unit_id = code_asked(given.get("unit"))
    if unit_id is None and not reader.leads:
        unit_id = reader.units[0] if reader.units else None
    return Question(
        unit_id=unit_id,
        show=choice_asked(given.get("show"), SHOWN),
        paragraph=code_asked(given.get("paragraph")),
        after=given.get("after"),
    )


def _of_unit(site: Site, asking: Asking, question: Question, reader: Reader) -> str:
    said = asking.read(
        f"{API}/tasks",
        unit_id=question.unit_id,
        paragraph=question.paragraph,
        cursor=question.after,
        limit=_LIMIT,
        **_QUERIES.get(question.show, {}),
    )
    groups = grouped(said["items"])
    if question.show in {"open", "desk"}:
        groups = {
            name: held
            for name, held in groups.items()
            if (name == "desk" or question.show == "open") and name != "ended"
        }
    counts = asking.read(f"{API}/tasks/summary", unit_id=question.unit_id)["items"]
    return render_template(
        "tasks_of_unit.html",
        question=question,
        groups=groups,
        following=said["next"],
        counts=counts[0] if counts else None,
        choices=SHOWN,
        **_words(site, reader),
    )


def _of_all(site: Site, asking: Asking, reader: Reader) -> str:
    counts = asking.read(f"{API}/tasks/summary")["items"]
    late = asking.read(f"{API}/tasks", overdue="true", limit=_SHORT)
    waiting = [*_in_state(asking, "reported"), *_in_state(asking, "refused")]
    return render_template(
        "tasks_of_all.html",
        counts=sorted(counts, key=lambda it: (-it["overdue"], -it["open"], it["unit_id"])),
        late=late["items"],
        waiting=waiting,
        **_words(site, reader),
    )


def _in_state(asking: Asking, state: str) -> list[Any]:
    return list(asking.read(f"{API}/tasks", state=state, limit=_SHORT)["items"])


def _words(site: Site, reader: Reader) -> dict[str, Any]:
    today = site.today()
    return {
        "unit_name": unit_name(site, today),
        "units": units_to_choose(units_now(site), today),
        "standing_of": standing_of,
        "who": reader,
    }
