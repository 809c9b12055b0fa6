"""Both ways to a service answer alike: in this process, and over a real port."""

import threading
from contextlib import contextmanager

import pytest
from flask import Flask, Response, g, jsonify, request
from werkzeug.serving import make_server

from services.chassis.domain import Unavailable
from services.chassis.service_client import HttpClient, Upload, WsgiClient


def an_app():
    app = Flask("a service")

    @app.route("/echo", methods=["GET", "POST"])
    def echo():
        g.asked = request.path
        told = {
            "method": request.method,
            "query": request.args.to_dict(),
            "token": request.headers.get("Authorization"),
            "if_match": request.headers.get("If-Match"),
            "json": request.get_json(silent=True),
            "thread": threading.get_ident(),
        }
        answer = jsonify(told)
        answer.headers["ETag"] = '"v3"'
        return answer

    @app.post("/files")
    def files():
        file = request.files["file"]
        told = {"name": file.filename, "type": file.mimetype, "size": len(file.read()), "title": request.form["title"]}
        return told, 201

    @app.get("/refused")
    def refused():
        return Response('{"code": "own_report"}', 409, content_type="application/problem+json")

    @app.get("/file")
    def file():
        return Response(b"\x00\x01", content_type="application/pdf")

    @app.get("/nothing")
    def nothing():
        return "", 204

    @app.get("/broken")
    def broken():
        return Response("{", content_type="application/json")

    return app


@contextmanager
def _in_process():
    client = WsgiClient(an_app())
    yield client
    client.close()


@contextmanager
def _over_http():
    server = make_server("127.0.0.1", 0, an_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = HttpClient(f"http://127.0.0.1:{server.port}")
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[_in_process, _over_http], ids=["in process", "over http"])
def client(request):
    with request.param() as made:
        yield made


def test_a_request_arrives_with_its_query_token_headers_and_body(client):
    told = client.ask(
        "POST", "/echo", token="t1", json={"lý do": "ổn"}, query={"unit_id": "xã"}, headers={"If-Match": '"v2"'}
    )
    assert told.status == 200
    assert told.headers["ETag"] == '"v3"'
    assert {name: told.body[name] for name in ("method", "query", "token", "if_match", "json")} == {
        "method": "POST",
        "query": {"unit_id": "xã"},
        "token": "Bearer t1",
        "if_match": '"v2"',
        "json": {"lý do": "ổn"},
    }


def test_without_a_token_nobody_is_named(client):
    assert client.ask("GET", "/echo").body["token"] is None


def test_a_refusal_is_an_answer_like_any_other(client):
    answer = client.ask("GET", "/refused")
    assert (answer.status, answer.body, answer.went_well) == (409, {"code": "own_report"}, False)


def test_a_file_travels_with_the_fields_beside_it(client):
    file = Upload(name="biên bản.pdf", content=b"%PDF-1.7", media_type="application/pdf")
    answer = client.send_file("/files", token=None, fields={"title": "Biên bản"}, file=file)
    assert answer.status == 201
    assert answer.body == {"name": "biên bản.pdf", "type": "application/pdf", "size": 8, "title": "Biên bản"}


def test_what_is_not_json_comes_back_as_it_is(client):
    assert client.ask("GET", "/file").body == b"\x00\x01"
    assert client.ask("GET", "/nothing").body is None


def test_an_answer_that_cannot_be_read_counts_as_none(client):
    with pytest.raises(Unavailable):
        client.ask("GET", "/broken")


def test_an_app_in_this_process_is_called_in_the_callers_thread():
    with _in_process() as client:
        assert client.ask("GET", "/echo").body["thread"] == threading.get_ident()


def test_an_app_is_asked_from_within_a_request_to_another_one():
    outer = Flask("outer")
    with _in_process() as client, outer.test_request_context("/outer"):
        g.asked = "outer"
        assert client.ask("GET", "/echo").status == 200
        assert (g.asked, request.path) == ("outer", "/outer")


def test_a_service_that_is_away_is_unavailable():
    with _over_http() as client:
        pass
    gone = HttpClient(str(client._client.base_url))
    with pytest.raises(Unavailable):
        gone.ask("GET", "/echo")
    gone.close()
