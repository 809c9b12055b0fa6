"""Whose request it is, behind proxies that are named."""

from services.chassis.http.proxies import BehindProxies


def seen(proxies, **environ):
    found = {}

    def app(told, _start):
        found.update(told)
        return []

    BehindProxies(app, proxies)({"REMOTE_ADDR": "10.0.0.9", "wsgi.url_scheme": "http", **environ}, lambda *_: None)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


def test_a_named_proxy_says_who_called_and_how():
    said = {"HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(["10.0.0.9"], **said) == ("203.0.113.7", "https")
    assert seen(["10.0.0.0/8"], **said) == ("203.0.113.7", "https")
    assert seen(["*"], **said) == ("203.0.113.7", "https")


def test_nobody_else_is_believed():
    said = {"HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(["10.0.0.1"], **said) == ("10.0.0.9", "http")


def test_what_the_caller_itself_wrote_before_the_proxy_is_not_believed():
    assert seen(["10.0.0.9"], HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.7")[0] == "203.0.113.7"


def test_a_chain_of_named_proxies_is_followed_to_the_caller():
    assert seen(["10.0.0.0/8"], HTTP_X_FORWARDED_FOR="203.0.113.7, 10.1.1.1")[0] == "203.0.113.7"


def test_a_proxy_that_says_nothing_is_the_caller():
    assert seen(["10.0.0.9"]) == ("10.0.0.9", "http")
