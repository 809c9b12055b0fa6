"""What may be done about an official measurement: its forms, who is offered which, and what they send."""

from collections.abc import Mapping
from typing import Any

from services.gateway.portal.reader import Reader
from services.gateway.portal.wishes import Field, Typed, Wish

_BRING, _JUDGE, _OF_ANY_UNIT = "indicators:measure", "indicators:approve", "indicators:define"
_COUNTED = tuple(Field(name=name, kind="number", required=False) for name in ("numerator", "denominator", "value"))
_SIGNER = Field(name="signer", kind="line", required=False)
_NOTE = Field(name="note", required=False)
_DOCUMENT = (Field(name="document", kind="line"), Field(name="dated", kind="day"), _SIGNER)
_DOCUMENT_PERHAPS = (
    Field(name="document", kind="line", required=False),
    Field(name="dated", kind="day", required=False),
    _SIGNER,
)
_OF_CELL = (Field(name="indicator", kind="line"), Field(name="unit_id", kind="unit"), Field(name="period", kind="line"))

SUBMISSION = Wish(name="submission", main=True, fields=(*_OF_CELL, *_COUNTED, *_DOCUMENT_PERHAPS, _NOTE))
CORRECTION = Wish(name="correction", fields=(*_COUNTED, Field(name="reason"), *_DOCUMENT, _NOTE))
APPROVAL = Wish(name="approval", for_unit=False, main=True)
PUBLICATION = Wish(name="publication", for_unit=False, main=True)
RETURN = Wish(name="return", for_unit=False, fields=(Field(name="reason"),))
REOPENING = Wish(name="reopening", for_unit=False, fields=(Field(name="reason"), *_DOCUMENT))
OF_ONE: Mapping[str, Wish] = {it.name: it for it in (APPROVAL, PUBLICATION, RETURN, CORRECTION, REOPENING)}

_BESIDE: Mapping[str, str] = {
    "unknown_indicator": "indicator",
    "unit_not_in_directory": "unit_id",
    "unit_not_yours": "unit_id",
    "period_invalid": "period",
    "period_has_measurement": "period",
    "measurement_incomplete": "value",
    "document_missing": "document",
}


def may_judge(reader: Reader) -> bool:
    """Say whether somebody approves, returns and publishes."""
    return _JUDGE in reader.account.scopes


def may_bring(reader: Reader) -> bool:
    """Say whether somebody brings figures at all."""
    return _BRING in reader.account.scopes


def brings_any(reader: Reader) -> bool:
    """Say whether somebody brings figures of every unit."""
    return may_bring(reader) and _OF_ANY_UNIT in reader.account.scopes


def brings_for(reader: Reader, unit_id: str) -> bool:
    """Say whether somebody brings figures of a unit."""
    return brings_any(reader) or (may_bring(reader) and unit_id in reader.units)


def offered(told: Mapping[str, Any], reader: Reader) -> list[Wish]:
    """Give the forms that a reader is offered for a measurement, what is mostly wanted first."""
    judges, stage = may_judge(reader), told["stage"]
    if stage == "submitted" and judges:
        return [RETURN] if told["own"] else [APPROVAL, RETURN]
    if stage == "approved" and judges:
        return [PUBLICATION, RETURN]
    if stage == "published" and not told["reopened"]:
        return [*([CORRECTION] if brings_for(reader, told["unit_id"]) else ()), *([REOPENING] if judges else ())]
    return []


def with_document(typed: Typed) -> dict[str, Any]:
    """Put the parts of a document together; one without a number or a day is wrong, and `typed` says so then."""
    body = dict(typed.body)
    parts = (("document", "number"), ("dated", "dated"), ("signer", "signer"))
    document = {sent: body.pop(name) for name, sent in parts if name in body}
    if not document:
        return body
    for name, sent in parts[:2]:
        if sent not in document:
            typed.wrong.setdefault(name, "form.missing")
    return {**body, "document": document}


def beside(typed: Typed) -> Mapping[str, str]:
    """Say beside which field a refusal stands, by its code: what is off the scale is the figure that was typed."""
    return {**_BESIDE, "value_out_of_range": "value" if typed.kept.get("value") else "numerator"}
