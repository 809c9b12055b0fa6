"""One task: what is asked, who must act next, what proves it, what happened; and everything that may be done, as forms."""

from typing import Any
from urllib.parse import quote

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.http.refusals import BadRequest
from services.chassis.ids import new_id
from services.chassis.service_client import Answer, Upload
from services.gateway.portal.asking import Asking, NothingThere, Problem
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.names import unit_name, units_now, units_to_choose
from services.gateway.portal.navigation import LEADERS, UNIT_PEOPLE
from services.gateway.portal.pages.tasks import API, PATH
from services.gateway.portal.reader import known_reader
from services.gateway.portal.site import Site, page
from services.gateway.portal.standing import standing_of
from services.gateway.portal.task_wishes import BY_NAME, FILES, WISHES
from services.gateway.portal.wishes import MOST_PARTS, Refused, Typed, Wish, read_typed

_AT = f"{PATH}/<task_id>"
_FILE_HEADERS = ("Content-Type", "Content-Disposition", "Content-Length", "ETag", "X-Content-Type-Options")


def task_blueprint(site: Site) -> GuardedBlueprint:
    """The page of one task, and where its forms are sent."""
    guard = Page(*LEADERS, *UNIT_PEOPLE)
    blueprint = guarded_blueprint("task", __name__, url_prefix=None, guard=guard, description="One task.")
    blueprint.add_url_rule(_AT, "task", lambda task_id: _show(site, task_id), methods=["GET"])
    blueprint.add_url_rule(f"{_AT}/files/<evidence_id>", "file", lambda **at: _file(site, **at), methods=["GET"])
    blueprint.add_url_rule(f"{_AT}/<wish>", "act", lambda **at: _act(site, **at), methods=["POST"])
    return blueprint


def _show(site: Site, task_id: str, refused: Refused | None = None) -> Response:
    asking, reader, today = site.asking("tasks"), known_reader(site), site.today()
    task = asking.read(_path(task_id))
    may = [wish for wish in WISHES if wish.name in task["actions"]]
    return page(
        "task.html",
        status_of(refused),
        task=task,
        standing=standing_of(task),
        wishes=may,
        refused=refused,
        parts=_parts(asking, task),
        pending=next((it for it in task["extensions"] if it["decision"] is None), None),
        done=request.args.get("done") if request.args.get("done") in BY_NAME else None,
        once=new_id().hex,
        unit_name=unit_name(site, today),
        units=units_to_choose(units_now(site), today),
        most_parts=MOST_PARTS,
        standing_of=standing_of,
        reader_id=reader.account.account_id,
    )


def _act(site: Site, task_id: str, wish: str) -> Response:
    if (wanted := BY_NAME.get(wish)) is None:
        raise NothingThere("A task takes no such form.")
    typed, file = read_typed(wanted, request.form), _uploaded()
    if wish == FILES and file is None:
        typed.wrong["file"] = "form.no_file"
    outcome = carried_out(site, wish, typed, lambda: _send(site, task_id, wanted, typed, file))
    if isinstance(outcome, Refused):
        return _show(site, task_id, outcome)
    return make_response(redirect(f"{PATH}/{quote(task_id)}?done={wish}", 303))


def _send(site: Site, task_id: str, wish: Wish, typed: Typed, file: Upload | None) -> Answer | Problem:
    asking, reader = site.asking("tasks"), known_reader(site)
    if wish.for_unit:
        task = asking.read(_path(task_id))
        typed.body["unit_id"] = reader.acting_unit(task["unit_id"], *task["cooperating"]) or task["unit_id"]
    path = f"{_path(task_id)}/{wish.name}"
    if wish.name == FILES and file is not None:
        return asking.send_file(path, {name: str(value) for name, value in typed.body.items()}, file)
    return asking.act("POST", path, typed.body, once=typed.kept.get("once", ""))


def _uploaded() -> Upload | None:
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    return Upload(name=file.filename, content=file.read(), media_type=file.mimetype)


def _file(site: Site, task_id: str, evidence_id: str) -> Response:
    answer = site.asking("tasks").file(f"{_path(task_id)}/files/{quote(evidence_id, safe='')}")
    if not isinstance(answer.body, bytes):
        raise BadRequest("The evidence is not a file.")
    told = {name: value for name in _FILE_HEADERS if (value := answer.headers.get(name))}
    response = make_response(answer.body, told)
    response.headers.setdefault("Content-Disposition", "attachment")
    return response


def _parts(asking: Asking, task: Any) -> list[Any]:
    return [asking.read(_path(part)) for part in task["parts"]]


def _path(task_id: str) -> str:
    return f"{API}/tasks/{quote(task_id, safe='')}"
