"""Keys, tokens of programs, and the set-up link: `/api/directory/v1/{jwks.json,token,set-up-links}`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.chassis.identity.callers import Appointment
from services.chassis.identity.clients import ASSERTION_TYPE, INTERNAL_CLIENT, ClientAssertions
from services.chassis.identity.refusals import ClientAssertionInvalid, ClientSecretInvalid
from services.chassis.identity.tokens import TOKEN_LIFE, TokenSigner
from services.gateway.identity.accounts import ALL_SCOPES
from services.gateway.identity.errors import ScopeNotOffered, SetUpDone
from services.gateway.identity.oauth_errors import CLIENT_CREDENTIALS, say_to_oauth
from services.gateway.identity.set_up import SetUp

CLIENT_ROLES = frozenset({"operator", "reform_desk"})


class TokenRequest(Schema):
    """OAuth2 client credentials (RFC 6749 §4.4), by `private_key_jwt` (RFC 7523) or by a secret, here or as Basic."""

    grant_type = fields.String(required=True, validate=validate.Equal(CLIENT_CREDENTIALS))
    client_assertion_type = fields.String(load_default=None, validate=validate.Equal(ASSERTION_TYPE))
    client_assertion = fields.String(load_default=None, validate=validate.Length(max=4096))
    client_id = fields.String(load_default=None, validate=validate.Length(max=64))
    client_secret = fields.String(load_default=None, validate=validate.Length(max=128))
    scope = fields.String(load_default="", validate=validate.Length(max=400))


class TokenAnswer(Schema):
    """An access token and how long it is good for."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)


class KeySet(Schema):
    """The issuer's public keys (RFC 7517)."""

    keys = fields.List(fields.Dict(), required=True)


class SetUpLink(Schema):
    """Where the first account is opened; the path is shown once."""

    path = fields.String(required=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """What a program may do today: its scopes, and what it is in which units."""

    scopes: frozenset[str]
    roles: frozenset[str]
    appointments: frozenset[Appointment] = frozenset()


OUR_OWN = Granted(scopes=ALL_SCOPES, roles=CLIENT_ROLES)
"""What the worker and the command line may do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """What the issuer's routes work with. `granted` knows registered programs, `secret_belongs` those with a secret."""

    signer: TokenSigner
    assertions: ClientAssertions
    set_up: SetUp
    granted: Callable[[str], Granted | None]
    secret_belongs: Callable[[str, str], bool]

    def client_of(self, sent: dict[str, Any]) -> tuple[str, Granted]:
        """Give the program that a request proves to come from, and what it may do.

        Raises:
            ClientAssertionInvalid, ClientSecretInvalid: It proves nobody who may call.
        """
        if sent["client_assertion"] is None:
            client_id = self._by_secret(sent)
            granted = self.granted(client_id)
        else:
            client_id = self.assertions.verify(sent["client_assertion"])
            if sent["client_id"] not in {None, client_id}:
                raise ClientAssertionInvalid("The assertion is another client's.")
            # Our own programs have a key and never a secret.
            granted = OUR_OWN if client_id == INTERNAL_CLIENT else self.granted(client_id)
        if granted is None:
            raise ClientAssertionInvalid("The client may not call any more.")
        return client_id, granted

    def _by_secret(self, sent: dict[str, Any]) -> str:
        basic = request.authorization
        if basic is not None and basic.type == "basic":
            client_id, secret = unquote_plus(basic.username or ""), unquote_plus(basic.password or "")
        else:
            client_id, secret = sent["client_id"] or "", sent["client_secret"] or ""
        if not self.secret_belongs(client_id, secret):
            raise ClientSecretInvalid("Client and secret do not belong together.")
        return client_id


def identity_api(issuer: Issuer) -> GuardedBlueprint:
    """The issuer's routes."""
    blueprint = guarded_blueprint(
        "identity", __name__, url_prefix="/api/directory/v1", guard=Open(), description="Keys and tokens."
    )
    _add_jwks(blueprint, issuer)
    _add_token(blueprint, issuer)
    _add_set_up_links(blueprint, issuer)
    return blueprint


def set_up_path(token: str) -> str:
    """Give the path of a set-up link."""
    return f"/set-up?token={token}"


def _add_jwks(blueprint: Any, issuer: Issuer) -> None:
    @blueprint.route("/jwks.json")
    @blueprint.response(200, KeySet)
    def read_keys() -> Response:
        """Give the keys with which access tokens are checked."""
        response = json_answer(issuer.signer.jwks())
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


def _add_token(blueprint: Any, issuer: Issuer) -> None:
    @blueprint.after_request
    def also_to_oauth(response: Response) -> Response:
        return say_to_oauth(response) if request.endpoint == f"{blueprint.name}.issue_token" else response

    @blueprint.route("/token", methods=["POST"])
    @refuses(ClientAssertionInvalid, ClientSecretInvalid, ScopeNotOffered)
    @blueprint.arguments(TokenRequest, location="form")
    @blueprint.response(200, TokenAnswer)
    def issue_token(sent: dict[str, Any]) -> Response:
        """Give a program an access token, with every scope that it has unless it asks for less."""
        client_id, granted = issuer.client_of(sent)
        scopes = frozenset(sent["scope"].split()) or granted.scopes
        if not scopes <= granted.scopes:
            raise ScopeNotOffered("A scope is none that the client has.", scope=sent["scope"])
        signed = issuer.signer.sign(client_id, roles=granted.roles, scopes=scopes, appointments=granted.appointments)
        answer = json_answer(
            {
                "access_token": signed,
                "token_type": "Bearer",
                "expires_in": int(TOKEN_LIFE.total_seconds()),
                "scope": " ".join(sorted(scopes)),
            }
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _add_set_up_links(blueprint: Any, issuer: Issuer) -> None:
    @blueprint.route("/set-up-links", methods=["POST"])
    @guard(Bearer("system:operate"))
    @refuses(SetUpDone)
    @blueprint.response(201, SetUpLink)
    def make_set_up_link() -> Response:
        """Make the one-time link for the first account; links made before end."""
        token = issuer.set_up.issue_link()
        if token is None:
            raise SetUpDone("Somebody can sign in already.")
        return json_answer({"path": set_up_path(token)}, 201)
