"""The seals of a store, in a database apart from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from services.chassis.event_store.timestamps import to_microseconds
from services.chassis.seals.chain import Seal
from services.chassis.seals.ledgers import Ledger

_metadata = MetaData()
_seals = Table(
    "seals",
    _metadata,
    Column("store", String, primary_key=True),
    Column("ledger", String, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("first_position", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger, nullable=False, comment="microseconds since 1970, UTC"),
)


def create_seals(connection: Connection) -> None:
    """Create the table of seals where it is missing."""
    _metadata.create_all(connection)


class Seals:
    """The seals of one store."""

    def __init__(self, engine: Engine, *, store_name: str) -> None:
        """Keep them in the database of `engine`, apart from the store."""
        self.store_name = store_name
        self._engine = engine

    def last(self, ledger: Ledger) -> Seal | None:
        """Give the newest seal, whose chain is the head that goes out to subscribers."""
        with self._engine.connect() as connection:
            row = connection.execute(self._of(ledger).order_by(_seals.c.nth.desc()).limit(1)).mappings().first()
        return None if row is None else Seal(**row)

    def all(self, ledger: Ledger) -> list[Seal]:
        """Give every seal, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(self._of(ledger).order_by(_seals.c.nth)).mappings().all()
        return [Seal(**row) for row in rows]

    def add(self, ledger: Ledger, seal: Seal, *, sealed_at: datetime) -> bool:
        """Add a seal behind the newest; tell `False` when another sealer has added one meanwhile."""
        row = {name: getattr(seal, name) for name in Seal.__slots__}
        row |= {"store": self.store_name, "ledger": ledger, "sealed_at": to_microseconds(sealed_at)}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_seals), row)
        except IntegrityError:
            return False
        return True

    def keep_through(self, ledger: Ledger, position: int) -> int:
        """Let go of the seals that reach beyond `position`, after a restore took those rows back; give their number.

        What is kept still covers every row of the restored store up to there.
        """
        mine = and_(_seals.c.store == self.store_name, _seals.c.ledger == ledger, _seals.c.last_position > position)
        with self._engine.begin() as connection:
            return int(connection.execute(delete(_seals).where(mine)).rowcount)

    def _of(self, ledger: Ledger) -> Select[Any]:
        columns = [_seals.c[name] for name in Seal.__slots__]
        return select(*columns).where(_seals.c.store == self.store_name, _seals.c.ledger == ledger)
