"""What every page shares: language, formats, who reads, the banner, headers, and the template environment."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request

from services.chassis.clock import Clock
from services.chassis.domain import Unavailable
from services.chassis.http.runtime import PageDoor
from services.chassis.identity.callers import Caller
from services.chassis.ids import new_secret
from services.chassis.service_client import ServiceClient
from services.gateway.directory.domain.tenant import Tenant
from services.gateway.identity.session_tokens import SessionTokens
from services.gateway.identity.sessions import LONGEST, Sessions, SignedIn
from services.gateway.identity.set_up import SetUp
from services.gateway.identity.sign_in import SignIn
from services.gateway.portal.asking import Asking, ShortMemory
from services.gateway.portal.assets import SCRIPTS, STYLES, address_of, addresses
from services.gateway.portal.formats import Formats, Language
from services.gateway.portal.forms import FIELD, Forms
from services.gateway.portal.fragments import Fragments
from services.gateway.portal.navigation import SIGNED_IN, pages_for
from services.gateway.portal.words import say, words_of
from services.gateway.reporting.read_models import ReadModels

LANGUAGE_COOKIE = "language"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What pages work with. `secure` says that browsers reach us by https; `services` are the ways to the others."""

    clock: Clock
    read_models: ReadModels
    sessions: Sessions
    sign_in: SignIn
    set_up: SetUp
    tokens: SessionTokens
    forms: Forms
    fragments: Fragments
    tenant: Callable[[], Tenant]
    secure: bool
    silent_after: timedelta
    stale_after: timedelta
    services: Mapping[str, ServiceClient] = field(default_factory=dict)
    said: ShortMemory = field(default_factory=ShortMemory)

    @property
    def session_cookie(self) -> str:
        """The cookie's name: browsers keep `__Host-` cookies to https, and plain http is for this machine alone."""
        return "__Host-session" if self.secure else "session"

    def today(self) -> date:
        """The business day."""
        return self.clock.business_now().date()

    def asking(self, service: str, *, openly: bool = False, heard: int = 0) -> Asking:
        """Ask another service as the reader of this request; `openly` as anybody, for what everybody may read.

        A page that moves says how much news it has `heard`.

        Raises:
            Unavailable: This process was told no way to it.
        """
        if (client := self.services.get(service)) is None:
            raise Unavailable(f"nobody said where the service {service} is")
        found = None if openly else signed_in(self)
        return Asking(client, None if found is None else self.tokens.token_for(found), self.said, heard)


def install(app: Flask, site: Site) -> None:
    """Put what pages share into an app."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: _shared(site))


def door_of(site: Site) -> PageDoor:
    """Say how pages know their readers."""

    def find_caller() -> Caller | None:
        found = signed_in(site)
        if found is None:
            return None
        account = found.account
        return Caller(
            subject=account.account_id,
            roles=account.roles,
            scopes=account.scopes,
            appointments=account.appointments,
        )

    def to_sign_in() -> Response:
        return make_response(redirect(f"/sign-in?next={request.path}"))

    return PageDoor(find_caller=find_caller, sign_in=to_sign_in)


def signed_in(site: Site) -> SignedIn | None:
    """Give the session of this request, looked up once."""
    if "signed_in" not in g:
        g.signed_in = site.sessions.find(request.cookies.get(site.session_cookie))
    found: SignedIn | None = g.signed_in
    return found


def let_in(site: Site, response: Response, secret: str) -> Response:
    """Give the browser a new session; the one it may have had ends."""
    if before := request.cookies.get(site.session_cookie):
        site.sessions.end(before)
    response.set_cookie(
        site.session_cookie,
        secret,
        max_age=LONGEST,
        secure=site.secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def language() -> Language:
    """The reader's language; Vietnamese unless they chose English."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "vi"


def formats(site: Site) -> Formats:
    """The formats of the reader's language, in business time."""
    return Formats(language(), site.clock.shift)


def wants_fragment() -> bool:
    """Say whether an open page asks for its moving part only."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, status: int = 200, **parts: Any) -> Response:
    """Make a page."""
    response = make_response(render_template(template, **parts), status)
    if (forms := g.get("form")) is not None:
        site_forms, browser = forms
        site_forms.remember(response, browser)
    return response


def sent_by_us(site: Site) -> bool:
    """Say whether the form of this request came from one of our pages, in this browser and session."""
    found = signed_in(site)
    return site.forms.sent_by_us(request, found.session_hash if found else None)


def _shared(site: Site) -> dict[str, Any]:
    spoken = language()
    return {
        "language": spoken,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "knows": lambda key: key in words_of(spoken),
        "say": lambda key, **parts: say(spoken, key, **parts),
        "formats": formats(site),
        "tenant": tenant_now(site),
        "now": site.clock.now(),
        "today": site.today(),
        "shifted": site.clock.shift != timedelta(),
        "reader": signed_in(site),
        "pages": pages_for(_roles(site)),
        "nonce": script_nonce(),
        "styles": addresses(STYLES),
        "scripts": addresses(SCRIPTS),
        "address_of": address_of,
        "form_field": FIELD,
        "form_token": lambda: _form_token(site),
    }


def _roles(site: Site) -> frozenset[str]:
    found = signed_in(site)
    return frozenset() if found is None else found.account.roles | {SIGNED_IN}


def tenant_now(site: Site) -> Tenant:
    """Give whose pages these are, looked up once for this request."""
    if "tenant" not in g:
        g.tenant = site.tenant()
    found: Tenant = g.tenant
    return found


def _form_token(site: Site) -> str:
    if "form" not in g:
        g.form = (site.forms, site.forms.browser_of(request))
    found = signed_in(site)
    return site.forms.token(g.form[1], found.session_hash if found else None)


def script_nonce() -> str:
    """Give what a script of this answer has to bear."""
    if "csp_nonce" not in g:
        g.csp_nonce = base64.b64encode(new_secret(16)).decode()
    nonce: str = g.csp_nonce
    return nonce
