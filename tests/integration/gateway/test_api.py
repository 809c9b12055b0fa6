import base64
import csv
import io

import pytest

from services.chassis.identity.clients import INTERNAL_CLIENT, client_credentials_form, sign_client_assertion
from services.chassis.identity.keys import load_or_create_signing_key
from services.gateway.bootstrap import TOKEN_AUDIENCE


@pytest.fixture
def ask_token(tmp_path, under_test, client):
    def ask(**told):
        key = load_or_create_signing_key(tmp_path / "keys" / "cchc-internal.jwk")
        form = client_credentials_form(key, client_id=INTERNAL_CLIENT, audience=TOKEN_AUDIENCE, clock=under_test.clock)
        return client.post("/api/directory/v1/token", data=form | told)

    return ask


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_the_internal_client_gets_a_token_by_its_key(client, ask_token):
    answer = ask_token()
    assert (answer.status_code, answer.json["token_type"], answer.json["expires_in"]) == (200, "Bearer", 600)
    assert client.get("/api/reporting/v1/fleet", headers=bearer(answer)).json == {"items": []}


def test_an_assertion_works_once(client, ask_token, under_test, tmp_path):
    key = load_or_create_signing_key(tmp_path / "keys" / "cchc-internal.jwk")
    spent = sign_client_assertion(key, client_id=INTERNAL_CLIENT, audience=TOKEN_AUDIENCE, clock=under_test.clock)
    assert ask_token(client_assertion=spent).status_code == 200
    again = ask_token(client_assertion=spent)
    assert (again.status_code, again.json["code"]) == (401, "client_assertion_invalid")


def test_an_assertion_nested_without_end_is_invalid(ask_token):
    def coded(text):
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    plain, deep = coded('{"alg":"Ed25519"}'), coded("[" * 2000)
    for assertion in (f"{plain}.{deep}.{plain}", f"{deep}.{plain}.{plain}"):
        answer = ask_token(client_assertion=assertion)
        assert (answer.status_code, answer.json["code"]) == (401, "client_assertion_invalid")


def test_a_token_may_be_asked_for_less(client, ask_token):
    narrow = ask_token(scope="survey:read")
    refused = client.get("/api/reporting/v1/fleet", headers=bearer(narrow))
    assert (refused.status_code, refused.json["code"]) == (403, "scope_missing")
    assert ask_token(scope="everything").json["code"] == "scope_not_offered"


def test_the_fleet_is_not_for_everybody(client):
    assert client.get("/api/reporting/v1/fleet").status_code == 401


def test_the_set_up_link_is_made_for_the_operator_alone_and_once(client, ask_token, session):
    assert client.post("/api/directory/v1/set-up-links").status_code == 401
    done = client.post("/api/directory/v1/set-up-links", headers=bearer(ask_token()))
    assert (done.status_code, done.json["code"]) == (409, "set_up_done")


def test_before_anybody_can_sign_in_a_set_up_link_is_given(client, ask_token):
    made = client.post("/api/directory/v1/set-up-links", headers=bearer(ask_token()))
    assert (made.status_code, client.get(made.json["path"]).status_code) == (201, 200)


def test_the_published_keys_hold_no_private_part(client):
    (key,) = client.get("/api/directory/v1/jwks.json").json["keys"]
    assert (key["crv"], "d" in key) == ("Ed25519", False)


def test_units_are_those_of_the_day(client):
    def communes(day):
        items = client.get(f"/api/directory/v1/units?as_of={day}").json["items"]
        return [it for it in items if it["kind"] in {"commune", "township"}]

    assert [len(communes(day)) for day in ("2021-06-18", "2025-01-01", "2025-07-01")] == [22, 20, 6]


def test_a_unit_tells_who_took_over(client):
    told = client.get("/api/directory/v1/units/xa-binh-chanh").json
    assert told["succeeded_by"][0]["unit_id"] == "xa-binh-phu"
    missing = client.get("/api/directory/v1/units/xa-nao-do")
    assert (missing.status_code, missing.json["code"]) == (404, "unit_not_found")


def test_loading_the_same_pack_again_records_nothing(under_test):
    from services.gateway.bootstrap import load_pack  # noqa: PLC0415 - the one test that loads twice
    from tests.support.gateway import the_pack  # noqa: PLC0415

    before = under_test.gateway.store.last_position()
    assert load_pack(under_test.gateway, the_pack()) == 0
    assert under_test.gateway.store.last_position() == before


def test_every_unit_is_published_once_by_its_id(under_test):
    rows = under_test.gateway.store.read_outbox(0, 1000, ["directory.unit.state.v1"])
    assert len(rows) == len({row.key for row in rows}) == 45


def test_an_answer_is_not_sent_again_to_who_has_it(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.catch_up()
    for path in ("/api/reporting/v1/counter-results/figures.csv", "/api/reporting/v1/counter-results"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_the_csv_says_counted_and_all_per_one_stop(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.others.release_block({1: 5}, counted=False)
    under_test.catch_up()
    answer = client.get("/api/reporting/v1/counter-results/figures.csv?as_of=2021-06-18")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = [(row["mot_cua"], row["tinh_phieu"], row["so_phieu"], row["hai_long_phan_tram"]) for row in rows]
    assert told == [
        ("", "counted", "5", "100.0"),
        ("xa-binh-duong", "counted", "5", "100.0"),
        ("", "all", "10", "50.0"),
        ("xa-binh-duong", "all", "10", "50.0"),
    ]
    assert {row["nhan"] for row in rows} == {"khảo sát tại Một cửa"}


def test_a_field_that_nobody_knows_is_refused(client):
    assert client.get("/api/reporting/v1/counter-results?unknown=1").status_code == 422


@pytest.mark.parametrize("path", ["counter-results", "counter-results/figures.csv"])
def test_a_day_out_of_any_calendar_is_refused(client, path):
    for written in ("1/1/99999999999999999999", "99999999999999999999-01-01"):
        assert client.get(f"/api/reporting/v1/{path}?as_of={written}").status_code == 422
    assert client.get(f"/api/reporting/v1/{path}?as_of=0001-01-01").status_code == 200
