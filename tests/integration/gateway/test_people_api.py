"""People, their roles and what tokens say of them, through the gateway's own routes."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from services.chassis.identity import Appointment
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.identity.tokens import ISSUER, TokenSigner, TokenVerifier
from services.gateway.identity.accounts import SCOPES_OF_ROLES, NewAccount, open_account
from services.gateway.identity.invitations import LINK_LIFE
from tests.integration.gateway.conftest import PASSWORD

PEOPLE = "/api/directory/v1/people"
HEAD = {"role": "unit_head", "unit_id": "xa-binh-an", "from": "2021-01-01"}


@pytest.fixture
def desk(under_test, session):
    """The first person's own bearer header."""
    site = under_test.gateway.site
    return {"Authorization": f"Bearer {site.tokens.token_for(site.sessions.find(session))}"}


@pytest.fixture
def caller(under_test, tmp_path):
    """Gives a bearer header for a made-up caller."""
    signer = TokenSigner(load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk"), clock=under_test.clock)
    return lambda subject, *scopes: {"Authorization": f"Bearer {signer.sign(subject, scopes=scopes)}"}


def register(client, headers, user_name="nguyen.van.an", *appointments, display_name="Nguyễn Văn An"):
    body = {"user_name": user_name, "display_name": display_name, "appointments": list(appointments)}
    return client.post(PEOPLE, json=body, headers=headers)


def follow(under_test, path, password=PASSWORD):
    """Choose a password on the page of a link; give the session's secret."""
    browser = under_test.gateway.app.test_client()
    form_token = re.search(r'name="form_token" value="([0-9a-f]{64})"', browser.get(path).text)[1]
    form = {
        "form_token": form_token,
        "token": path.partition("=")[2],
        "password": password,
        "password_again": password,
    }
    answer = browser.post("/account/set-up", data=form)
    assert answer.status_code == 303
    return browser.get_cookie("session").value


def token_of(under_test, secret):
    site = under_test.gateway.site
    jwks = under_test.gateway.app.test_client().get("/api/directory/v1/jwks.json").json
    verifier = TokenVerifier(lambda: jwks, ISSUER, clock=under_test.clock)
    return verifier.verify(site.tokens.token_for(site.sessions.find(secret)))


def test_who_set_the_product_up_is_operator_and_the_reform_desk_of_the_leading_unit(under_test, session):
    caller = token_of(under_test, session)
    assert caller.roles == {"operator", "reform_desk"}
    assert caller.appointments == {Appointment("reform_desk", "phong-noi-vu")}


def test_a_person_chooses_a_password_by_their_link_and_acts_in_their_unit(under_test, client, desk):
    made = register(client, desk, "nguyen.van.an", HEAD)
    assert made.status_code == 201
    caller = token_of(under_test, follow(under_test, made.json["set_up_path"]))
    assert caller.subject == made.json["person_id"]
    assert caller.appointments == {Appointment("unit_head", "xa-binh-an")}
    assert caller.scopes == SCOPES_OF_ROLES["unit_head"]
    assert client.get(made.json["set_up_path"]).status_code == 404


def test_nobody_signs_in_before_they_chose_a_password(under_test, client, desk):
    made = register(client, desk, "nguyen.van.an", HEAD)
    assert client.get(f"{PEOPLE}/{made.json['person_id']}", headers=desk).json["state"] == "invited"
    for password in ("", "nobody has this password"):
        form_token = re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get("/sign-in").text)[1]
        form = {"form_token": form_token, "user_name": "nguyen.van.an", "password": password}
        assert client.post("/sign-in", data=form).status_code == 403


def test_people_who_cannot_sign_in_yet_do_not_end_the_first_set_up_link(under_test, client, caller):
    scopes = SCOPES_OF_ROLES["operator"]
    assert register(client, caller("cchc-internal", *scopes), "nguyen.van.an", HEAD).status_code == 201
    assert under_test.gateway.set_up_path() is not None


def test_a_link_ends_after_its_days_and_by_a_newer_one(under_test, client, desk):
    made = register(client, desk).json
    newer = client.post(f"{PEOPLE}/{made['person_id']}/set-up-links", headers=desk).json["set_up_path"]
    assert (client.get(made["set_up_path"]).status_code, client.get(newer).status_code) == (404, 200)
    under_test.clock.move(LINK_LIFE.total_seconds())
    assert client.get(newer).status_code == 404


def test_a_newer_link_lets_a_forgotten_password_be_chosen_again_and_ends_the_sessions(under_test, client, desk):
    made = register(client, desk, "nguyen.van.an", HEAD).json
    first = follow(under_test, made["set_up_path"])
    newer = client.post(f"{PEOPLE}/{made['person_id']}/set-up-links", headers=desk).json["set_up_path"]
    second = follow(under_test, newer, "một câu khác cũng dài 54")
    sessions = under_test.gateway.site.sessions
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


