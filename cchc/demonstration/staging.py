"""Makes the stage ready: every unit, one-stop and desk gets a program with a key, every one-stop a tablet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from cchc.data_folder import DataFolder
from cchc.demonstration.actors import Actor
from cchc.demonstration.counters import CODES, Counter, CounterTablet, first_counters
from cchc.demonstration.dossier_acts import one_stop_client
from cchc.demonstration.tablet import Tablet
from cchc.demonstration.task_acts import CHAIRMAN, DESK, unit_client
from services.chassis.clock import Clock
from services.chassis.identity.clients import INTERNAL_CLIENT
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.tenant_pack import read_part

CLIENTS = "/api/directory/v1/clients"
UNIT_GROUP = "nhom-phong-ban-va-xa"

_OF_UNITS = ("tasks:read", "tasks:act", "indicators:read", "indicators:measure")
_OF_LEADERS = ("tasks:read", "tasks:lead", "indicators:read", "indicators:measure", "indicators:approve")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part in the play: who, with which rights, in which role of which unit."""

    client_id: str
    name: str
    scopes: tuple[str, ...]
    role: str
    unit_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Everybody who acts."""

    operator: Actor
    actors: Mapping[str, Actor]
    tablets: tuple[CounterTablet, ...]
    units: tuple[str, ...]
    counters: tuple[Counter, ...]


def parts_of(pack: Mapping[str, Any], counters: Iterable[Counter]) -> Iterator[Part]:
    """Give every part that a pack's plan has: the units, their one-stops, the desk and the chairman."""
    for unit_id in units_of(pack):
        yield Part(client_id=unit_client(unit_id), name=unit_id, scopes=_OF_UNITS, role="unit_clerk", unit_id=unit_id)
    for counter in counters:
        yield Part(
            client_id=one_stop_client(counter.one_stop_id),
            name=counter.one_stop_id,
            scopes=("indicators:measure", "survey:counter-days"),
            role="unit_clerk",
            unit_id=counter.one_stop_id,
        )
    yield Part(
        client_id=DESK,
        name="desk",
        scopes=(*_OF_LEADERS, "indicators:define"),
        role="reform_desk",
        unit_id="phong-noi-vu",
    )
    yield Part(client_id=CHAIRMAN, name="chairman", scopes=_OF_LEADERS, role="chairman", unit_id="huyen-thang-binh")


def units_of(units: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the units that the plan speaks to: its departments and communes."""
    group = next(group for group in units["groups"] if group["id"] == UNIT_GROUP)
    return tuple(group["members"])


def set_stage(folder: DataFolder, http: httpx.Client, random: Random, clock: Clock) -> Stage:
    """Register every part and pair every tablet."""
    key = load_or_create_signing_key(folder.keys / "cchc-internal.jwk")
    operator = Actor(INTERNAL_CLIENT, key, http, clock)
    counters = tuple(first_counters(read_part(folder.pack, "counters")["counters"]))
    units = read_part(folder.pack, "units")
    actors = {}
    for part in parts_of(units, counters):
        own = load_or_create_signing_key(folder.keys / "demonstration" / f"{part.client_id}.jwk")
        operator.send("POST", CLIENTS, _registration(part, own))
        actors[part.client_id] = Actor(part.client_id, own, http, clock)
    tablets = (_tablet(operator, counter, http, random, clock) for counter in counters)
    return Stage(operator=operator, actors=actors, tablets=tuple(tablets), units=units_of(units), counters=counters)


def _registration(part: Part, key: dict[str, Any]) -> dict[str, Any]:
    return {
        "client_id": part.client_id,
        "name": part.name,
        "public_jwk": public_half(key),
        "scopes": list(part.scopes),
        "appointments": [{"role": part.role, "unit_id": part.unit_id, "from": "2021-01-01", "to": None}],
    }


def _tablet(operator: Actor, counter: Counter, http: httpx.Client, random: Random, clock: Clock) -> CounterTablet:
    code = operator.send("POST", CODES, {"counter_id": counter.counter_id})["code"]
    tablet = Tablet.pair("", code, http=http, seed=random.getrandbits(64))
    return CounterTablet(counter, tablet, Random(random.getrandbits(64)), clock)  # noqa: S311 - repeatable
