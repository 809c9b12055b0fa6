"""The door of the distributed profile: what is passed on, what is not, and what is said when nobody answers."""

import asyncio
from collections.abc import Callable

import httpx

from cchc.door import PassingOn

Answering = Callable[[httpx.Request], httpx.Response]


def unread(answer: httpx.Response) -> httpx.Response:
    """An answer as it comes over a connection: nobody has read its body yet."""
    return httpx.Response(answer.status_code, headers=answer.headers.raw, stream=httpx.ByteStream(answer.content))


def ask(answering: Answering, method: str = "GET", path: str = "/x", **parts: object) -> httpx.Response:
    async def asking() -> httpx.Response:
        app = PassingOn("http://behind.test", transport=httpx.MockTransport(lambda request: unread(answering(request))))
        transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as client:
            return await client.request(method, path, **parts)  # type: ignore[arg-type]  # as a test says it

    return asyncio.run(asking())


def test_a_request_arrives_as_it_was_sent_and_its_answer_comes_back():
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.raw_path == b"/api/x%20y?a=1&a=2"
        assert request.headers["Authorization"] == "Bearer t"
        assert request.headers["Host"] == "door.test"
        return httpx.Response(201, json={"sent": request.content.decode()}, headers={"ETag": '"7"'})

    told = ask(answer, "POST", "/api/x%20y?a=1&a=2", content=b"body", headers={"Authorization": "Bearer t"})
    assert (told.status_code, told.json(), told.headers["ETag"]) == (201, {"sent": "body"}, '"7"')


def test_the_door_says_who_called_and_not_the_caller():
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=f"{request.headers.get_list('x-forwarded-for')}")

    assert ask(answer, headers={"X-Forwarded-For": "10.0.0.1"}).text == "['203.0.113.7']"


def test_what_is_about_one_connection_is_not_passed_on():
    def answer(request: httpx.Request) -> httpx.Response:
        assert "te" not in request.headers
        return httpx.Response(200, headers={"Keep-Alive": "5", "X-Own": "1"})

    told = ask(answer, headers={"TE": "trailers"})
    assert "Keep-Alive" not in told.headers
    assert told.headers["X-Own"] == "1"


def test_several_cookies_stay_several():
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])

    assert ask(answer).headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_redirect_is_the_callers_to_follow():
    assert ask(lambda _request: httpx.Response(303, headers={"Location": "/there"})).headers["Location"] == "/there"


def test_who_is_away_is_answered_for_with_a_problem_and_when_to_come_back():
    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    told = ask(answer)
    assert (told.status_code, told.json()["code"]) == (503, "unavailable")
    assert told.headers["Retry-After"] == "5"
    assert told.headers["Content-Type"].startswith("application/problem+json")
