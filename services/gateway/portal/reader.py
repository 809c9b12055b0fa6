"""Who reads a page, and for which units they act."""

from dataclasses import dataclass

from services.gateway.identity.accounts import Account
from services.gateway.portal.asking import NotForReader
from services.gateway.portal.navigation import DESK, LEADERS, UNIT_PEOPLE
from services.gateway.portal.site import Site, signed_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Somebody who is signed in. `units` are those for which they act, in order of their ids."""

    account: Account
    units: tuple[str, ...]

    @property
    def leads(self) -> bool:
        """Whether they look after everybody's tasks: the desk, the chairman, an inspector."""
        return bool(self.account.roles & LEADERS)

    @property
    def is_desk(self) -> bool:
        """Whether they are of the reform desk."""
        return bool(self.account.roles & DESK)

    def acting_unit(self, *unit_ids: str) -> str | None:
        """Give the first of some units for which they act, `None` for none."""
        return next((unit_id for unit_id in unit_ids if unit_id in self.units), None)


def reader_of(site: Site) -> Reader | None:
    """Give the reader of this request, `None` for somebody who is not signed in."""
    found = signed_in(site)
    if found is None:
        return None
    account = found.account
    units = {held.unit_id for held in account.appointments if held.role in UNIT_PEOPLE}
    return Reader(account=account, units=tuple(sorted(units)))


def known_reader(site: Site) -> Reader:
    """Give who reads a page whose guard lets nobody else in.

    Raises:
        NotForReader: Nobody is signed in.
    """
    if (reader := reader_of(site)) is None:
        raise NotForReader
    return reader
