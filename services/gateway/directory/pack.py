"""Loads units and tenant from a pack. Loading the same pack again records nothing."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from services.gateway.directory.domain.errors import UnitRecordInvalid
from services.gateway.directory.domain.records import UnitRecord
from services.gateway.directory.domain.tenant import DescribeTenant, ServiceField, Tenant
from services.gateway.directory.handlers import Directory, describe_tenant
from services.gateway.directory.register import UnitRegister
from services.gateway.directory.units import record_units

_STATEMENTS = {field.name for field in fields(UnitRecord)} - {"particulars"}


def load_pack(directory: Directory, pack: Mapping[str, Any]) -> int:
    """Record what a pack says; return how many records said something new.

    Args:
        directory: Where to record it.
        pack: The content of `pack.json`, and of each file under the name that `files` gives it.

    Raises:
        UnitRecordInvalid: A unit cannot be read or contradicts itself.
    """
    news = describe_tenant(directory, DescribeTenant(tenant=_tenant(pack)))
    return (news > 0) + load_units(directory, pack["units"])


def _tenant(pack: Mapping[str, Any]) -> Tenant:
    scale = _scale_in_force(pack)
    return Tenant(
        name_vi=pack["name_vi"],
        name_en=pack["name_en"],
        short_name=pack["short_name_vi"],
        demonstration=bool(pack.get("demonstration")),
        service_fields=msgspec.convert(pack["service_fields"]["fields"], tuple[ServiceField, ...]),
        satisfied_scores=tuple(scale["satisfied_values"]),
        least_ballots=int(pack["release"]["k"]),
        led_by=str(pack.get("led_by", "")),
    )


def _scale_in_force(pack: Mapping[str, Any]) -> Mapping[str, Any]:
    code = pack["questionnaire_in_force"]["code"]
    told = pack["questionnaires"]
    questionnaire = next(it for it in told["questionnaires"] if it["code"] == code)
    scale: Mapping[str, Any] = next(it for it in told["scales"] if it["code"] == questionnaire["scale"])
    return scale


def load_units(directory: Directory, units: Mapping[str, Any]) -> int:
    """Record every unit of a pack's `units.json`; return how many units said something new.

    Raises:
        UnitRecordInvalid: A record cannot be read or contradicts itself; units before it are recorded.
        UnitNotFound, UnitLoop: A unit stands under one that is nowhere, or above itself; nothing is recorded.
    """
    records = [read_record(written) for written in units["units"]]
    return record_units(directory, UnitRegister(directory.store), records)


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
