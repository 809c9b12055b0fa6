"""The pages of people and programs: without JavaScript, by forms that only our own pages can send."""

import re
from html import unescape

import msgspec
import pytest

from services.gateway.identity.set_up import CompleteSetUp
from tests.integration.gateway.conftest import PASSWORD

WHO = {"display_name": "Trần Văn Bình", "user_name": "binh.tv", "role": "unit_head", "unit_id": "xa-binh-an"}


def form_token(client, path):
    return re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get(path).text)[1]


def send(client, path, page, **form):
    return client.post(path, data={"form_token": form_token(client, page)} | form)


def register(client, **told):
    return send(client, "/people/register", "/people", **(WHO | {"from": "1/1/2021"} | told))


def shown_once(answer):
    return unescape(re.search(r'id="shown-once" value="([^"]+)"', answer.text)[1])


def page_of(client, name="Trần Văn Bình"):
    return re.search(rf'href="(/people/[0-9a-f-]{{36}})">{name}', client.get("/people").text)[1]


@pytest.fixture
def head(under_test, reader):
    """Somebody who heads a unit, signed in by the link that the page showed."""
    link = shown_once(register(reader))
    browser = under_test.gateway.app.test_client()
    path = link.removeprefix("http://localhost")
    token = form_token(browser, path)
    chosen = {"token": path.partition("=")[2], "password": PASSWORD, "password_again": PASSWORD}
    assert browser.post("/account/set-up", data={"form_token": token} | chosen).status_code == 303
    return browser


def test_people_are_for_who_is_signed_in(client):
    for path in ("/people", "/people/clients"):
        assert client.get(path).headers["Location"] == f"/sign-in?next={path}"


def test_somebody_is_added_and_their_link_shown_once(reader):
    made = register(reader)
    assert "Đã thêm Trần Văn Bình vào danh bạ." in made.text
    assert shown_once(made).startswith("http://localhost/account/set-up?token=")
    listed = reader.get("/people").text
    assert "shown-once" not in listed
    assert "Trưởng đơn vị, Xã Bình An" in listed


def test_what_was_typed_stays_beside_what_is_wrong(reader):
    refused = register(reader, unit_id="", display_name="Lê Thị Chi")
    assert refused.status_code == 422
    assert 'value="Lê Thị Chi"' in refused.text
    assert "Đơn vị: Hãy điền mục này." in unescape(re.sub(r"\s+", " ", refused.text))


def test_a_form_of_another_site_adds_nobody(reader):
    answer = reader.post("/people/register", data=WHO | {"form_token": "0" * 64})
    assert answer.status_code == 400
    assert "Trưởng đơn vị, Xã Bình An" not in reader.get("/people").text


def test_a_role_is_given_and_ended(reader):
    register(reader)
    at = page_of(reader)
    assert send(reader, f"{at}/appointments", at, role="unit_clerk", unit_id="xa-binh-an").status_code == 303
    assert "Cán bộ đầu mối của đơn vị" in reader.get("/people").text
    assert send(reader, f"{at}/ending", at, n="2", on="18/6/2021").headers["Location"] == f"{at}?done=ending"
    assert "Cán bộ đầu mối của đơn vị, Xã Bình An" not in reader.get("/people").text


def test_a_head_delegates_their_own_role_and_changes_nothing_else(reader, head):
    register(reader, display_name="Lê Thị Chi", user_name="chi.lt", role="", unit_id="", **{"from": ""})
    mine, hers = page_of(reader), page_of(reader, "Lê Thị Chi")
    lent = {"held": "unit_head@xa-binh-an", "to_person_id": hers.rpartition("/")[2]}
    days = {"from": "18/6/2021", "to": "1/7/2021"}
    assert send(head, f"{mine}/delegations", mine, **lent, **days).status_code == 303
    assert "được ủy quyền: Trưởng đơn vị, Xã Bình An" in re.sub(r"\s+", " ", reader.get("/people").text)
    assert "Thêm người" not in head.get("/people").text
    refused = send(head, f"{hers}/appointments", mine, role="unit_head", unit_id="xa-binh-an")
    assert (refused.status_code, "Vai trò của bạn không được làm việc này." in refused.text) == (422, True)
    assert send(head, f"{mine}/taking-back", mine, n="1", on="18/6/2021").status_code == 303
    assert "được ủy quyền" not in reader.get("/people").text


