"""What may be asked for on the pages of people and programs: their forms, and how what was typed becomes a request."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES
from services.gateway.portal.wishes import Field, Typed, Wish

ROLES = tuple(SCOPES_OF_ROLES)
SCOPES = tuple(sorted(ALL_SCOPES))
TERM = (Field(name="from", kind="day", required=False), Field(name="to", kind="day", required=False))
HELD = (Field(name="role", kind="choice", choices=ROLES), Field(name="unit_id", kind="unit"))
HELD_PERHAPS = (
    Field(name="role", kind="choice", choices=ROLES, required=False),
    Field(name="unit_id", kind="unit", required=False),
)

REGISTER = Wish(
    name="register",
    fields=(Field(name="display_name", kind="line"), Field(name="user_name", kind="line"), *HELD_PERHAPS, *TERM),
    for_unit=False,
    main=True,
)
APPOINT = Wish(name="appointments", fields=(*HELD, *TERM), for_unit=False, main=True)
END = Wish(name="ending", fields=(Field(name="on", kind="day"),), for_unit=False)
DELEGATE = Wish(
    name="delegations",
    fields=(
        Field(name="held", kind="line"),
        Field(name="to_person_id", kind="line"),
        Field(name="from", kind="day"),
        Field(name="to", kind="day"),
    ),
    for_unit=False,
)
TAKE_BACK = Wish(name="taking-back", fields=(Field(name="on", kind="day"),), for_unit=False)
LINK = Wish(name="set-up-links", for_unit=False)
ERASE = Wish(name="erasure", fields=(Field(name="sure", kind="yes"),), for_unit=False, grave=True)
OF_A_PERSON: Mapping[str, Wish] = {it.name: it for it in (APPOINT, END, DELEGATE, TAKE_BACK, LINK, ERASE)}

REGISTER_CLIENT = Wish(
    name="client",
    fields=(
        Field(name="name", kind="line"),
        Field(name="client_id", kind="line"),
        Field(name="public_jwk", kind="area", required=False),
        *HELD_PERHAPS,
        *TERM,
    ),
    for_unit=False,
    main=True,
)
REVOKE = Wish(name="revocation", for_unit=False, grave=True)


def with_appointments(typed: Typed) -> dict[str, Any]:
    """Put a role that was typed beside somebody's particulars among their appointments; none was typed, none is there.

    A role without a unit, or a unit without a role, is wrong; `typed` says so then.
    """
    body = dict(typed.body)
    told = {name: body.pop(name) for name in ("role", "unit_id", "from", "to") if name in body}
    for name in ("role", "unit_id"):
        if told and name not in told:
            typed.wrong[name] = "form.missing"
    return {**body, "appointments": [told] if told else []}


def of_client(typed: Typed, scopes: list[str]) -> dict[str, Any]:
    """Give what registers a program; its key is typed as JSON."""
    body = with_appointments(typed)
    body["scopes"] = [scope for scope in scopes if scope in ALL_SCOPES]
    if not body["scopes"]:
        typed.wrong["scopes"] = "form.missing"
    if written := body.pop("public_jwk", None):
        try:
            body["public_jwk"] = msgspec.json.decode(str(written), type=dict[str, Any])
        except msgspec.DecodeError:
            typed.wrong["public_jwk"] = "people.client.no_key"
    return body


def of_delegation(typed: Typed) -> dict[str, Any]:
    """Give what delegates a role; which one is chosen as `role@unit`."""
    role, _, unit_id = str(typed.body.get("held", "")).partition("@")
    return {**{name: it for name, it in typed.body.items() if name != "held"}, "role": role, "unit_id": unit_id}
