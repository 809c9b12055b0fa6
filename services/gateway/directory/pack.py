"""Loads the units of a tenant pack. Loading the same pack again records nothing."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from services.gateway.directory.domain.commands import RecordUnit
from services.gateway.directory.domain.errors import UnitRecordInvalid
from services.gateway.directory.domain.records import UnitRecord
from services.gateway.directory.handlers import Directory, record_unit

_STATEMENTS = {field.name for field in fields(UnitRecord)} - {"particulars"}


def load_units(directory: Directory, units: Mapping[str, Any]) -> int:
    """Record every unit of a pack's `units.json`; return how many units said something new.

    Raises:
        UnitRecordInvalid: A record cannot be read or contradicts itself; units before it are recorded.
    """
    records = [read_record(written) for written in units["units"]]
    return sum(record_unit(directory, RecordUnit(record=record)) > 0 for record in records)


def read_record(written: Mapping[str, Any]) -> UnitRecord:
    """Read a unit as packs and messages write it; what no rule needs goes to `particulars`.

    Raises:
        UnitRecordInvalid: A statement is missing or has the wrong form.
    """
    stated = {name: value for name, value in written.items() if name in _STATEMENTS and value is not None}
    particulars = {name: value for name, value in written.items() if name not in _STATEMENTS}
    try:
        return msgspec.convert({**stated, "particulars": particulars}, UnitRecord)
    except msgspec.ValidationError as error:
        raise UnitRecordInvalid(str(error), unit_id=str(written.get("id", ""))) from error