def test_a_token_holds_no_role_before_its_first_day_and_none_after_its_last(under_test, client, desk):
    week = {"from": "2021-06-20", "to": "2021-06-27"}
    made = register(client, desk, "nguyen.van.an", HEAD | week).json
    standing = under_test.gateway.access.standing
    assert standing(made["person_id"]) == frozenset()
    under_test.clock.shift += timedelta(days=2)
    assert standing(made["person_id"]) == {Appointment("unit_head", "xa-binh-an")}
    under_test.clock.shift += timedelta(days=7)
    assert standing(made["person_id"]) == frozenset()


def test_an_appointment_that_ends_today_is_in_no_token_any_more(under_test, client, desk):
    made = register(client, desk, "nguyen.van.an", HEAD).json
    secret = follow(under_test, made["set_up_path"])
    assert token_of(under_test, secret).roles == {"unit_head"}
    ended = client.post(f"{PEOPLE}/{made['person_id']}/appointments/1/ending", json={"on": "2021-06-18"}, headers=desk)
    assert (ended.status_code, ended.json["appointments"][0]["in_force"]) == (200, False)
    assert token_of(under_test, secret).roles == frozenset()


def test_a_role_in_a_unit_ends_with_the_unit(under_test, client, desk):
    made = register(client, desk, "nguyen.van.an", HEAD).json
    under_test.clock.shift += timedelta(days=(2025 - 2021) * 366)
    assert under_test.clock.business_now().date().isoformat() < "2025-07-01"
    assert under_test.gateway.access.standing(made["person_id"]) == {Appointment("unit_head", "xa-binh-an")}
    under_test.clock.shift += timedelta(days=20)
    assert under_test.gateway.access.standing(made["person_id"]) == frozenset()


def test_a_deputy_holds_the_role_while_it_is_delegated_and_its_giver_holds_it(under_test, client, desk):
    an = register(client, desk, "nguyen.van.an", HEAD).json["person_id"]
    binh = register(client, desk, "tran.thi.binh").json["person_id"]
    lent = HEAD | {"to_person_id": binh, "from": "2021-06-18", "to": "2021-07-01"}
    assert client.post(f"{PEOPLE}/{an}/delegations", json=lent, headers=desk).status_code == 200
    standing = under_test.gateway.access.standing
    assert standing(binh) == standing(an) == {Appointment("unit_head", "xa-binh-an")}
    client.post(f"{PEOPLE}/{an}/appointments/1/ending", json={"on": "2021-06-18"}, headers=desk)
    assert standing(binh) == frozenset()


def test_somebody_delegates_their_own_role_and_nobody_elses(under_test, client, desk, caller):
    an = register(client, desk, "nguyen.van.an", HEAD).json["person_id"]
    binh = register(client, desk, "tran.thi.binh").json["person_id"]
    lent = HEAD | {"to_person_id": binh, "from": "2021-06-18", "to": "2021-07-01"}
    refused = client.post(f"{PEOPLE}/{an}/delegations", json=lent, headers=caller(binh, "directory:self"))
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_delegate")
    assert client.post(f"{PEOPLE}/{an}/delegations", json=lent, headers=caller(an, "directory:self")).status_code == 200


def test_nobody_gives_more_than_they_hold(under_test, client, desk, caller):
    of_desk = caller("desk", *SCOPES_OF_ROLES["reform_desk"])
    operator = {"role": "operator", "unit_id": "*"}
    refused = register(client, of_desk, "nguyen.van.an", operator)
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_give")
    assert register(client, desk, "nguyen.van.an", operator).status_code == 201


def test_who_may_do_less_makes_no_link_into_an_account_that_may_do_more(under_test, client, session, desk, caller):
    first = under_test.gateway.site.sessions.find(session).account.account_id
    of_desk = caller("desk", *SCOPES_OF_ROLES["reform_desk"])
    for action in ("set-up-links", "erasure"):
        refused = client.post(f"{PEOPLE}/{first}/{action}", headers=of_desk)
        assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_give")


def test_who_may_do_less_takes_no_role_away_that_may_do_more(client, desk, caller):
    made = register(client, desk, "nguyen.van.an", {"role": "operator", "unit_id": "*"}).json
    of_desk = caller("desk", *SCOPES_OF_ROLES["reform_desk"])
    ending = f"{PEOPLE}/{made['person_id']}/appointments/1/ending"
    assert client.post(ending, json={"on": "2021-06-18"}, headers=of_desk).json["code"] == "not_yours_to_give"
    assert client.post(ending, json={"on": "2021-06-18"}, headers=desk).status_code == 200


@pytest.fixture
def lent_operator(client, desk):
    """Somebody who is operator by appointment, and somebody of whom they let the role be held as well."""
    an = register(client, desk, "nguyen.van.an", {"role": "operator", "unit_id": "*"}).json["person_id"]
    binh = register(client, desk, "tran.thi.binh").json["person_id"]
    lent = {"role": "operator", "unit_id": "*", "to_person_id": binh, "from": "2021-06-18", "to": "2021-07-01"}
    return an, binh, lent


