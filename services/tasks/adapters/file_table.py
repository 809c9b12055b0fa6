"""The bytes of evidence, in a table beside the event store: a backup of the one holds the other, and both are written at once."""

from sqlalchemy import BigInteger, Column, Connection, Engine, LargeBinary, MetaData, String, Table, select

from services.chassis.upsert import upsert

METADATA = MetaData()
FILES = Table(
    "tasks_files",
    METADATA,
    Column("sha256", String(64), primary_key=True, doc="Names the bytes: the same file is kept once."),
    Column("media_type", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


def create_file_table(connection: Connection) -> None:
    """Create what is missing. Migrations call this."""
    METADATA.create_all(connection, checkfirst=True)


def keep_file(connection: Connection, sha256: str, media_type: str, body: bytes) -> None:
    """Keep a file, once, also where another keeps the same at this moment."""
    if connection.execute(select(FILES.c.sha256).where(FILES.c.sha256 == sha256)).first() is None:
        upsert(connection, FILES, [(sha256, media_type, len(body), body)])


class FileTable:
    """Reads files back. Threads may share one."""

    def __init__(self, reader: Engine) -> None:
        """Read through an engine that waits for no writer."""
        self._reader = reader

    def body(self, sha256: str) -> bytes | None:
        """Give the bytes of a file."""
        with self._reader.connect() as connection:
            found = connection.execute(select(FILES.c.body).where(FILES.c.sha256 == sha256)).scalar_one_or_none()
        return None if found is None else bytes(found)
