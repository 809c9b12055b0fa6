import base64
import hashlib
import io
import json
import logging
import re
from html import escape

import jsonschema
import psycopg
import pytest
import structlog

from services.chassis.clock import SystemClock
from services.chassis.http.app import create_base_app
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.http.internal import Check, create_internal_app
from services.chassis.http.own_process import in_own_process
from services.chassis.http.problems import PROBLEM_SCHEMA
from services.chassis.http.runtime import runtime_of
from services.chassis.http.tracing import current_trace
from services.chassis.logging import configure_logging
from services.chassis.metrics import Metrics


@pytest.fixture
def log_lines():
    stream = io.BytesIO()
    before = structlog.get_config()
    configure_logging("demo", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)


def test_each_request_is_one_json_line_that_names_the_route_and_not_the_address(log_lines, client):
    client.get("/api/demo/v1/notes/77", headers={"X-Request-Id": "door-1234"})
    (line,) = log_lines()
    assert line | {"at": "", "milliseconds": 0} == {
        "at": "",
        "level": "info",
        "service": "demo",
        "event": "request_answered",
        "request_id": "door-1234",
        "method": "GET",
        "route": "/api/demo/v1/notes/<int:number>",
        "status": 401,
        "milliseconds": 0,
    }


def test_a_failure_is_logged_with_its_request_id_and_trace(log_lines, app, client):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    blueprint = guarded_blueprint("failing", __name__, url_prefix=None, guard=Open(), description="")
    blueprint.route("/fail")(lambda: 1 / 0)
    app.register_blueprint(blueprint)
    client.get("/fail", headers={"X-Request-Id": "door-1234"})
    failed = log_lines()[0]
    assert (failed["event"], failed["level"], failed["request_id"]) == ("request_failed", "error", "door-1234")
    assert "ZeroDivisionError" in failed["exception"]


def test_a_driver_that_lost_its_server_is_a_request_to_come_again(log_lines, app, client):
    def fail():
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    blueprint = guarded_blueprint("failing", __name__, url_prefix=None, guard=Open(), description="")
    blueprint.route("/fail")(fail)
    app.register_blueprint(blueprint)
    answer = client.get("/fail")
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")
    assert log_lines()[0]["event"] == "request_failed"


def test_an_app_of_its_own_process_logs_and_limits_as_the_environment_says(monkeypatch):
    before = structlog.get_config()
    monkeypatch.setenv("CCHC_LOG_LEVEL", "error")
    monkeypatch.setenv("CCHC_CALLER_RATE", "0.05")
    app = in_own_process(
        "demo", lambda metrics: create_base_app("x", title="X", verifier=None, clock=SystemClock(), metrics=metrics)
    )
    statuses = [app.test_client().get("/nowhere").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    assert structlog.get_config()["wrapper_class"] is structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(**before)


def test_an_answer_carries_the_security_headers(client):
    headers = client.get("/api/demo/v1/parcels/hours").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_an_answer_over_tls_tells_browsers_to_stay_there(client):
    answer = client.get("/api/demo/v1/parcels/hours", base_url="https://cchc.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_request_keeps_the_id_that_the_door_gave_it(client):
    answer = client.get("/livez", headers={"X-Request-Id": "door-1234.5678"})
    assert answer.headers["X-Request-Id"] == "door-1234.5678"


@pytest.mark.parametrize("given", ["short", "x" * 65, 'a"b<script>c', "with space in it"])
def test_an_id_that_is_none_is_replaced(client, given):
    assert client.get("/livez", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_a_trace_goes_on_and_a_new_one_starts_where_there_is_none(app):
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for header, goes_on in ((given, True), ("00-" + "0" * 32 + "-b7ad6b7169203331-01", False), ("rubbish", False)):
        with app.test_request_context("/livez", headers={"Traceparent": header}):
            app.preprocess_request()
            trace = current_trace()
            assert (trace.traceparent == given) is goes_on
            assert trace.correlation_id


def test_the_app_is_ready_when_every_check_holds():
    app = create_base_app(
        "x", title="X", verifier=None, clock=SystemClock(), readiness=[Check("database", lambda: None)]
    )
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "checks": {"database": "ok"}})


def test_a_check_that_does_not_hold_or_fails_makes_it_503_without_details():
    def broken():
        raise RuntimeError("SELECT secret")

    checks = [Check("lag", lambda: "31 s behind"), Check("database", broken)]
    app = create_base_app("x", title="X", verifier=None, clock=SystemClock(), readiness=checks)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not_ready", "checks": {"lag": "31 s behind", "database": "failed"}}


def test_metrics_stand_on_the_internal_port_alone(client):
    assert client.get("/metrics").status_code == 404


def test_requests_are_counted_by_route_and_status(app, client):
    client.get("/api/demo/v1/notes/1")
    client.get("/api/demo/v1/notes/2")
    internal = create_internal_app(runtime_of(app).metrics).test_client()
    line = 'cchc_http_requests_total{route="/api/demo/v1/notes/<int:number>",status="401"} 2.0'
    assert line in internal.get("/metrics").text


def test_what_strangers_think_up_is_counted_together(app, client):
    for number in range(5):
        client.open(f"/nothing-{number}", method=f"ODD{number}")
    assert list(runtime_of(app).watches) == [("", "")]


def test_two_apps_in_one_process_count_apart():
    assert Metrics().registry is not Metrics().registry


def test_the_api_is_published_as_openapi_3_1(client):
    published = client.get("/api/demo/v1/openapi.json").json
    assert published["openapi"].startswith("3.1")
    assert published["components"]["schemas"]["Problem"] == PROBLEM_SCHEMA
    path = published["paths"]["/api/demo/v1/notes/{number}"]
    operation = path["put"]
    assert set(operation["responses"]) == {
        *("200", "400", "401", "403", "404", "408", "409", "412", "413", "415", "422", "428", "429", "500", "503"),
    }
    assert "`demo_note_closed`" in operation["responses"]["409"]["description"]
    assert "`fields_invalid`" in operation["responses"]["422"]["description"]
    assert operation["security"] == [{"accessToken": []}]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["If-Match"]
    assert [parameter["name"] for parameter in path["parameters"]] == ["number"]


def test_the_api_is_published_for_people_too_and_leaves_nothing_out(client):
    answer = client.get("/api/demo/v1/")
    page, published = answer.text, client.get("/api/demo/v1/openapi.json").json
    for path, item in published["paths"].items():
        for method in item.keys() - {"parameters"}:
            assert f'<code class="method">{method}</code> <code>{path}</code>' in page
            assert escape(item[method]["summary"]).replace("`", "") in re.sub("</?code>", "", page)
    for name in published["components"]["schemas"].keys() - {"Error", "PaginationMetadata"}:
        assert f'id="schema-{name}"' in page
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert "script" not in page


def test_the_page_of_the_api_has_the_only_style_that_it_may_have(client):
    answer = client.get("/api/demo/v1/")
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", f"style-src 'sha256-{named}'", "frame-ancestors 'none'"} <= set(policy)


def test_a_problem_fits_its_published_schema(client, token):
    for answer in (client.get("/nothing"), client.post("/api/demo/v1/notes", json={"stars": 7}, headers=token)):
        jsonschema.validate(answer.json, PROBLEM_SCHEMA)