def test_who_may_do_less_lends_nobodys_role_that_may_do_more_and_takes_none_back(client, desk, caller, lent_operator):
    an, binh, lent = lent_operator
    of_desk = caller(binh, *SCOPES_OF_ROLES["reform_desk"])
    refused = client.post(f"{PEOPLE}/{an}/delegations", json=lent, headers=of_desk)
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_give")
    assert client.post(f"{PEOPLE}/{an}/delegations", json=lent, headers=desk).status_code == 200
    ending = f"{PEOPLE}/{an}/delegations/1/ending"
    assert client.post(ending, json={"on": "2021-06-18"}, headers=of_desk).json["code"] == "not_yours_to_give"
    own = caller(an, "directory:self")
    assert client.post(ending, json={"on": "2021-06-18"}, headers=own).status_code == 200


@pytest.mark.parametrize("first_day", ["2021-06-18", "2021-06-25"])
def test_who_may_do_less_makes_no_link_into_an_account_that_was_lent_more(
    client, desk, caller, lent_operator, first_day
):
    an, binh, lent = lent_operator
    of_desk = caller("desk", *SCOPES_OF_ROLES["reform_desk"])
    assert client.post(f"{PEOPLE}/{binh}/set-up-links", headers=of_desk).status_code == 201
    client.post(f"{PEOPLE}/{an}/delegations", json=lent | {"from": first_day}, headers=desk)
    for action in ("set-up-links", "erasure"):
        refused = client.post(f"{PEOPLE}/{binh}/{action}", headers=of_desk)
        assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_give")


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"unit_id": "xa-nowhere"}, 404, "unit_not_found"),
        ({"unit_id": "xa-thang-an-2025"}, 422, "unit_not_there_then"),
        ({"unit_id": "*"}, 422, "role_needs_unit"),
        ({"to": "2021-01-01"}, 422, "term_invalid"),
        ({"role": "king"}, 422, "fields_invalid"),
    ],
)
def test_a_role_that_cannot_be_held_leaves_nobody_behind(under_test, client, desk, told, status, code):
    refused = register(client, desk, "nguyen.van.an", HEAD | told)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert len(client.get(PEOPLE, headers=desk).json["items"]) == 1
    assert register(client, desk, "nguyen.van.an", HEAD).status_code == 201


def test_a_user_name_is_one_persons(client, desk):
    register(client, desk)
    again = register(client, desk)
    assert (again.status_code, again.json["code"]) == (409, "user_name_taken")
    assert len(client.get(PEOPLE, headers=desk).json["items"]) == 2


def test_people_come_in_pages(client, desk):
    for n in range(3):
        register(client, desk, f"can.bo.{n}")
    first = client.get(PEOPLE, query_string={"limit": 3}, headers=desk).json
    rest = client.get(PEOPLE, query_string={"limit": 3, "cursor": first["next"]}, headers=desk).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)


def test_a_page_of_people_asks_as_often_however_many_they_are(under_test, client, desk, monkeypatch):
    asked, store = [], type(under_test.gateway.store)
    read = store.read
    monkeypatch.setattr(store, "read", lambda *told: (asked.append("facts"), read(*told))[1])
    event.listen(under_test.gateway.access.people.reader, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def times():
        for _ in range(2):  # The first look takes in what is new.
            asked.clear()
            assert client.get(PEOPLE, headers=desk).status_code == 200
        return len(asked)

    few = times()
    for n in range(5):
        register(client, desk, f"can.bo.{n}", HEAD)
    assert times() == few


def test_people_are_listed_for_who_may_read_the_directory_alone(client, caller):
    assert client.get(PEOPLE).status_code == 401
    assert client.get(PEOPLE, headers=caller("x", "tasks:read")).json["code"] == "scope_missing"


def test_no_fact_or_message_holds_a_name(under_test, client, desk):
    register(client, desk, "nguyen.van.an", HEAD)
    store = under_test.gateway.store
    written = [fact.data for fact in store.read(0, 1000) if fact.stream.startswith("person-")]
    written += [row.value for row in store.read_outbox(0, 1000)]
    assert not any("Nguyễn Văn An".encode() in it or b"nguyen.van.an" in it for it in written)


def test_an_account_from_before_there_were_people_is_registered_when_it_next_signs_in(under_test, client, reader):
    with under_test.gateway.site.sign_in.engine.begin() as connection:
        account = NewAccount(
            account_id=UUID(int=53),
            user_name="tu.truoc",
            display_name="Từ Trước",
            password_hash=under_test.gateway.site.sign_in.passwords.hash(PASSWORD),
            roles=frozenset({"operator", "reform_desk"}),
            created_at=under_test.clock.now(),
        )
        open_account(connection, account)
    for _ in range(2):
        form_token = re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get("/sign-in").text)[1]
        form = {"form_token": form_token, "user_name": "tu.truoc", "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        client.delete_cookie("session")
    assert under_test.gateway.access.standing(str(UUID(int=53))) == {Appointment("reform_desk", "phong-noi-vu")}
    assert "Từ Trước" in reader.get("/people").text
