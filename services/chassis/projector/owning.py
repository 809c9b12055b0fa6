"""Owning a projection: the lease, kept while there is work, and the fence inside each of its writes."""

from sqlalchemy import Connection

from services.chassis.clock import monotonic
from services.chassis.leases import LeaseLost, Leases


class Ownership:
    """One lease as one thread holds it."""

    def __init__(self, leases: Leases, name: str) -> None:
        """Name the lease; `hold` takes it."""
        self._leases, self._name = leases, name
        self._epoch: int | None = None
        self._renew_at = 0.0

    def hold(self) -> bool:
        """Take the lease, or keep it for another while; false while somebody else has it."""
        now = monotonic()
        if self._epoch is not None and now < self._renew_at:
            return True
        if self._epoch is None or not self._leases.renew(self._name, self._epoch):
            self._epoch = self._leases.acquire(self._name)
        self._renew_at = now + self._leases.ttl_seconds / 4
        return self._epoch is not None

    def fence(self, connection: Connection) -> None:
        """See in the caller's transaction that the lease is still ours.

        Raises:
            LeaseLost: It is not.
        """
        if self._epoch is None:
            raise LeaseLost("the lease was never taken", lease=self._name)
        self._leases.fence(connection, self._name, self._epoch)

    def forget(self) -> None:
        """Take the lease anew next time."""
        self._epoch = None

    def release(self) -> None:
        """Give the lease back, so that another process need not wait for it to expire."""
        if self._epoch is not None:
            self._leases.release(self._name, self._epoch)
            self._epoch = None
