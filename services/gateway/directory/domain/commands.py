"""What the directory is asked to do."""

from dataclasses import dataclass

from services.chassis.domain import Command
from services.gateway.directory.domain.records import UnitRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordUnit(Command):
    """Make the directory say about a unit what this record says."""

    record: UnitRecord
