"""Forms that only our own pages can send: a token in each, bound to the browser's cookie and the session."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Request, Response

from services.chassis.ids import new_secret

FIELD = "form_token"


class Forms:
    """Makes and checks form tokens."""

    def __init__(self, key: bytes, *, cookie_name: str, secure: bool) -> None:
        """Bind tokens to `key` and to a cookie of that name."""
        self._key = key
        self._cookie_name = cookie_name
        self._secure = secure

    def browser_of(self, request: Request) -> str:
        """Give the browser's own random text, a new one where it has none yet."""
        return request.cookies.get(self._cookie_name) or new_secret().hex()

    def remember(self, response: Response, browser: str) -> None:
        """Set the cookie to which the page's tokens are bound."""
        response.set_cookie(self._cookie_name, browser, secure=self._secure, httponly=True, samesite="Strict", path="/")

    def token(self, browser: str, session_hash: str | None) -> str:
        """Make the token of a form."""
        bound = f"{browser}|{session_hash or ''}".encode()
        return hmac.new(self._key, bound, hashlib.sha256).hexdigest()

    def sent_by_us(self, request: Request, session_hash: str | None) -> bool:
        """Say whether a form came from one of our pages in this browser and session."""
        if not _from_here(request):
            return False
        browser = request.cookies.get(self._cookie_name, "")
        given = request.form.get(FIELD, "")
        return bool(browser) and hmac.compare_digest(given.encode(), self.token(browser, session_hash).encode())


def _from_here(request: Request) -> bool:
    origin = request.headers.get("Origin")
    if origin in {None, "null"}:
        return True
    try:
        return urlsplit(str(origin)).netloc == request.host
    except ValueError:
        return False
