"""The one who calls, as an access token names them."""

from dataclasses import dataclass

from services.chassis.identity.refusals import ScopeMissing


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A person or program. `subject` is its id, never a name."""

    subject: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()

    def require(self, scope: str) -> None:
        """Let the caller pass who holds `scope`.

        Raises:
            ScopeMissing: The caller does not hold it.
        """
        if scope not in self.scopes:
            raise ScopeMissing(f"This needs the scope {scope}.", scope=scope)
