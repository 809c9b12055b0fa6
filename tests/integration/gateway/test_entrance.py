import re

import pytest
from sqlalchemy import select

from services.chassis.identity.tokens import TokenVerifier
from services.gateway.identity.attempts import (
    ADDRESS_LIMIT,
    KNOWN_FOR,
    NAME_AT_ADDRESS_LIMIT,
    NAME_PACE,
    attempt_of,
    count_attempt,
)
from services.gateway.identity.errors import TooManyAttempts
from services.gateway.identity.sessions import IDLE, LONGEST
from services.gateway.identity.tables import sign_in_attempts
from tests.integration.gateway.conftest import PASSWORD, USER_NAME
from tests.support.gateway import a_gateway, settings_in


def form_token(client, path):
    return re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get(path).text)[1]


def sign_in(client, password=PASSWORD, user_name=USER_NAME, *, address="127.0.0.1", **told):
    form = {"form_token": form_token(client, "/sign-in"), "user_name": user_name, "password": password}
    return client.post("/sign-in", data=form | told, environ_overrides={"REMOTE_ADDR": address})


def guess_everywhere(client, times):
    """Guess from ever new addresses; give the answers."""
    client.delete_cookie("session")
    return [sign_in(client, "sai mật khẩu rồi", address=f"203.0.113.{at}") for at in range(times)]


def facts(under_test):
    return [fact.type for fact in under_test.gateway.store.read(0, 1000) if fact.stream.startswith("access-")]


