"""The doors of the streams, as subscribers use them, over a real server."""

import asyncio
import csv
import io
import socket
import threading

import httpx
import pytest
from starlette.applications import Starlette

from services.chassis.database import open_database
from services.chassis.http.rates import TokenBuckets
from services.gateway.streams.health import health_routes
from services.gateway.streams.lines import Lines
from services.gateway.streams.log_tables import METADATA
from services.gateway.streams.reading import StreamReader
from tests.support.servers.ports import eventually
from tests.support.stream_doors import sse_events, stream_doors
from tests.support.stream_log import Subscriber


@pytest.fixture
def open_doors(log):
    with stream_doors(log.engine) as opened:
        yield opened


def some_blocks(log, services, count=5, unit_id="xa-an"):
    for _ in range(count):
        services.release(unit_id)
    log.catch_up()


def test_the_feed_gives_cloudevents_in_order_and_the_token_to_go_on_from(open_doors, log, services):
    some_blocks(log, services)
    first = open_doors.get("/figures", limit=3)
    assert first.headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    assert [event["sequence"] for event in first.json()] == [f"{nth:020d}" for nth in (1, 2, 3)]
    assert first.json()[-1]["streamtoken"] == first.headers["stream-token"]
    assert first.links["next"]["url"] == f"/streams/v1/figures?after={first.headers['stream-token']}"
    rest = open_doors.get("/figures", after=first.headers["stream-token"])
    assert [event["sequence"] for event in rest.json()] == [f"{nth:020d}" for nth in (4, 5)]


def test_a_subscriber_at_the_end_is_told_so_and_waits_no_longer_than_asked(open_doors, log, services):
    some_blocks(log, services)
    token = open_doors.get("/figures").headers["stream-token"]
    empty = open_doors.get("/figures", after=token, wait=1)
    assert (empty.status_code, empty.json(), empty.headers["stream-token"]) == (200, [], token)
    unchanged = open_doors.get("/figures", headers={"If-None-Match": f'"{token}"'}, after=token)
    assert unchanged.status_code == 304


def test_a_long_poll_is_answered_as_soon_as_something_comes(open_doors, log, services):
    some_blocks(log, services, 1)
    token = open_doors.get("/figures").headers["stream-token"]
    heard = []
    waiting = threading.Thread(target=lambda: heard.append(open_doors.get("/figures", after=token, wait=30).json()))
    waiting.start()
    eventually(lambda: open_doors.doors.lines.open.total() == 1)
    some_blocks(log, services, 1)
    waiting.join(10)
    assert [event["sequence"] for event in heard[0]] == [f"{2:020d}"]


def test_a_subscriber_who_goes_gives_the_line_back(open_doors, log, services):
    some_blocks(log, services, 1)
    token = open_doors.get("/figures").headers["stream-token"]
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{open_doors.url}/figures?after={token}&wait=30", headers=open_doors.headers(), timeout=0.3)
    eventually(lambda: not open_doors.doors.lines.open)


def test_the_snapshot_and_what_follows_its_token_are_everything(open_doors, log, services):
    some_blocks(log, services, 4)
    snapshot = open_doors.get("/figures.xa-an/snapshot").json()
    assert [(row["kind"], row["n"], row["score_5"], row["blocks"]) for row in snapshot["items"]] == [
        ("results", 20, 16, 4)
    ]
    some_blocks(log, services, 1)
    assert len(open_doors.get("/figures.xa-an", after=snapshot["token"]).json()) == 1
    assert open_doors.get("/figures.xa-an/snapshot").json()["items"][0]["n"] == 25


def test_the_snapshot_of_tasks_holds_the_state_of_each(open_doors, log, services):
    services.assign("t1", "xa-an")
    services.tell_of("t1", "completion_reported")
    services.tell_of("t1", "completion_accepted", timeliness="on_time", completed_on="2021-06-18")
    services.assign("t2", "xa-binh")
    log.catch_up()
    rows = {row["task_id"]: row for row in open_doors.get("/tasks/snapshot").json()["items"]}
    assert rows["t1"]["state"] == "completed"
    assert rows["t1"]["timeliness"] == "on_time"
    assert rows["t1"]["due_on"] == "2021-06-30"
    assert rows["t2"]["state"] == "assigned"


