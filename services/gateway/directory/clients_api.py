"""API clients: `/api/directory/v1/clients`."""

from typing import Any

from flask import Response

from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guard, guarded_blueprint
from services.gateway.directory import clients as handlers
from services.gateway.directory.access_forms import (
    ClientAnswer,
    ClientMade,
    ClientsPage,
    ClientWanted,
    told_client,
    wanted_of,
)
from services.gateway.directory.clients import Clients
from services.gateway.directory.domain.client import RegisterClient
from services.gateway.directory.domain.errors import (
    ClientIdTaken,
    ClientKeyInvalid,
    ClientNotFound,
    NotYoursToGive,
    RoleNeedsUnit,
    TermInvalid,
    UnitNotFound,
    UnitNotThereThen,
)
from services.gateway.directory.giving import refuse_ungiven_roles, refuse_ungiven_scopes


def clients_api(clients: Clients) -> GuardedBlueprint:
    """The routes of API clients."""
    blueprint = guarded_blueprint(
        "clients",
        __name__,
        url_prefix="/api/directory/v1/clients",
        guard=Bearer("directory:admin"),
        description="Programs that call: OAuth2 client credentials by key or secret.",
    )
    _add_reading(blueprint, clients)
    _add_changing(blueprint, clients)
    return blueprint


def _add_reading(blueprint: Any, clients: Clients) -> None:
    @blueprint.route("")
    @guard(Bearer("directory:read"))
    @blueprint.response(200, ClientsPage)
    def list_clients() -> Response:
        """List API clients, revoked ones included."""
        today = clients.clock.business_now().date()
        return json_answer({"items": [told_client(it, today) for it in clients.register.clients().values()]})


def _add_changing(blueprint: Any, clients: Clients) -> None:
    @blueprint.route("", methods=["POST"])
    @refuses(ClientIdTaken, ClientKeyInvalid, NotYoursToGive, TermInvalid, UnitNotFound, UnitNotThereThen)
    @refuses(RoleNeedsUnit)
    @blueprint.arguments(ClientWanted)
    @blueprint.response(201, ClientMade)
    def register(sent: dict[str, Any]) -> Response:
        """Register a program. Without a public key it is given a secret, which is shown this once."""
        today, caller = clients.clock.business_now().date(), current_caller()
        wanted = tuple(wanted_of(it, today) for it in sent["appointments"])
        refuse_ungiven_scopes(caller, sent["scopes"])
        refuse_ungiven_roles(caller, (it.role for it in wanted))
        command = RegisterClient(
            client_id=sent["client_id"],
            name=sent["name"],
            public_jwk=sent["public_jwk"],
            scopes=tuple(sent["scopes"]),
            appointments=wanted,
            at=clients.clock.business_now(),
        )
        made, secret = handlers.register_client(clients, command)
        return json_answer({**told_client(made.state, today), "client_secret": secret}, 201)

    @blueprint.route("/<string:client_id>/revocation", methods=["POST"])
    @refuses(ClientNotFound)
    @blueprint.response(200, ClientAnswer)
    def revoke(client_id: str) -> Response:
        """Let a program call no more; tokens that it has end within ten minutes."""
        revoked = handlers.revoke_client(clients, client_id)
        return json_answer(told_client(revoked.state, clients.clock.business_now().date()))
