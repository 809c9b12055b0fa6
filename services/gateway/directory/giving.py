"""Who may give what: nobody gives more than they may do themselves."""

from collections.abc import Iterable

from services.chassis.identity.callers import Caller
from services.gateway.directory.domain.errors import NotYoursToDelegate, NotYoursToGive
from services.gateway.identity.accounts import SCOPES_OF_ROLES


def refuse_ungiven_roles(caller: Caller, roles: Iterable[str]) -> None:
    """Let a caller give roles whose every scope they hold themselves.

    Raises:
        NotYoursToGive: A role may do what the caller may not.
    """
    for role in roles:
        refuse_ungiven_scopes(caller, SCOPES_OF_ROLES[role])


def refuse_ungiven_scopes(caller: Caller, scopes: Iterable[str]) -> None:
    """Let a caller give scopes that they hold themselves.

    Raises:
        NotYoursToGive: One of them is not theirs.
    """
    if missing := sorted(set(scopes) - caller.scopes):
        raise NotYoursToGive("Nobody gives more than they hold themselves.", scopes=missing)


def refuse_others(caller: Caller, person_id: str, roles: Iterable[str]) -> None:
    """Let somebody act for themselves, and who administers the directory for anybody as far as they may give roles.

    Raises:
        NotYoursToDelegate: It is somebody else's.
        NotYoursToGive: A role may do what the caller may not.
    """
    if caller.subject == person_id:
        return
    if "directory:admin" not in caller.scopes:
        raise NotYoursToDelegate("Only one's own role may be delegated.")
    refuse_ungiven_roles(caller, roles)
