"""One-stops send their dossiers: taken once, bad rows named, wrong totals refused whole."""

import json
from datetime import UTC, date, datetime
from functools import partial

import pytest

from services.chassis.envelope import decode
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.projector.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.app import app_of
from services.indicators.bootstrap import build, build_folder, migrate, migrate_folder
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.units import Units
from services.indicators.projections.running_figures import RunningFigures, read_figure
from services.indicators.worker import build_worker
from tests.support.fixed_clock import FixedClock
from tests.support.indicators import settings_of
from tests.support.product_apps import unit_rows

PATH = "/api/indicators/v1/intake/dossier-batches"


@pytest.fixture
def clock():
    return FixedClock(datetime(2021, 6, 18, 2, 0, tzinfo=UTC))


@pytest.fixture
def app(tmp_path, clock):
    settings = settings_of(tmp_path)
    migrate(settings)
    migrate_folder(settings)
    jwk = load_or_create_signing_key(tmp_path / "signing.jwk")
    service = build(settings, clock=clock, verifier=TokenVerifier(lambda: {"keys": [public_half(jwk)]}, clock=clock))
    figures = build_folder(settings, clock=clock, read_only=True)
    app = app_of(service, figures)
    app.config["signer"], app.config["service"] = TokenSigner(jwk, clock=clock), service
    yield app
    figures.close()
    service.close()


def client_of(app, *, unit_id: str = "xa-binh-an", role: str = "unit_clerk", scopes=("indicators:measure",)):
    client = app.test_client()
    token = app.config["signer"].sign("c-1", scopes=list(scopes), appointments=[Appointment(role, unit_id)])
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def client(app):
    return client_of(app)


def a_batch(*rows: dict, batch_id: str = "2021-06-18", **totals) -> dict:
    counted = {"count": len(rows), "solved": sum(1 for row in rows if row.get("solved_on"))} | totals
    return {"batch_id": batch_id, "one_stop_id": "xa-binh-an", "totals": counted, "dossiers": list(rows)}


def a_row(dossier_id: str = "h-1", **about) -> dict:
    return {"dossier_id": dossier_id, "received_on": "2021-06-01", "due_on": "2021-06-10"} | about


def tell_the_folder(settings, *rows) -> None:
    """Let the folder's read models hear of something."""
    log = InMemoryLog()
    log.write(*rows)
    for task in build_worker(settings, InMemoryBroker(log, waits=False)):
        if isinstance(task, Projector):
            while task.run_once():
                pass
            task.close()


def messages(app) -> list[dict]:
    rows = app.config["service"].streams.store.read_outbox(0, 10_000, ["indicators.intake.events.v1"])
    return [json.loads(bytes(decode(row.value).data)) for row in rows]


def test_a_batch_is_taken_once_however_often_it_is_sent(app, client):
    batch = a_batch(a_row("h-1", solved_on="2021-06-09", online=True), a_row("h-2"))
    first = client.post(PATH, json=batch)
    assert first.status_code == 201, first.text
    assert (first.json["id"], first.json["accepted"], first.json["rejected"]) == ("xa-binh-an.2021-06-18", 2, [])
    again = client.post(PATH, json=batch)
    assert (again.status_code, again.json) == (200, first.json)
    assert client.get(f"{PATH}/xa-binh-an.2021-06-18").json == first.json
    assert [it["dossier_id"] for it in messages(app)] == ["h-1", "h-2"]
    assert messages(app)[0]["at"].startswith("2021-06-18T09:00:00")


def test_what_was_taken_moves_the_figures_of_the_one_stop(app, client, tmp_path):
    service = app.config["service"]
    client.post(PATH, json=a_batch(a_row("h-1", solved_on="2021-06-09"), a_row("h-2", solved_on="2021-06-15")))
    client.post(PATH, json=a_batch(a_row("h-2", solved_on="2021-06-10"), batch_id="2021-06-18b"))
    tell_the_folder(settings_of(tmp_path), *service.streams.store.read_outbox(0, 100))
    scope = Scope(units=Units(()), within=frozenset({"xa-binh-an"}), today=date(2021, 6, 18))
    asked = {"since": date(2021, 1, 1), "until": scope.today, "known_until": service.clock.business_now()}
    ask = partial(read_figure, indicator="ONTIME_SOLVED", scope=scope, **asked)
    assert service.folder_model(RunningFigures(WorkingCalendar()), ask).total() == (2, 2)


def test_another_content_under_the_same_id_is_refused(client):
    assert client.post(PATH, json=a_batch(a_row())).status_code == 201
    refused = client.post(PATH, json=a_batch(a_row(online=True)))
    assert (refused.status_code, refused.json["code"]) == (409, "dossier_batch_differs")


def test_wrong_totals_refuse_the_batch_whole_and_name_the_bad_rows(app, client):
    rows = [a_row("h-1", solved_on="2021-05-01"), a_row("h-2", solved_on="soon"), a_row("h-3")]
    refused = client.post(PATH, json=a_batch(*rows, solved=1))
    assert (refused.status_code, refused.json["code"]) == (422, "totals_differ")
    params = refused.json["params"]
    assert (params["stated"]["solved"], params["found"]["solved"]) == (1, 2)
    assert [(it["row"], it["reasons"]) for it in params["rejected"]] == [
        (1, ["solved_before_received"]),
        (2, ["solved_on_invalid"]),
    ]
    assert messages(app) == []
    assert client.get(f"{PATH}/xa-binh-an.2021-06-18").status_code == 404


