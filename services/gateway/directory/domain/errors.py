"""Why a unit's record is refused."""

from services.chassis.domain import NotFound, RuleBroken


class UnitNotFound(NotFound):
    """Raised when no unit has that id."""

    code = "unit_not_found"
    title = "Không có đơn vị này"


class UnitRecordInvalid(RuleBroken):
    """Raised when a record contradicts itself: an interval that ends before it begins, or a unit above itself."""

    code = "unit_record_invalid"
    title = "Hồ sơ đơn vị mâu thuẫn"