def test_the_set_up_link_opens_the_first_account_and_signs_it_in(under_test, client):
    path = under_test.gateway.set_up_path()
    form = {
        "form_token": form_token(client, path),
        "token": path.partition("=")[2],
        "user_name": USER_NAME,
        "display_name": "Phòng Nội vụ",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    answer = client.post("/set-up", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Xin chào, Phòng Nội vụ" in client.get("/").text
    assert client.get("/fleet").status_code == 200
    assert facts(under_test) == ["directory.set_up_completed.v1"]
    assert client.post("/set-up", data=form).status_code in {400, 403}
    assert under_test.gateway.set_up_path() is None


def test_a_newer_set_up_link_ends_the_older_one(under_test, client):
    older, newer = under_test.gateway.set_up_path(), under_test.gateway.set_up_path()
    assert (client.get(older).status_code, client.get(newer).status_code) == (404, 200)


def test_a_set_up_link_ends_after_a_day(under_test, client):
    path = under_test.gateway.set_up_path()
    under_test.clock.move(24 * 3600)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("password", ["ngắn quá", "aaaaaaaaaaaaaaaa", "phong.noi.vu 2021"])
def test_a_weak_password_opens_no_account(under_test, client, password):
    path = under_test.gateway.set_up_path()
    form = {
        "form_token": form_token(client, path),
        "token": path.partition("=")[2],
        "user_name": USER_NAME,
        "password": password,
        "password_again": password,
    }
    assert client.post("/set-up", data=form).status_code == 422
    assert under_test.gateway.set_up_path() is not None


def test_the_right_password_lets_in_and_is_on_record(under_test, client, session):
    answer = sign_in(client, next="/fleet")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fleet")
    assert facts(under_test)[-1] == "directory.signed_in.v1"


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(under_test, client, session):
    wrong_name = sign_in(client, user_name="khong.co.ai")
    wrong_password = sign_in(client, password="không phải mật khẩu")
    assert wrong_name.status_code == wrong_password.status_code == 403
    said = [re.search(r"error-summary__list.*", it.text)[0] for it in (wrong_name, wrong_password)]
    assert said[0] == said[1]
    assert facts(under_test)[-2:] == ["directory.sign_in_failed.v1"] * 2


@pytest.mark.parametrize("user_name", [USER_NAME, "khong.co.ai"])
def test_an_address_is_locked_for_a_name_after_five_failures_whether_or_not_somebody_has_it(
    under_test, client, session, user_name
):
    for _ in range(NAME_AT_ADDRESS_LIMIT.failures):
        assert sign_in(client, "sai mật khẩu rồi", user_name).status_code == 403
    locked = sign_in(client, PASSWORD, user_name)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) <= NAME_AT_ADDRESS_LIMIT.window.total_seconds() + 1


def test_a_lock_opens_when_its_window_is_over(under_test, client, session):
    for _ in range(NAME_AT_ADDRESS_LIMIT.failures + 1):
        sign_in(client, "sai mật khẩu rồi")
    under_test.clock.move(NAME_AT_ADDRESS_LIMIT.window.total_seconds())
    assert sign_in(client).status_code == 303


def test_an_address_that_tries_many_names_is_locked_too(under_test, client, session):
    answers = [sign_in(client, "x", f"ten.{at}").status_code for at in range(ADDRESS_LIMIT.failures + 1)]
    assert answers == [403] * ADDRESS_LIMIT.failures + [429]


def test_who_fails_with_my_name_elsewhere_does_not_keep_me_out(client, session):
    for _ in range(NAME_AT_ADDRESS_LIMIT.failures + 1):
        sign_in(client, "sai mật khẩu rồi", address="203.0.113.9")
    assert sign_in(client).status_code == 303


def test_a_name_that_fails_from_many_addresses_is_slowed_down_and_not_locked(under_test, client, session):
    answers = guess_everywhere(client, NAME_PACE.at_once + 1)
    assert [it.status_code for it in answers] == [403] * NAME_PACE.at_once + [429]
    wait = int(answers[-1].headers["Retry-After"])
    assert wait <= NAME_PACE.every.total_seconds() + 1
    under_test.clock.move(wait)
    assert sign_in(client).status_code == 303


def test_where_a_name_signed_in_lately_it_is_not_slowed_down(under_test, client, session):
    assert sign_in(client).status_code == 303
    guess_everywhere(client, NAME_PACE.at_once + 1)
    assert sign_in(client).status_code == 303
    client.delete_cookie("session")
    under_test.clock.move(KNOWN_FOR.total_seconds() + 1)
    guess_everywhere(client, NAME_PACE.at_once + 1)
    assert sign_in(client).status_code == 429


def test_a_name_stands_at_most_a_hundred_guesses_an_hour(under_test, session):
    sign_in_of, clock = under_test.gateway.site.sign_in, under_test.clock
    with sign_in_of.engine.connect() as connection:
        guessed = 0
        for at in range(360):
            try:
                count_attempt(connection, attempt_of(USER_NAME, f"198.51.{at // 250}.{at % 250}"), clock.now())
                guessed += 1
            except TooManyAttempts:
                pass
            clock.move(10)
        connection.rollback()
    assert 90 <= guessed <= 100


def test_the_addresses_of_one_ipv6_subscriber_are_one(client, session):
    guesses = [
        sign_in(client, "x", f"ten.{at}", address=f"2001:db8::{at:x}") for at in range(ADDRESS_LIMIT.failures + 1)
    ]
    assert [it.status_code for it in guesses] == [403] * ADDRESS_LIMIT.failures + [429]


def test_failures_that_matter_no_more_are_not_kept(under_test, client, session):
    guess_everywhere(client, 5)
    under_test.clock.move(3600)
    sign_in(client, "x")
    with under_test.gateway.site.sign_in.engine.connect() as connection:
        assert len(connection.execute(select(sign_in_attempts)).all()) == 3


def test_a_form_that_another_site_sends_is_refused(client, session):
    assert sign_in(client, form_token="0" * 64).status_code == 400
    form = {"form_token": form_token(client, "/sign-in"), "user_name": USER_NAME, "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 400


def test_a_form_token_of_one_browser_is_worth_nothing_in_another(under_test, client, session):
    other = under_test.gateway.app.test_client()
    form_token(other, "/sign-in")
    assert sign_in(other, form_token=form_token(client, "/sign-in")).status_code == 400


def test_signing_in_never_leads_to_another_site(client, session):
    assert sign_in(client, next="https://evil.example/").headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/sign-out"])
def test_a_form_token_of_letters_that_no_token_has_is_refused(reader, path):
    reader.set_cookie("form", "abc")
    assert reader.post(path, data={"form_token": "é"}).status_code == {"/sign-out": 303}.get(path, 400)


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/sign-out"])
def test_an_origin_that_is_no_address_is_a_foreign_one(reader, path):
    answer = reader.post(path, data={"form_token": form_token(reader, "/")}, headers={"Origin": "http://["})
    assert answer.status_code == {"/sign-out": 303}.get(path, 400)
    assert reader.get("/fleet").status_code == 200


@pytest.mark.parametrize("written", ["//[", "/\r\nX:y", "/\nX:y", "/\x1f", "/\x7f"])
def test_what_is_no_address_leads_home(reader, client, written):
    assert sign_in(client, next=written).headers["Location"] == "/"
    assert reader.get("/sign-in", query_string={"next": written}).headers["Location"] == "/"
    assert client.get("/language/en", query_string={"next": written}).headers["Location"] == "/"


@pytest.mark.parametrize("name", ["user_name", "password", "next"])
def test_a_sign_in_with_a_nul_is_refused_before_any_table_is_asked(under_test, client, session, name):
    before = facts(under_test)
    assert sign_in(client, **{name: "a\x00b"}).status_code == 400
    assert facts(under_test) == before


@pytest.mark.parametrize("name", ["user_name", "display_name", "password"])
def test_a_set_up_with_a_nul_opens_no_account(under_test, client, name):
    path = under_test.gateway.set_up_path()
    form = {
        "form_token": form_token(client, path),
        "token": path.partition("=")[2],
        "user_name": USER_NAME,
        "display_name": "Phòng Nội vụ",
        "password": PASSWORD,
    }
    form |= {name: form[name] + "\x00b"}
    assert client.post("/set-up", data=form | {"password_again": form["password"]}).status_code == 400
    assert under_test.gateway.set_up_path() is not None


def test_signing_out_needs_the_form_and_ends_the_session(reader):
    assert reader.post("/sign-out").status_code == 303
    assert reader.get("/fleet").status_code == 200
    reader.post("/sign-out", data={"form_token": form_token(reader, "/")})
    assert reader.get("/fleet").status_code == 302


@pytest.mark.parametrize("away", [IDLE, LONGEST])
def test_a_session_ends_when_idle_and_after_half_a_day(under_test, reader, away):
    under_test.clock.move(away.total_seconds())
    assert reader.get("/fleet").headers["Location"] == "/sign-in?next=/fleet"


def test_a_session_in_use_outlives_the_idle_time(under_test, reader):
    for _ in range(3):
        under_test.clock.move(IDLE.total_seconds() - 60)
        assert reader.get("/fleet").status_code == 200


def test_over_plain_http_the_cookies_are_kept_from_scripts_and_other_sites(client, session):
    cookies = sign_in(client).headers.getlist("Set-Cookie")
    (session_cookie,) = [it for it in cookies if it.startswith("session=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session_cookie.split("; "))
    assert "Domain" not in session_cookie


def test_over_https_the_cookies_are_bound_to_the_host(tmp_path):
    made = a_gateway(tmp_path, settings=settings_in(tmp_path, public_url="https://cchc.example"))
    client = made.gateway.app.test_client()
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert made.gateway.site.session_cookie == "__Host-session"
    made.close()


def test_no_table_keeps_a_secret_as_it_is(under_test, session):
    with under_test.gateway.site.sign_in.engine.connect() as connection:
        dump = str([connection.exec_driver_sql(f"SELECT * FROM {it}").all() for it in ("sessions", "accounts")])
    assert session not in dump
    assert PASSWORD not in dump
    assert "$argon2id$" in dump


def test_the_portal_renews_the_token_with_which_it_acts(under_test, session):
    site, clock = under_test.gateway.site, under_test.clock
    found = site.sessions.find(session)
    first = site.tokens.token_for(found)
    assert site.tokens.token_for(found) == first
    clock.move(8 * 60 + 1)
    renewed = site.tokens.token_for(found)
    caller = TokenVerifier(
        lambda: under_test.gateway.app.test_client().get("/api/directory/v1/jwks.json").json, clock=clock
    )
    assert renewed != first
    assert caller.verify(renewed).roles == {"operator", "reform_desk"}
