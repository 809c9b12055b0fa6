"""What is said and answered about official measurements."""

from marshmallow import Schema, fields, validate

from services.chassis.http.paging import PageQuery
from services.indicators.api.service import CODE, LONGEST_TEXT, PERIOD, SLUG, DocumentSchema
from services.indicators.domain.cell import Stage
from services.indicators.domain.scales import MOST


def _number() -> fields.Float:
    return fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=-MOST, max=MOST))


class MeasuredSchema(Schema):
    """A value, or the two counts that it is made of."""

    value = _number()
    numerator = _number()
    denominator = _number()
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_TEXT))
    document = fields.Nested(DocumentSchema, load_default=None, allow_none=True)


class Submission(MeasuredSchema):
    """An official figure of a unit and period."""

    indicator = fields.String(required=True, validate=CODE)
    unit_id = fields.String(required=True, validate=SLUG)
    period = fields.String(required=True, validate=PERIOD)


class Correction(MeasuredSchema):
    """What replaces a published figure, and why."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class Returning(Schema):
    """Why a figure is sent back."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class Reopening(Returning):
    """Why a period is opened again, and by which document."""

    document = fields.Nested(DocumentSchema, required=True)


class MeasurementAnswer(Schema):
    """A measurement as it stands."""

    measurement_id = fields.String(required=True)
    indicator = fields.String(required=True)
    unit_id = fields.String(required=True)
    period = fields.String(required=True)
    stage = fields.String(required=True, metadata={"enum": [stage.value for stage in Stage]})
    value = fields.Float(required=True, allow_none=True)
    numerator = fields.Float(required=True, allow_none=True)
    denominator = fields.Float(required=True, allow_none=True)
    note = fields.String(required=True)
    document = fields.Dict(required=True, allow_none=True)
    replaces = fields.String(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    returned_because = fields.String(required=True, allow_none=True)
    submitted_on = fields.String(required=True)
    approved_on = fields.String(required=True, allow_none=True)
    published_on = fields.String(required=True, allow_none=True)
    reopened = fields.Boolean(required=True)
    own = fields.Boolean(required=True, metadata={"description": "Whether the caller submitted it."})


class MeasurementsQuery(PageQuery):
    """Which measurements are wanted."""

    indicator = fields.String(load_default=None, validate=CODE)
    unit_id = fields.String(load_default=None, validate=SLUG)
    period = fields.String(load_default=None, validate=PERIOD)
    stage = fields.String(load_default=None, validate=validate.OneOf([stage.value for stage in Stage]))


class MeasurementList(Schema):
    """One page of measurements."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(required=True, allow_none=True)
