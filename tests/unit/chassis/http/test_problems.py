import io
import json

import pytest
import sqlalchemy.exc
from flask import abort

from services.chassis.domain import (
    ConcurrencyConflict,
    NotAllowed,
    NotFound,
    Refusal,
    RuleBroken,
    StateConflict,
    Unavailable,
)
from services.chassis.event_store.port import ClaimTaken, IncarnationSuperseded
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.http.problems import problem_catalogue
from services.chassis.http.refusals import status_of
from services.chassis.identity.refusals import DeviceRevoked, DeviceUnknown


def _raising(app, error):
    blueprint = guarded_blueprint("raising", __name__, url_prefix=None, guard=Open(), description="")

    @blueprint.route("/raise", methods=["GET", "POST"])
    def raise_it():
        raise error

    app.register_blueprint(blueprint)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotFound, 404),
        (NotAllowed, 403),
        (StateConflict, 409),
        (ClaimTaken, 409),
        (RuleBroken, 422),
        (ConcurrencyConflict, 409),
        (Unavailable, 503),
        (IncarnationSuperseded, 503),
        (DeviceUnknown, 401),
        (DeviceRevoked, 403),
    ],
)
def test_each_family_of_refusals_has_its_status(kind, status):
    assert status_of(kind) == status


def test_a_refusal_is_answered_with_code_title_detail_and_params(app):
    answer = _raising(app, NotFound("No unit has that id.", unit="x")).get("/raise")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "urn:cchc:problem:not_found",
        "title": "Không tìm thấy",
        "status": 404,
        "code": "not_found",
        "detail": "No unit has that id.",
        "params": {"unit": "x"},
        "request_id": answer.headers["X-Request-Id"],
    }


def test_a_lost_race_is_412_when_the_caller_named_a_version(app):
    client = _raising(app, ConcurrencyConflict(actual_version=3))
    assert client.post("/raise").status_code == 409
    answer = client.post("/raise", headers={"If-Match": '"v2"'})
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")


def test_a_failure_says_only_that_it_failed_and_the_request_id(app):
    answer = _raising(app, ValueError("SELECT secret FROM people")).get("/raise")
    assert answer.status_code == 500
    assert set(answer.json) == {"type", "title", "status", "code", "request_id"}
    assert "SELECT" not in answer.text


def test_a_database_away_is_503_with_retry_after_and_without_sql(app):
    error = sqlalchemy.exc.OperationalError("SELECT secret", {}, Exception("connection refused"))
    answer = _raising(app, error).get("/raise")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert "secret" not in answer.text
    assert "detail" not in answer.json


def test_unavailable_says_when_to_come_back(app):
    answer = _raising(app, Unavailable("full", retry_after_seconds=7)).get("/raise")
    assert answer.headers["Retry-After"] == "7"


def test_a_status_aborted_by_a_library_is_a_problem_too(app):
    blueprint = guarded_blueprint("aborting", __name__, url_prefix=None, guard=Open(), description="")
    blueprint.route("/teapot")(lambda: abort(418))
    app.register_blueprint(blueprint)
    answer = app.test_client().get("/teapot")
    assert (answer.status_code, answer.json["code"]) == (418, "request_refused")


def test_an_unknown_address_is_a_problem(client):
    answer = client.get("/api/demo/v1/nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "route_not_found")


def test_an_unknown_method_is_a_problem_that_names_the_known_ones(client):
    answer = client.delete("/api/demo/v1/parcels/hours")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "body", [b"{", b"", b"NaN", b'{"text": Infinity}', b"\xff", b'"\\ud800"', b'{"text":"a\\u0000"}']
)
def test_what_is_not_json_is_400(client, token, body):
    answer = client.post("/api/demo/v1/notes", data=body, content_type="application/json", headers=token)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")


def test_deeply_nested_json_is_400_not_a_failure(client, token):
    body = b"[" * 100_000
    answer = client.post("/api/demo/v1/notes", data=body, content_type="application/json", headers=token)
    assert answer.status_code == 400


def test_another_content_type_is_415(client, token):
    answer = client.post("/api/demo/v1/notes", data=b"text=x", headers=token)
    assert (answer.status_code, answer.json["code"]) == (415, "media_type_refused")


def test_wrong_and_unknown_fields_are_422_with_one_pointer_each(client, token):
    answer = client.post("/api/demo/v1/notes", json={"stars": 9, "a/b~c": 1}, headers=token)
    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")
    pointers = {error["pointer"]: error["in"] for error in answer.json["errors"]}
    assert pointers == {"/text": "body", "/stars": "body", "/a~1b~0c": "body"}


def test_a_body_that_is_no_object_is_422_at_the_root(client, token):
    answer = client.post("/api/demo/v1/notes", json=[1], headers=token)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [""]


def test_unknown_query_names_are_422(client, token):
    answer = client.get("/api/demo/v1/notes?limitt=3", headers=token)
    assert answer.json["errors"][0] | {"detail": ""} == {"in": "query", "pointer": "/limitt", "detail": ""}


def test_a_nul_in_the_address_is_400(client, token):
    assert client.get("/api/demo/v1/notes?cursor=%00", headers=token).status_code == 400
    assert client.get("/api/demo/v1/%00", headers=token).status_code == 400


def test_every_refusal_has_a_code_and_a_title_of_its_own():
    catalogue = problem_catalogue()
    assert len({entry.code for entry in catalogue}) == len(catalogue)
    assert all(entry.meaning.startswith("Raised") for entry in catalogue)
    assert all(issubclass(entry.kind, Refusal) for entry in catalogue)


def test_the_problem_is_written_in_utf_8(client):
    assert "Không có địa chỉ này" in client.get("/nothing").data.decode()
    assert json.load(io.BytesIO(client.get("/nothing").data))["status"] == 404
