from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http.idempotency import command_key
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.http.refusals import CursorInvalid

NOTES = "/api/demo/v1/notes"


def _write(client, token, text="một", key="key-00001"):
    return client.post(NOTES, json={"text": text}, headers=token | {"Idempotency-Key": key})


def test_the_same_request_again_is_done_once_and_answered_as_the_first_time(client, token, demo):
    first, second = _write(client, token), _write(client, token)
    assert first.json == second.json
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(demo.notes) == 1


def test_the_same_key_with_another_request_is_refused(client, token, demo):
    _write(client, token)
    answer = _write(client, token, text="hai")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert len(demo.notes) == 1


def test_the_same_key_of_another_caller_is_another_key(client, token, signer, demo):
    _write(client, token)
    other = {"Authorization": f"Bearer {signer.sign('u-9', scopes=['demo:write'])}"}
    assert _write(client, other, text="hai").status_code == 201
    assert len(demo.notes) == 2


def test_without_a_key_every_request_is_its_own(client, token, demo):
    for _ in range(2):
        client.post(NOTES, json={"text": "một"}, headers=token)
    assert len(demo.notes) == 2


@pytest.mark.parametrize("key", ["short", "x" * 256, "has space", "dấu-tiếng-việt"])
def test_a_key_that_is_none_is_refused(client, token, key):
    answer = _write(client, token, key=key.encode().decode("latin1"))
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")


def test_a_command_key_is_the_same_in_every_process(app):
    with app.test_request_context("/x", method="POST", headers={"Idempotency-Key": "key-00001"}, data=b"{}"):
        key = command_key()
    assert key.id == UUID("7957a410-f302-5679-ae80-22f0f11b8df7")
    assert len(key.hash) == 32


def test_a_version_that_was_read_may_be_changed(client, token):
    _write(client, token)
    etag = client.get(f"{NOTES}/1", headers=token).headers["ETag"]
    answer = client.put(f"{NOTES}/1", json={"text": "hai"}, headers=token | {"If-Match": etag})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v1"')


def test_a_version_that_is_no_more_is_412(client, token):
    _write(client, token)
    for status in (200, 412):
        answer = client.put(f"{NOTES}/1", json={"text": "hai"}, headers=token | {"If-Match": '"v0"'})
        assert answer.status_code == status


@pytest.mark.parametrize("given", ["*", 'W/"v0"', '"v0", "v1"', "v0", '"v00"', '""'])
def test_what_names_no_single_version_is_412(client, token, given):
    _write(client, token)
    answer = client.put(f"{NOTES}/1", json={"text": "hai"}, headers=token | {"If-Match": given})
    assert answer.status_code == 412


def test_a_change_without_if_match_is_428(client, token):
    _write(client, token)
    answer = client.put(f"{NOTES}/1", json={"text": "hai"}, headers=token)
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")


def test_a_reader_who_has_the_version_gets_304(client, token):
    _write(client, token)
    answer = client.get(f"{NOTES}/1", headers=token | {"If-None-Match": '"v0"'})
    assert (answer.status_code, answer.data) == (304, b"")


def test_pages_follow_each_other_without_gap_or_repeat(client, token):
    for number in range(7):
        _write(client, token, key=f"key-0000{number}")
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get(NOTES, query_string=query, headers=token).json
        seen += [note["number"] for note in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [1, 2, 3, 4, 5, 6, 7]


@given(st.text(max_size=40))
def test_a_cursor_that_is_none_of_ours_is_refused_not_a_failure(cursor):
    with pytest.raises(CursorInvalid):
        after_cursor(cursor, int, str)


@pytest.mark.parametrize("key", [[1, "a\0b"], [2**63, "a"], [True, "a"]], ids=str)
def test_a_cursor_of_what_no_column_holds_is_refused(key):
    _, cursor = page_of([key, key], 1, key=lambda row: row)
    with pytest.raises(CursorInvalid):
        after_cursor(cursor, int, str)


@given(st.integers(-(2**63), 2**63 - 1), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_a_cursor_gives_back_what_it_was_made_of(number, text):
    _, cursor = page_of([(number, text), (0, "")], 1, key=lambda row: row)
    assert after_cursor(cursor, int, str) == [number, text]
