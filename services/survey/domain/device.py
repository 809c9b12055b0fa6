"""A tablet and its pairing code. A device belongs to a counter, never to a person."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.chassis.domain import Event
from services.survey.domain.commands import (
    BindDevice,
    IssuePairingCode,
    PairDevice,
    RevokeDevice,
    RotateDeviceKey,
    SpendPairingCode,
)
from services.survey.domain.errors import AlreadyExists, DeviceIsRevoked, InvalidKey, PairingRefused, UnknownDevice
from services.survey.domain.events import (
    DeviceBound,
    DeviceKeyRotated,
    DevicePaired,
    DeviceRevoked,
    PairingCodeIssued,
    PairingCodeSpent,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """The counter at which a tablet stands from an instant on."""

    since: datetime
    counter_id: str
    one_stop_id: str
    counter_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A tablet as rules need it. `bindings` are in order of time."""

    device_id: str = ""
    public_jwk: dict[str, str] = field(default_factory=dict)
    bindings: tuple[Binding, ...] = ()
    revoked_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether it was ever paired."""
        return bool(self.bindings)

    def binding_at(self, at: datetime) -> Binding:
        """Give the binding at an instant; before the first one, the first one."""
        return next((bound for bound in reversed(self.bindings) if bound.since <= at), self.bindings[0])


INITIAL = Device()


def evolve(state: Device, event: Event) -> Device:
    """Fold one fact into the state."""
    match event:
        case DevicePaired():
            return Device(device_id=event.device_id, public_jwk=event.public_jwk, bindings=(_binding(event),))
        case DeviceBound():
            return replace(state, bindings=(*state.bindings, _binding(event)))
        case DeviceKeyRotated():
            return replace(state, public_jwk=event.public_jwk)
        case DeviceRevoked():
            return replace(state, revoked_at=event.at)
        case _:
            return state


def _binding(event: DevicePaired | DeviceBound) -> Binding:
    return Binding(
        since=event.at,
        counter_id=event.counter_id,
        one_stop_id=event.one_stop_id,
        counter_name=event.counter_name,
    )


def pair(state: Device, command: PairDevice) -> tuple[Event, ...]:
    """Register the tablet's key."""
    _check_key(command.public_jwk)
    if state.exists:
        if state.public_jwk == command.public_jwk:
            return ()
        raise AlreadyExists(device_id=command.device_id)
    return (
        DevicePaired(
            device_id=command.device_id,
            public_jwk=command.public_jwk,
            counter_id=command.counter_id,
            one_stop_id=command.one_stop_id,
            counter_name=command.counter_name,
            at=command.at,
        ),
    )


def bind(state: Device, command: BindDevice) -> tuple[Event, ...]:
    """Put the tablet at another counter."""
    _listened_to(state, command.device_id)
    if state.bindings[-1].counter_id == command.counter_id:
        return ()
    return (
        DeviceBound(
            counter_id=command.counter_id,
            one_stop_id=command.one_stop_id,
            counter_name=command.counter_name,
            at=command.at,
        ),
    )


def rotate_key(state: Device, command: RotateDeviceKey) -> tuple[Event, ...]:
    """Let the tablet sign with another key."""
    _listened_to(state, command.device_id)
    _check_key(command.public_jwk)
    if state.public_jwk == command.public_jwk:
        return ()
    return (DeviceKeyRotated(public_jwk=command.public_jwk, at=command.at),)


def revoke(state: Device, command: RevokeDevice) -> tuple[Event, ...]:
    """Listen to the tablet no more."""
    if not state.exists:
        raise UnknownDevice(device_id=command.device_id)
    if state.revoked_at is not None:
        return ()
    return (DeviceRevoked(at=command.at, because=command.because),)


def _listened_to(state: Device, device_id: str) -> None:
    if not state.exists:
        raise UnknownDevice(device_id=device_id)
    if state.revoked_at is not None:
        raise DeviceIsRevoked(device_id=device_id)


def _check_key(jwk: dict[str, str]) -> None:
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or set(jwk) != {"kty", "crv", "x", "y"}:
        raise InvalidKey("A tablet's key is a P-256 public key: kty, crv, x and y, nothing else.")


@dataclass(frozen=True, kw_only=True, slots=True)
class PairingCode:
    """A pairing code, known by its hash."""

    issued: PairingCodeIssued | None = None
    spent_by: str | None = None


NO_CODE = PairingCode()


def evolve_code(state: PairingCode, event: Event) -> PairingCode:
    """Fold one fact into the state of a pairing code."""
    match event:
        case PairingCodeIssued():
            return replace(state, issued=event)
        case PairingCodeSpent():
            return replace(state, spent_by=event.thumbprint)
        case _:
            return state


def issue_code(state: PairingCode, command: IssuePairingCode) -> tuple[Event, ...]:
    """Make a one-time code for a counter."""
    if state.issued is not None:
        raise AlreadyExists("That code was made before; make another one.")
    return (
        PairingCodeIssued(
            code_hash=command.code_hash,
            device_id=command.device_id,
            counter_id=command.counter_id,
            one_stop_id=command.one_stop_id,
            counter_name=command.counter_name,
            issued_at=command.issued_at,
            expires_at=command.expires_at,
        ),
    )


def spend_code(state: PairingCode, command: SpendPairingCode) -> tuple[Event, ...]:
    """Take the code for a key; the same key may ask again, since its answer can get lost."""
    if state.issued is None:
        raise PairingRefused("There is no such pairing code.")
    if state.spent_by == command.thumbprint:
        return ()
    if state.spent_by is not None:
        raise PairingRefused("That pairing code is spent.")
    if command.at >= state.issued.expires_at:
        raise PairingRefused("That pairing code is past its time.")
    return (PairingCodeSpent(thumbprint=command.thumbprint, spent_at=command.at),)
