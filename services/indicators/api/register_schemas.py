"""What is said and answered about registers and their entries."""

from marshmallow import Schema, fields, validate

from services.chassis.clock import CIVIL_ZONE
from services.chassis.http.paging import PageQuery
from services.indicators.api.service import CODE, LONGEST_TEXT, SLUG, in_our_time

_FIELD = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}\Z")
_ENTRY = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_NAME = validate.Length(min=1, max=200)


class FieldSchema(Schema):
    """A column of a register."""

    code = fields.String(required=True, validate=_FIELD)
    name_vi = fields.String(required=True, validate=_NAME)
    name_en = fields.String(required=True, validate=_NAME)
    kind = fields.String(
        required=True, validate=validate.OneOf(("text", "code", "number", "date", "choice", "boolean"))
    )
    required = fields.Boolean(load_default=False)
    choices = fields.List(fields.String(validate=_NAME), load_default=list, validate=validate.Length(max=200))


class WhereSchema(Schema):
    """What a field has to say for an entry to be counted."""

    field = fields.String(required=True, validate=_FIELD)
    equals = fields.Raw(load_default=None, allow_none=True, metadata={"type": ["boolean", "string", "number", "null"]})
    among = fields.List(fields.String(validate=_NAME), load_default=list, validate=validate.Length(max=200))
    at_least = fields.Float(load_default=None, allow_none=True)


class CountSchema(Schema):
    """An indicator that the entries make."""

    indicator = fields.String(required=True, validate=CODE)
    numerator = fields.List(fields.Nested(WhereSchema), load_default=list, validate=validate.Length(max=20))
    denominator = fields.List(
        fields.Nested(WhereSchema), load_default=None, allow_none=True, validate=validate.Length(max=20)
    )


class RegisterDefinition(Schema):
    """What a register holds and counts."""

    code = fields.String(required=True, validate=SLUG)
    name_vi = fields.String(required=True, validate=_NAME)
    name_en = fields.String(required=True, validate=_NAME)
    fields_ = fields.List(
        fields.Nested(FieldSchema), required=True, data_key="fields", validate=validate.Length(min=1, max=60)
    )
    counts = fields.List(fields.Nested(CountSchema), load_default=list, validate=validate.Length(max=20))
    expires_field = fields.String(load_default=None, allow_none=True, validate=_FIELD)


class RegisterState(Schema):
    """A register's form."""

    code = fields.String(required=True)
    form = fields.Dict(required=True)


class RegisterList(Schema):
    """Every register."""

    items = fields.List(fields.Nested(RegisterState), required=True)


class EntriesQuery(PageQuery):
    """Which entries are wanted; those that count today where no day is said, as known by now where no time is."""

    unit_id = fields.String(load_default=None, validate=SLUG)
    as_of = fields.Date(load_default=None, validate=in_our_time)
    known_at = fields.AwareDateTime(
        load_default=None,
        validate=in_our_time,
        default_timezone=CIVIL_ZONE,
        metadata={"description": "Only what was recorded by then."},
    )


class EntryWriting(Schema):
    """An entry as a whole; it counts from `on`."""

    unit_id = fields.String(required=True, validate=SLUG)
    values = fields.Dict(keys=fields.String(validate=_FIELD), required=True, validate=validate.Length(max=60))
    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)


class NewEntry(EntryWriting):
    """An entry that was not there before."""

    entry_id = fields.String(required=True, validate=_ENTRY)


class EntryClosing(Schema):
    """From which day an entry counts no more, and why."""

    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class EntryAnswer(Schema):
    """An entry; `warning` says that it has expired, or will within 60 days."""

    register = fields.String(required=True)
    entry_id = fields.String(required=True)
    unit_id = fields.String(required=True)
    values = fields.Dict(required=True)
    on = fields.String(required=True)
    expires_on = fields.String(required=True, allow_none=True)
    closed_on = fields.String(required=True, allow_none=True)
    warning = fields.String(required=True, allow_none=True)


class EntryList(Schema):
    """One page of entries."""

    as_of = fields.String(required=True)
    items = fields.List(fields.Nested(EntryAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
