"""Files that prove work, on both stores: known by their content, kept once, given back as they came."""

import hashlib
import io
import threading
import zipfile

import pytest

from services.chassis.http.bodies import BODY_LIMIT
from services.tasks.adapters.file_table import keep_file
from tests.support.tasks import OTHER, UNIT, TasksRig

PDF = b"%PDF-1.7\n quyet dinh so 12"


def _docx() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("word/document.xml", "<w:document/>")
    return packed.getvalue()


def _send(client, task_id: str, name: str, body: bytes, **form: str):
    return client.post(f"/tasks/{task_id}/files", data={"unit_id": UNIT, **form}, files={"file": (name, body)})


@pytest.mark.parametrize(
    ("name", "body", "media_type"),
    [
        ("quyết định.pdf", PDF, "application/pdf"),
        ("anh.jpg", b"\xff\xd8\xff\xe0 anh", "image/jpeg"),
        (
            "kế hoạch.bin",
            _docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_a_file_is_known_by_its_content_and_given_back_byte_for_byte(
    rig: TasksRig, name: str, body: bytes, media_type: str
) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    told = _send(unit, task_id, name, body, title="Quyết định")
    assert told.status_code == 201, told.text
    (evidence,) = told.json()["evidence"]
    digest = hashlib.sha256(body).hexdigest()
    assert evidence["file"] == {"name": name, "size": len(body), "sha256": digest, "media_type": media_type}
    read = rig.desk().get(f"/tasks/{task_id}/files/{evidence['evidence_id']}")
    assert (read.content, read.headers["Content-Type"]) == (body, media_type)
    assert read.headers["Content-Disposition"].startswith("attachment")


def test_what_is_no_document_is_refused_and_leaves_nothing(rig: TasksRig) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    before = rig.service.streams.store.last_position()
    for name, body in (("trang.pdf", b"<html>"), ("trong.pdf", b""), ("a.docx", b"PK\x03\x04 hong")):
        refused = _send(unit, task_id, name, body)
        assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
    assert unit.post(f"/tasks/{task_id}/files", data={"unit_id": UNIT}).json()["code"] == "fields_invalid"
    large = _send(unit, task_id, "lon.pdf", PDF + b"x" * BODY_LIMIT)
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    assert rig.service.streams.store.last_position() == before


def test_a_file_of_a_refused_wish_is_not_kept(rig: TasksRig) -> None:
    task_id = rig.a_task()
    assert _send(rig.unit(), task_id, "a.pdf", PDF).json()["code"] == "task_not_in_hand"
    assert (
        rig.unit(OTHER)
        .post(f"/tasks/{task_id}/files", data={"unit_id": UNIT}, files={"file": ("a.pdf", PDF)})
        .json()["code"]
        == "unit_not_yours"
    )
    assert rig.service.files.body(hashlib.sha256(PDF).hexdigest()) is None


def test_the_same_file_is_attached_to_a_task_once_and_kept_once_for_all_tasks(rig: TasksRig) -> None:
    first, second, unit = rig.accepted(), rig.accepted(title="Việc khác"), rig.unit()
    for task_id in (first, first, second):
        assert _send(unit, task_id, "a.pdf", PDF).status_code == 201
    assert len(unit.get(f"/tasks/{first}").json()["evidence"]) == 1
    assert len(rig.messages("evidence_attached")) == 2


def test_the_same_file_sent_by_two_at_once_is_kept_for_both(rig: TasksRig) -> None:
    told = (hashlib.sha256(PDF).hexdigest(), "application/pdf", PDF)
    writer = rig.service.together._engine
    failed: list[BaseException] = []

    def keep() -> None:
        try:
            with writer.begin() as connection:
                keep_file(connection, *told)
        except Exception as error:  # noqa: BLE001 - the test tells of it
            failed.append(error)

    with writer.begin() as first:
        keep_file(first, *told)
        second = threading.Thread(target=keep)
        second.start()
        second.join(0.5)  # PostgreSQL lets the second look before the first is there.
    second.join()
    assert (failed, rig.service.files.body(told[0])) == ([], PDF)


def test_a_file_of_another_task_is_not_found(rig: TasksRig) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    answer = unit.get(f"/tasks/{task_id}/files/khong-co")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_evidence")
