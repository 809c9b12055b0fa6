import pytest
from flask import Response, g
from flask.views import MethodView

from services.chassis.http.guards import (
    Bearer,
    Open,
    Page,
    admit_readers,
    guard,
    guarded_blueprint,
)
from services.chassis.http.routes import guard_of, routes_without_guard
from services.chassis.http.runtime import PageDoor
from services.chassis.identity import Caller, RegisteredDevice
from tests.support.devices import Tablet

NOTES = "/api/demo/v1/notes"
PARCELS = "/api/demo/v1/parcels/"


@pytest.fixture
def tablet(demo) -> Tablet:
    tablet = Tablet(nonce=demo.nonces.issue())
    demo.devices[tablet.device_id] = RegisteredDevice(public_key=tablet.private_key.public_key())
    return tablet


def test_every_route_of_the_demo_app_has_a_guard(app):
    assert routes_without_guard(app) == []


def test_a_route_without_a_guard_is_listed_and_refused(app):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert "GET /forgotten" in routes_without_guard(app)
    answer = app.test_client().get("/forgotten")
    assert (answer.status_code, answer.json["code"]) == (403, "guard_missing")


def test_a_token_with_the_scope_lets_the_caller_in(client, token):
    assert client.get(NOTES, headers=token).json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "token_missing"),
        ({"Authorization": "Basic eDp5"}, "token_missing"),
        ({"Authorization": "Bearer"}, "token_missing"),
        ({"Authorization": "Bearer x.y.z"}, "token_invalid"),
    ],
)
def test_without_a_token_it_is_401(client, header, code):
    answer = client.get(NOTES, headers=header)
    assert (answer.status_code, answer.json["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_old_token_is_401(client, token, clock):
    clock.move(601)
    assert client.get(NOTES, headers=token).json["code"] == "token_expired"


def test_a_token_without_the_scope_is_403(client, signer):
    weak = {"Authorization": f"Bearer {signer.sign('u-2', scopes=['demo:read'])}"}
    assert client.get(NOTES, headers=weak).status_code == 200
    answer = client.post(NOTES, json={"text": "x"}, headers=weak)
    assert (answer.status_code, answer.json["params"]) == (403, {"scope": "demo:write"})


def test_a_device_route_gives_a_nonce_with_every_answer(client, tablet, demo):
    for headers in ({}, tablet.sign("POST", PARCELS, b"hi")):
        answer = client.post(PARCELS, data=b"hi", headers=headers)
        demo.nonces.check(answer.headers["Device-Nonce"])


def test_a_signed_request_lets_the_device_in(client, tablet):
    answer = client.post(PARCELS, data=b"hi", headers=tablet.sign("POST", PARCELS, b"hi"))
    assert answer.json == {"received": 2, "device_id": tablet.device_id}


def test_a_stale_nonce_is_401_and_the_fresh_one_in_it_works(client, tablet, clock):
    clock.move(601)
    answer = client.post(PARCELS, data=b"hi", headers=tablet.sign("POST", PARCELS, b"hi"))
    assert (answer.status_code, answer.json["code"]) == (401, "nonce_stale")
    tablet.heard(answer)
    assert client.post(PARCELS, data=b"hi", headers=tablet.sign("POST", PARCELS, b"hi")).status_code == 200


def test_an_unknown_device_is_401_and_a_revoked_one_403(client, tablet, demo):
    known = demo.devices.pop(tablet.device_id)
    headers = tablet.sign("POST", PARCELS, b"hi")
    assert client.post(PARCELS, data=b"hi", headers=headers).json["code"] == "device_unknown"
    demo.devices[tablet.device_id] = RegisteredDevice(public_key=known.public_key, revoked=True)
    answer = client.post(PARCELS, data=b"hi", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "device_revoked")


def test_another_body_than_the_signed_one_is_401(client, tablet):
    answer = client.post(PARCELS, data=b"ho", headers=tablet.sign("POST", PARCELS, b"hi"))
    assert (answer.status_code, answer.json["code"]) == (401, "content_digest_invalid")


def test_a_new_device_pairs_with_a_key_that_nobody_knew(client):
    tablet = Tablet(nonce="K7M2Q9XA")
    path = f"{PARCELS}pair"
    body = client.application.json.dumps({"device_id": "dev_new", "public_jwk": tablet.public_jwk}).encode()
    headers = tablet.sign("POST", path, body) | {"Content-Type": "application/json"}
    answer = client.post(path, data=body, headers=headers)
    assert answer.status_code == 201
    tablet.device_id = "dev_new"
    tablet.heard(answer)
    assert client.post(PARCELS, data=b"hi", headers=tablet.sign("POST", PARCELS, b"hi")).status_code == 200


@pytest.fixture
def reader(app):
    readers: list[Caller] = []
    door = PageDoor(
        find_caller=lambda: readers[0] if readers else None, sign_in=lambda: Response("", 303, {"Location": "/sign-in"})
    )
    admit_readers(app, door)
    pages = guarded_blueprint("pages", __name__, url_prefix=None, guard=Page("operator"), description="")
    pages.route("/fleet")(lambda: f"for {g.caller.subject}")
    app.register_blueprint(pages)
    return readers


def test_a_page_sends_who_is_not_signed_in_to_the_sign_in_page(client, reader):
    answer = client.get("/fleet")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_page_is_for_its_roles(client, reader):
    reader.append(Caller(subject="u-1", roles=frozenset({"unit_clerk"})))
    assert client.get("/fleet").json["code"] == "role_missing"
    reader[0] = Caller(subject="u-2", roles=frozenset({"operator"}))
    assert client.get("/fleet").text == "for u-2"


def test_each_method_of_a_view_class_may_have_its_own_guard(app):
    blueprint = guarded_blueprint("classes", __name__, url_prefix=None, guard=Bearer("demo:read"), description="")

    @blueprint.route("/thing")
    class Thing(MethodView):
        def get(self):
            return "got"

        @guard(Open())
        def post(self):
            return "posted"

    app.register_blueprint(blueprint)
    assert guard_of(app, "classes.Thing", "GET") == Bearer("demo:read")
    assert guard_of(app, "classes.Thing", "POST") == Open()
    assert app.test_client().post("/thing").text == "posted"
    assert app.test_client().get("/thing").status_code == 401
