"""Who may call a route: every route has a guard, and one that has none is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from flask import Flask, Response, g, request

from services.chassis.domain import NotAllowed, Refusal
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.runtime import PageDoor, current_runtime, runtime_of
from services.chassis.identity.callers import Caller
from services.chassis.identity.device_requests import DeviceVerifier, SignedRequest
from services.chassis.identity.refusals import (
    ContentDigestInvalid,
    DeviceRevoked,
    DeviceUnknown,
    NonceMissing,
    NonceStale,
    RoleMissing,
    ScopeMissing,
    SignatureInvalid,
    SignatureMissing,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
)

View = TypeVar("View", bound=Callable[..., Any])

NONCE_HEADER = "Device-Nonce"


class Guard(Protocol):
    """Decides about a request before its view runs, and says in the published API what it needs and refuses."""

    security: ClassVar[tuple[str, ...]]
    refusals: ClassVar[tuple[type[Refusal], ...]]

    def admit(self) -> Response | None:
        """Let the request pass, answer in its stead, or raise a refusal."""

    def complete(self, response: Response) -> None:
        """Add to the answer, refusals included, what the guard owes the caller."""


@dataclass(frozen=True, slots=True)
class Open:
    """Anybody may call."""

    security: ClassVar[tuple[str, ...]] = ()
    refusals: ClassVar[tuple[type[Refusal], ...]] = ()

    def admit(self) -> Response | None:
        """Let everybody pass."""

    def complete(self, response: Response) -> None:
        """Owe nothing."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """The caller shows an access token that holds `scope`; the caller is then `flask.g.caller`."""

    scope: str
    security: ClassVar[tuple[str, ...]] = ("accessToken",)
    refusals: ClassVar[tuple[type[Refusal], ...]] = (TokenMissing, TokenInvalid, TokenExpired, ScopeMissing)

    def admit(self) -> Response | None:
        """Verify the token and its scope."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise TokenMissing("Send the header Authorization: Bearer and an access token.")
        tokens = current_runtime().tokens
        if tokens is None:
            raise RuntimeError("the app was made without a token verifier")
        # Who is refused is known as well: a denial names them.
        g.caller = caller = tokens.verify(token.strip())
        caller.require(self.scope)
        return None

    def complete(self, response: Response) -> None:
        """Name the scheme in a 401."""
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="cchc"'


@dataclass(frozen=True, slots=True)
class SignedDevice:
    """A paired device signs the request; its id is then `flask.g.device_id`. Every answer carries a fresh nonce.

    `flask.g.device_is_there` says whether the request shows the device to be there now, or may be an old one sent again.
    """

    security: ClassVar[tuple[str, ...]] = ("deviceSignature",)
    refusals: ClassVar[tuple[type[Refusal], ...]] = (
        SignatureMissing,
        SignatureInvalid,
        ContentDigestInvalid,
        NonceMissing,
        NonceStale,
        DeviceUnknown,
        DeviceRevoked,
    )

    def admit(self) -> Response | None:
        """Verify nonce, digest, signature and that the device is not revoked."""
        verified = _devices().verify(signed_request())
        g.device_id, g.device_is_there = verified.device_id, verified.is_first
        return None

    def complete(self, response: Response) -> None:
        """Give a fresh nonce, and name the scheme in a 401."""
        response.headers[NONCE_HEADER] = _devices().nonces.issue()
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Signature realm="cchc"'


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that is not paired yet: the view verifies the signature of the new key. The answer carries a nonce."""

    security: ClassVar[tuple[str, ...]] = ()
    refusals: ClassVar[tuple[type[Refusal], ...]] = (SignatureMissing, SignatureInvalid, ContentDigestInvalid)

    def admit(self) -> Response | None:
        """Let everybody pass; the view calls `verify_new_key(signed_request(), …)`."""

    def complete(self, response: Response) -> None:
        """Give a first nonce."""
        SignedDevice().complete(response)


@dataclass(frozen=True, slots=True, init=False)
class Page:
    """Somebody signed in reads a page; with roles, somebody who has one of them. `flask.g.caller` is the reader."""

    roles: frozenset[str]
    security: ClassVar[tuple[str, ...]] = ("session",)
    refusals: ClassVar[tuple[type[Refusal], ...]] = (RoleMissing,)

    def __init__(self, *roles: str) -> None:
        object.__setattr__(self, "roles", frozenset(roles))

    def admit(self) -> Response | None:
        """Send who is not signed in to the sign-in page."""
        door = current_runtime().pages
        if door is None:
            raise RuntimeError("the app was made without a door for pages")
        caller = door.find_caller()
        if caller is None:
            return door.sign_in()
        g.caller = caller
        if self.roles and not self.roles & caller.roles:
            raise RoleMissing("The page is for other roles.")
        return None

    def complete(self, response: Response) -> None:
        """Owe nothing."""


class GuardMissing(NotAllowed):
    """Raised when a route was registered without saying who may call it."""

    code = "guard_missing"
    title = "Địa chỉ này chưa được mở"


def guarded_blueprint(
    name: str, import_name: str, *, url_prefix: str | None, guard: Guard, description: str
) -> GuardedBlueprint:
    """Make a blueprint whose routes all have `guard`, unless a route says otherwise by `@guard(…)`."""
    return GuardedBlueprint(name, import_name, url_prefix=url_prefix, guard=guard, description=description)


def guard(chosen: Guard) -> Callable[[View], View]:
    """Give one route a guard of its own; stands below `@blueprint.route`."""

    def mark(view: View) -> View:
        view.__dict__.setdefault("_apidoc", {})["guard"] = chosen
        return view

    return mark


def admit_devices(app: Flask, devices: DeviceVerifier) -> None:
    """Tell an app how devices are verified."""
    runtime_of(app).devices = devices


def admit_readers(app: Flask, door: PageDoor) -> None:
    """Tell an app how the readers of pages are known."""
    runtime_of(app).pages = door


def signed_request() -> SignedRequest:
    """Give the present request as its signature covers it."""
    headers = request.headers
    return SignedRequest(
        method=request.method,
        path=request.root_path + request.path,
        headers={name: headers.get(name, "") for name in ("Signature-Input", "Signature", "Content-Digest")},
        body=request.get_data(),
    )


def current_caller() -> Caller:
    """Give the caller whom the guard let in."""
    caller: Caller = g.caller
    return caller


def _devices() -> DeviceVerifier:
    devices = current_runtime().devices
    if devices is None:
        raise RuntimeError("the app was made without a device verifier")
    return devices
