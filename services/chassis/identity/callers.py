"""The one who calls, as an access token names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from services.chassis.identity.refusals import ScopeMissing, UnitNotYours


class Appointment(NamedTuple):
    """A role that somebody holds in a unit, today: of their own, or delegated."""

    role: str
    unit_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A person or program. `subject` is its id, never a name."""

    subject: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    appointments: frozenset[Appointment] = frozenset()

    def require(self, scope: str) -> None:
        """Let the caller pass who holds `scope`.

        Raises:
            ScopeMissing: The caller does not hold it.
        """
        if scope not in self.scopes:
            raise ScopeMissing(f"This needs the scope {scope}.", scope=scope)

    def may_act_for(self, unit_id: str, roles: Iterable[str]) -> bool:
        """Say whether the caller holds one of some roles in a unit today."""
        return any(Appointment(role, unit_id) in self.appointments for role in roles)

    def require_unit(self, unit_id: str, *roles: str) -> None:
        """Let the caller pass who holds one of `roles` in the unit.

        Raises:
            UnitNotYours: The caller is not appointed there.
        """
        if not self.may_act_for(unit_id, roles):
            raise UnitNotYours("You are not appointed in this unit.", unit_id=unit_id)

    def units_as(self, *roles: str) -> frozenset[str]:
        """Give the units in which the caller holds one of some roles."""
        return frozenset(held.unit_id for held in self.appointments if held.role in roles)
