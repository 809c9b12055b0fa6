"""The one door: which app answers which path."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from cchc.front import Front, kiosk_files

INTERNAL_PORT = 9


def get(front: Front, path: str, *, port: int = 80) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=front)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://door.test:{port}") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture
def front(tmp_path: Path) -> Front:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("kiosk")
    (tmp_path / "assets" / "index-a1b2.js").write_text("1")
    apps = {
        "": PlainTextResponse("portal"),
        "/kiosk/": kiosk_files(tmp_path),
        "/api/survey/": PlainTextResponse("survey"),
        "/streams/": PlainTextResponse("streams"),
    }
    return Front(apps, internal={"/metrics": PlainTextResponse("metrics")}, internal_port=INTERNAL_PORT)


@pytest.mark.parametrize(
    ("path", "answered_by"),
    [
        ("/", "portal"),
        ("/api/directory/v1/units", "portal"),
        ("/api/survey/v1/counters/", "survey"),
        ("/api/surveys", "portal"),
        ("/streams/v1/pages/fleet/sse", "streams"),
        ("/kiosk/", "kiosk"),
    ],
)
def test_the_longest_prefix_answers(front: Front, path: str, answered_by: str) -> None:
    assert get(front, path).text == answered_by


def test_internal_paths_answer_on_the_internal_port_alone(front: Front) -> None:
    assert get(front, "/metrics", port=INTERNAL_PORT).text == "metrics"
    assert get(front, "/metrics").text == "portal"


def test_the_kiosk_without_its_slash_is_found(front: Front) -> None:
    answer = get(front, "/kiosk")
    assert (answer.status_code, answer.headers["location"]) == (307, "/kiosk/")


def test_the_kiosk_page_is_asked_for_anew_and_may_load_nothing_from_elsewhere(front: Front) -> None:
    headers = get(front, "/kiosk/").headers
    assert headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


def test_files_named_by_their_content_are_kept_for_ever(front: Front) -> None:
    assert "immutable" in get(front, "/kiosk/assets/index-a1b2.js").headers["cache-control"]


@pytest.mark.parametrize("path", ["/kiosk/../secret", "/kiosk/%2e%2e/secret", "/kiosk/nothing"])
def test_nothing_outside_the_kiosk_is_given_away(front: Front, tmp_path: Path, path: str) -> None:
    (tmp_path.parent / "secret").write_text("secret")
    assert "secret" not in get(front, path).text


def test_an_address_that_the_kiosk_lacks_is_404(front: Front) -> None:
    assert get(front, "/kiosk/nothing").status_code == 404