def test_bad_rows_are_left_out_each_with_its_reasons(app, client):
    rows = [
        a_row("h-1"),
        a_row("h-1"),
        a_row("Nguyễn Văn A"),
        a_row("h-4", received_on="2021-07-01", due_on="2021-06-30", online="maybe"),
        a_row("h-5", colour="red", field="đất"),
        {"dossier_id": "h-6"},
    ]
    answer = client.post(PATH, json=a_batch(*rows))
    assert answer.status_code == 201, answer.text
    assert answer.json["accepted"] == 1
    assert [(it["row"], it["dossier_id"], it["reasons"]) for it in answer.json["rejected"]] == [
        (2, "h-1", ["dossier_twice"]),
        (3, None, ["dossier_id_invalid"]),
        (4, "h-4", ["due_before_received", "in_the_future", "not_yes_or_no"]),
        (5, "h-5", ["code_invalid", "unknown_column"]),
        (6, "h-6", ["received_on_invalid", "due_on_invalid"]),
    ]
    assert answer.json["rejected"][0]["reasons_vi"] == ["Hồ sơ đã có ở một dòng trước trong cùng lô"]
    assert "Nguyễn" not in answer.text
    assert [it["dossier_id"] for it in messages(app)] == ["h-1"]


def test_the_same_rows_as_csv_are_the_same_batch(client):
    rows = [
        a_row("h-1", solved_on="2021-06-09", online=True, new_due_dates=1, apology_sent_on="2021-06-08"),
        a_row("h-2", in_software=False),
    ]
    taken = client.post(PATH, json=a_batch(*rows))
    lines = client.get(f"{PATH}/template.csv").data.decode("utf-8-sig").strip().split(",")
    cells = [[{True: "có", False: "không"}.get(row.get(name), row.get(name, "")) for name in lines] for row in rows]
    for row, text in zip(rows, cells, strict=True):
        text[lines.index("new_due_dates")] = str(row.get("new_due_dates", ""))
    body = "\r\n".join(";".join(map(str, line)) for line in (lines, *cells))
    head = {"batch_id": "2021-06-18", "one_stop_id": "xa-binh-an", "count": 2, "solved": 1}
    again = client.post(PATH, query_string=head, data=("\ufeff" + body).encode(), content_type="text/csv")
    assert (again.status_code, again.json) == (200, taken.json)


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"a,b\n1,2\n", b"", b'dossier_id,received_on,due_on\n"x', b"dossier_id,received_on,due_on\n\0"],
)
def test_a_file_that_is_not_the_template_is_refused(client, body):
    head = {"batch_id": "b", "one_stop_id": "xa-binh-an", "count": 0, "solved": 0}
    refused = client.post(PATH, query_string=head, data=body, content_type="text/csv")
    assert (refused.status_code, refused.json["code"]) == (422, "csv_invalid")


def test_a_csv_with_a_wrong_total_is_refused_whole_with_row_level_reasons(client):
    head = {"batch_id": "b", "one_stop_id": "xa-binh-an", "count": 3, "solved": 0}
    body = b"dossier_id,received_on,due_on\nh-1,2021-06-01,2021-06-10\nh-2,01/06/2021,2021-06-10\n"
    refused = client.post(PATH, query_string=head, data=body, content_type="text/csv")
    assert (refused.status_code, refused.json["code"]) == (422, "totals_differ")
    assert [it["reasons"] for it in refused.json["params"]["rejected"]] == [["received_on_invalid"]]


def test_only_who_is_appointed_there_or_the_reform_desk_speaks_for_a_one_stop(app):
    refused = client_of(app, unit_id="xa-binh-nam").post(PATH, json=a_batch(a_row()))
    assert (refused.status_code, refused.json["code"]) == (403, "unit_not_yours")
    desk = client_of(app, unit_id="phong-noi-vu", scopes=("indicators:measure", "indicators:define"))
    assert desk.post(PATH, json=a_batch(a_row())).status_code == 201
    other = client_of(app, unit_id="xa-binh-nam")
    assert other.get(f"{PATH}/xa-binh-an.2021-06-18").status_code == 403


def test_a_one_stop_that_the_directory_does_not_know_is_refused(app, tmp_path, clock):
    tell_the_folder(settings_of(tmp_path), *unit_rows())
    desk = client_of(app, scopes=("indicators:measure", "indicators:define"))
    refused = desk.post(PATH, json=a_batch(a_row()) | {"one_stop_id": "xa-nowhere"})
    assert (refused.status_code, refused.json["code"]) == (422, "unit_not_in_directory")
    assert desk.post(PATH, json=a_batch(a_row())).status_code == 201


def test_a_body_that_is_neither_json_nor_csv_is_refused(client):
    assert client.post(PATH, data=b"<x/>", content_type="application/xml").status_code == 415
    assert client.post(PATH, json={"batch_id": "b"}).json["code"] == "fields_invalid"
