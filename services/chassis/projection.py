"""What a read model is: its tables, and how a batch of messages changes them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection, MetaData, Table

from services.chassis.envelope import CloudEvent

TableName = Callable[[str], str]
"""Turns a table's own name into its name in one build of a projection, such as `fleet_v1_b2_devices`."""


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A message, delivered once per projection and in order per (topic, partition). `event` is `None` for a tombstone."""

    topic: str
    partition: int
    number: int
    key: str
    event: CloudEvent | None


class View:
    """One build of a projection, within one transaction: the connection and its tables."""

    def __init__(self, connection: Connection, metadata: MetaData, name: TableName, *, live: bool) -> None:
        """Bind the tables of a build to a connection; `live` says that readers see this build now."""
        self.connection = connection
        self.live = live
        self._metadata = metadata
        self._name = name

    @property
    def tables(self) -> Sequence[Table]:
        """Every table of the build."""
        return self._metadata.sorted_tables

    def table(self, name: str) -> Table:
        """Give a table by the name under which `Projection.define` declared it."""
        return self._metadata.tables[self._name(name)]


class Projection(Protocol):
    """A read model, in one file: tables, apply, and the queries beside it.

    `version` is raised when tables or meaning change: the new version is built beside the old one and then switched to.
    """

    name: str
    version: int
    topics: tuple[str, ...]

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the tables: `Table(name("devices"), metadata, …)`. Indexes take their names from `name` too."""

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch into the tables, set-based, reading only the projection's own rows. Never rejects a fact.

        Raises:
            InvalidMessage: A message breaks its contract. The projector then gives the batch one by one, and parks it.
            RetryLater: Try the batch again.
        """