def test_nobody_is_erased_by_a_slip(reader, head):
    at = page_of(reader)
    assert send(reader, f"{at}/erasure", at).status_code == 422
    assert "Trần Văn Bình" in reader.get("/people").text
    assert send(reader, f"{at}/erasure", at, sure="yes").status_code == 303
    assert "Trần Văn Bình" not in reader.get("/people").text
    assert "Đã xóa thông tin cá nhân." in reader.get(f"{at}?done=erasure").text
    assert head.get("/people").status_code == 302


def test_a_new_link_is_shown_once(reader):
    first = shown_once(register(reader))
    at = page_of(reader)
    second = shown_once(send(reader, f"{at}/set-up-links", at))
    assert first != second
    assert reader.get(first.removeprefix("http://localhost")).status_code == 404


def test_a_program_is_registered_with_a_secret_shown_once_and_revoked(reader, client):
    told = {"name": "Sở Nội vụ", "client_id": "so-noi-vu", "scopes": ["streams:read"]}
    made = send(reader, "/people/clients", "/people/clients", **told, role="provincial_reader", unit_id="*")
    grant = {"grant_type": "client_credentials", "client_id": "so-noi-vu", "client_secret": shown_once(made)}
    assert client.post("/api/directory/v1/token", data=grant).status_code == 200
    assert "shown-once" not in reader.get("/people/clients").text
    assert send(reader, "/people/clients/so-noi-vu/revocation", "/people/clients").status_code == 303
    assert client.post("/api/directory/v1/token", data=grant).json["code"] == "client_secret_invalid"


def test_a_program_without_a_scope_or_with_no_key_is_not_registered(reader):
    for told in ({}, {"scopes": ["streams:read"], "public_jwk": "x"}, {"scopes": ["streams:read"], "public_jwk": "{}"}):
        form = {"name": "Sở Nội vụ", "client_id": "so-noi-vu"} | told
        assert send(reader, "/people/clients", "/people/clients", **form).status_code == 422
    assert "Chưa có ứng dụng nào" in reader.get("/people/clients").text


def test_the_pages_speak_english_too(reader):
    register(reader)
    reader.set_cookie("language", "en")
    for path in ("/people", page_of(reader), "/people/clients"):
        assert reader.get(path).status_code == 200
    assert "Head of unit" in reader.get("/people").text


def test_a_person_nobody_knows_is_not_found(reader):
    assert reader.get("/people/00000000-0000-4000-8000-000000000000").status_code == 404
    assert reader.post("/people/00000000-0000-4000-8000-000000000000/nothing").status_code == 404


def test_the_first_link_and_a_persons_link_are_not_mixed_up(under_test, client):
    token = under_test.gateway.site.set_up.issue_link()
    assert client.get(f"/account/set-up?token={token}").status_code == 404
    under_test.gateway.site.set_up.complete(
        CompleteSetUp(token=token, user_name="phong.noi.vu", display_name="", password=PASSWORD)
    )


def denials(under_test):
    store, kept = under_test.gateway.store, "directory.access_denied.v1"
    return [msgspec.json.decode(fact.data) for fact in store.read(0, 1000) if fact.type == kept]


def test_who_is_refused_for_want_of_a_role_is_on_record_once_an_hour(under_test, reader, head):
    for _ in range(3):
        assert head.get("/people/clients").status_code == 403
    (denied,) = denials(under_test)
    assert denied["subject"] == page_of(reader).rpartition("/")[2]
    assert (denied["because"], denied["where"]) == ("role_missing", "GET /people/clients")
    under_test.clock.move(3601)
    head.get("/people/clients")
    assert len(denials(under_test)) == 2


def test_a_scope_that_is_missing_is_on_record_and_a_stranger_is_not(under_test, reader, head, client):
    at = page_of(reader)
    send(head, f"{at}/appointments", at, role="unit_head", unit_id="xa-binh-tu")
    assert [it["because"] for it in denials(under_test)] == ["scope_missing"]
    assert client.get("/api/directory/v1/people").status_code == 401
    assert len(denials(under_test)) == 1