def test_the_snapshot_as_csv_is_stamped_and_holds_no_formula(open_doors, log, services):
    services.publish("tasks.task.events.v1", "task-t1", "task_assigned", {"unit_id": "xa-an", "title": "=1+1"})
    log.catch_up()
    answer = open_doors.get("/tasks/snapshot", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["stream-token"] == open_doors.get("/tasks").headers["stream-token"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["kind"], row["title"], row["state"]) == ("task", "'=1+1", "assigned")


def test_events_come_as_they_happen_and_go_on_from_the_last_one_heard(open_doors, log, services):
    some_blocks(log, services, 2)
    url = f"{open_doors.url}/figures/sse"
    with httpx.stream("GET", url, headers=open_doors.headers(), timeout=10) as answer:
        heard = sse_events(answer)
        first, second, beat = next(heard), next(heard), next(heard)
        assert (first[0], second[0], beat[0]) == ("message", "message", "heartbeat")
        some_blocks(log, services, 1)
        third = next(it for it in heard if it[0] == "message")
    assert third[2]["sequence"] == f"{3:020d}"
    assert beat[2]["token"] == second[1]
    again = open_doors.headers() | {"Last-Event-ID": first[1]}
    with httpx.stream("GET", url, headers=again, timeout=10) as answer:
        heard = sse_events(answer)
        assert [next(heard)[2]["id"], next(heard)[2]["id"]] == [second[2]["id"], third[2]["id"]]


def test_a_heartbeat_says_the_hash_of_the_place_reached(open_doors, log, services):
    some_blocks(log, services, 3)
    subscriber = Subscriber("figures")
    with httpx.stream("GET", f"{open_doors.url}/figures/sse", headers=open_doors.headers(), timeout=10) as answer:
        for kind, _, said in sse_events(answer):
            if kind == "heartbeat":
                break
            subscriber.take(said)
    assert (len(subscriber.events), said["hash"]) == (3, subscriber.hash)


def test_a_line_closes_when_the_access_token_has_run_out(open_doors, log, services):
    with httpx.stream("GET", f"{open_doors.url}/figures/sse", headers=open_doors.headers(), timeout=10) as answer:
        heard = sse_events(answer)
        assert next(heard)[0] == "heartbeat"
        open_doors.clock.move(601)
        last = list(heard)[-1]
    assert (last[0], last[2]["code"]) == ("problem", "token_expired")
    eventually(lambda: not open_doors.doors.lines.open)


def test_a_line_that_was_open_over_a_restore_is_told_how_to_go_on_and_closed(open_doors, log, services):
    some_blocks(log, services, 1)
    backup = dict(services.senders["indicators"].heads)
    some_blocks(log, services, 2)
    with httpx.stream("GET", f"{open_doors.url}/figures/sse", headers=open_doors.headers(), timeout=20) as answer:
        heard = sse_events(answer)
        assert [next(heard)[0] for _ in range(4)] == ["message", "message", "message", "heartbeat"]
        services.restore("indicators", backup)
        services.release("xa-an")
        log.reconcile()
        last = list(heard)[-1]
    assert (last[0], last[2]["code"], last[2]["params"]["kept_through"]) == ("problem", "token_stale", 1)
    eventually(lambda: not open_doors.doors.lines.open)


def test_completeness_says_what_a_period_holds(open_doors, log, services):
    services.release("xa-an", day="2021-05-31")
    log.catch_up()
    services.release("xa-an", day="2021-06-18")
    services.release("xa-an", day="2021-06-18")
    log.catch_up()
    may, june = (open_doors.get("/figures/completeness", period=it).json() for it in ("2021-05", "2021-06"))
    assert (may["count"], may["first_sequence"], may["last_sequence"], may["closed"]) == (1, 1, 1, True)
    assert (june["count"], june["first_sequence"], june["last_sequence"], june["closed"]) == (2, 2, 3, False)
    assert june["hash_before"] == may["hash_after"]
    assert june["hash_after"] == june["head"]["hash"]
    nothing = open_doors.get("/figures/completeness", period="2020").json()
    assert (nothing["count"], nothing["first_sequence"]) == (0, None)


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/scores", {}, 404, "channel_unknown"),
        ("/figures.xa-khong-co", {}, 404, "channel_unknown"),
        ("/figures", {"after": "yesterday"}, 422, "fields_invalid"),
        ("/figures", {"after": "1.9.0123456789abcdef"}, 410, "token_stale"),
        ("/figures", {"wait": "31"}, 422, "fields_invalid"),
        ("/figures", {"limit": "many"}, 422, "fields_invalid"),
        ("/figures", {"from": "1"}, 422, "fields_invalid"),
        ("/figures/snapshot", {"format": "xlsx"}, 422, "fields_invalid"),
        ("/figures/completeness", {}, 422, "fields_invalid"),
        ("/figures/completeness", {"period": "2021-13"}, 422, "fields_invalid"),
        ("/figures/completeness", {"period": "0000"}, 422, "fields_invalid"),
        ("/figures/nothing", {}, 404, "route_not_found"),
    ],
)
def test_what_is_wrong_is_answered_with_a_problem(open_doors, path, query, status, code):
    answer = open_doors.get(path, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_scoped_subscriber_reads_its_own_units_and_no_others(open_doors, log, services):
    some_blocks(log, services, 2, "mot-cua-an")
    some_blocks(log, services, 3, "xa-binh")
    clerk = "unit_clerk@xa-an"
    assert len(open_doors.get("/figures.xa-an", clerk).json()) == 2
    assert len(open_doors.get("/figures.mot-cua-an", clerk).json()) == 2
    for channel in ("/figures", "/figures.xa-binh", "/figures.huyen"):
        answer = open_doors.get(channel, clerk)
        assert (answer.status_code, answer.json()["code"]) == (403, "unit_not_yours")
    listed = {it["channel"] for it in open_doors.get("", clerk).json()["channels"]}
    assert listed == {
        f"{stream}.{unit}"
        for stream in ("figures", "measurements", "reports", "tasks")
        for unit in ("xa-an", "mot-cua-an")
    }


@pytest.mark.parametrize("holder", ["provincial_reader@*", "provincial_reader@tinh", "reform_desk@phong-noi-vu"])
def test_the_whole_tenant_is_for_those_at_its_top(open_doors, log, services, holder):
    some_blocks(log, services, 2)
    assert len(open_doors.get("/figures", holder).json()) == 2


def test_nobody_reads_without_scope_or_token(open_doors):
    assert httpx.get(f"{open_doors.url}/figures").json()["code"] == "token_missing"
    unscoped = open_doors.headers(scopes=("tasks:read",))
    assert httpx.get(f"{open_doors.url}/figures", headers=unscoped).json()["code"] == "scope_missing"
    broken = {"Authorization": "Bearer x"}
    answer = httpx.get(f"{open_doors.url}/figures/sse", headers=broken)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_who_asks_too_often_waits_and_nobody_else(log):
    with stream_doors(log.engine) as opened:
        opened.doors.subscribers = TokenBuckets(1 / 60)
        hasty, calm = opened.headers(subject="hasty"), opened.headers(subject="calm")
        statuses = [httpx.get(f"{opened.url}/figures", headers=it).status_code for it in (hasty, hasty, calm)]
        assert statuses == [200, 429, 200]


def test_a_subscriber_may_hold_so_many_lines_and_no_more(log):
    with (
        stream_doors(log.engine, lines=Lines(most_each=1), heartbeat_seconds=5) as opened,
        httpx.stream("GET", f"{opened.url}/figures/sse", headers=opened.headers(), timeout=10) as first,
    ):
        heard = sse_events(first)
        next(heard)
        refused = httpx.get(f"{opened.url}/figures/sse", headers=opened.headers())
        other = opened.headers(subject="other")
        with httpx.stream("GET", f"{opened.url}/figures/sse", headers=other, timeout=10) as second:
            assert (refused.status_code, second.status_code) == (429, 200)
            assert refused.json()["code"] == "too_many_readers"
            assert refused.headers["retry-after"] == "5"


def test_who_does_not_read_is_let_go_and_costs_nobody(log, services):
    for _ in range(200):
        services.release("xa-an", reasons={f"reason_{nth}": 1 for nth in range(4000)})
    log.catch_up()
    with stream_doors(log.engine, write_seconds=0.5) as opened:
        host, _, port = opened.url.removeprefix("http://").partition("/")[0].partition(":")
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect((host, int(port)))
            asked = f"GET /streams/v1/figures/sse HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {opened.token(subject='lazy')}\r\n\r\n"
            lazy.sendall(asked.encode())
            eventually(lambda: opened.doors.lines.open["lazy"] == 1)
            assert len(opened.get("/figures", limit=1000).json()) == 200
            eventually(lambda: not opened.doors.lines.open)


def test_a_log_that_is_not_there_yet_is_said_to_be_unavailable(tmp_path):
    with stream_doors(open_database(f"sqlite:///{tmp_path / 'none.db'}", read_only=True)) as opened:
        answer = opened.get("/figures")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(("made", "status", "says"), [(True, 200, "ok"), (False, 503, "has not made the log yet")])
def test_the_process_of_the_streams_says_whether_it_can_read_its_log(tmp_path, made, status, says):
    engine = open_database(f"sqlite:///{tmp_path / 'streams.db'}")
    if made:
        METADATA.create_all(engine)
    process = httpx.ASGITransport(Starlette(routes=health_routes(StreamReader(engine))))

    async def asked(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=process, base_url="http://streams") as client:
            return await client.get(path)

    assert asyncio.run(asked("/livez")).json() == {"status": "live"}
    answer = asyncio.run(asked("/readyz"))
    assert answer.status_code == status
    assert says in answer.json()["checks"]["stream_log"]
    engine.dispose()
