"""The streams over a real server, as open pages read them."""

import threading

import httpx
import pytest

from services.gateway.streams.app import create_streams
from tests.support.stream_doors import served


@pytest.fixture
def streams(under_test):
    """The address of the streams, served for real."""
    gateway = under_test.gateway
    app = create_streams(
        gateway.changes, find_session=gateway.site.sessions.find, session_cookie="session", heartbeat_seconds=0.2
    )
    with served(app) as url:
        yield f"{url}/streams/v1/pages"


def events(answer):
    """Give the data of each event as it comes, `None` for a heartbeat."""
    for line in answer.iter_lines():
        if line.startswith("data: "):
            yield line.removeprefix("data: ")
        elif line.startswith(":"):
            yield None


def test_a_reader_hears_at_once_where_the_page_stands_and_then_each_change(under_test, streams):
    with httpx.stream("GET", f"{streams}/counter-results/sse", timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = events(answer)
        assert next(heard) == "0"
        under_test.others.release_block({5: 5})
        under_test.catch_up()
        assert next(it for it in heard if it is not None) == "1"


def test_a_page_of_another_services_figures_is_told_of_a_change_once_more(under_test, streams):
    with httpx.stream("GET", f"{streams}/targets/sse", timeout=10) as answer:
        heard = (it for it in events(answer) if it is not None)
        assert next(heard) == "0"
        under_test.others.release_block({5: 5})
        under_test.catch_up()
        assert [next(heard), next(heard)] == ["1", "1.1"]


def test_a_quiet_line_is_kept_open_by_heartbeats(streams):
    with httpx.stream("GET", f"{streams}/counter-results/sse", timeout=10) as answer:
        heard = events(answer)
        assert [next(heard) for _ in range(3)] == ["0", None, None]


def test_a_change_of_another_page_wakes_nobody(under_test, streams):
    with httpx.stream("GET", f"{streams}/counter-results/sse", timeout=10) as answer:
        heard = events(answer)
        assert next(heard) == "0"
        under_test.others.pair("tablet-1")
        under_test.catch_up()
        assert [next(heard) for _ in range(2)] == [None, None]


def test_the_event_says_that_something_changed_and_nothing_more(under_test, streams):
    under_test.others.release_block({1: 5})
    under_test.catch_up()
    with httpx.stream("GET", f"{streams}/counter-results/sse", timeout=10) as answer:
        lines = answer.iter_lines()
        said = [next(lines) for _ in range(6)]
    assert said == ["retry: 2000", "", "event: changed", "id: 1", "data: 1", ""]


def test_the_fleets_stream_is_for_those_who_are_signed_in(streams, session):
    assert httpx.get(f"{streams}/fleet/sse").status_code == 401
    with httpx.stream("GET", f"{streams}/fleet/sse", cookies={"session": session}, timeout=10) as answer:
        assert next(events(answer)) == "0"


def test_a_page_that_does_not_move_has_no_stream(streams):
    assert httpx.get(f"{streams}/sign-in/sse").status_code == 404


def test_two_hundred_screens_hear_of_a_change_through_one_watcher(under_test, streams):
    others = set(threading.enumerate())
    with httpx.Client(limits=httpx.Limits(max_connections=None), timeout=20) as client:
        opened = [client.stream("GET", f"{streams}/counter-results/sse") for _ in range(200)]
        screens = [events(it.__enter__()) for it in opened]
        assert {next(screen) for screen in screens} == {"0"}
        under_test.others.release_block({5: 5})
        under_test.catch_up()
        assert {next(it for it in screen if it is not None) for screen in screens} == {"1"}
        watchers = [it for it in threading.enumerate() if it.name == "page-changes" and it not in others]
        assert len(watchers) == 1
        for it in opened:
            it.__exit__(None, None, None)
