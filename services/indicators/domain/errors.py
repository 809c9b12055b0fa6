"""What the indicators service refuses, by name.

NotFound
├── UnknownTarget · UnknownMeasurement · UnknownRegister · UnknownEntry
└── IndicatorNotFound
StateConflict
├── IndicatorExists · IndicatorIsRetired · TargetExists · TargetIsWithdrawn · RegisterExists · EntryExists · EntryIsClosed
├── PeriodHasMeasurement · MeasurementNotSubmitted · MeasurementNotApproved · MeasurementNotPublished
└── OwnMeasurement
RuleBroken
├── UnknownIndicator · UnknownUnit · TargetIncomplete · InvalidPeriod · ValueOutOfRange · MeasurementIncomplete
└── DocumentMissing · EntryInvalid · RegisterInvalid
"""

from services.chassis.domain import NotFound, RuleBroken, StateConflict


class IndicatorNotFound(NotFound):
    """Raised when no indicator has the code that is asked for."""

    code = "indicator_not_found"
    title = "Không có chỉ số này"


class UnknownTarget(NotFound):
    """Raised when no target has that code."""

    code = "unknown_target"
    title = "Không có chỉ tiêu này"


class UnknownMeasurement(NotFound):
    """Raised when no measurement has that id."""

    code = "unknown_measurement"
    title = "Không có số liệu này"


class UnknownRegister(NotFound):
    """Raised when no register has that code."""

    code = "unknown_register"
    title = "Không có sổ theo dõi này"


class UnknownEntry(NotFound):
    """Raised when a register holds no entry of that id."""

    code = "unknown_entry"
    title = "Sổ theo dõi không có mục này"


class IndicatorExists(StateConflict):
    """Raised when an indicator of that code is defined already, in another way; a change is a new version."""

    code = "indicator_exists"
    title = "Chỉ số này đã có; thay đổi thì thêm phiên bản mới"


class IndicatorIsRetired(StateConflict):
    """Raised when something would be measured or aimed at by an indicator that is counted no more."""

    code = "indicator_is_retired"
    title = "Chỉ số này đã thôi sử dụng"


class TargetExists(StateConflict):
    """Raised when a target of that code asks for something else already; a change is an amendment by decision."""

    code = "target_exists"
    title = "Chỉ tiêu này đã có; thay đổi phải có quyết định điều chỉnh"


class TargetIsWithdrawn(StateConflict):
    """Raised when a withdrawn target would be changed."""

    code = "target_is_withdrawn"
    title = "Chỉ tiêu này đã được rút"


class RegisterExists(StateConflict):
    """Raised when a register of that code is defined already, in another way."""

    code = "register_exists"
    title = "Sổ theo dõi này đã có"


class EntryExists(StateConflict):
    """Raised when a register holds another entry under that id."""

    code = "entry_exists"
    title = "Sổ theo dõi đã có mục mang mã này"


class EntryIsClosed(StateConflict):
    """Raised when a closed entry would be changed."""

    code = "entry_is_closed"
    title = "Mục này đã đóng"


class PeriodHasMeasurement(StateConflict):
    """Raised when a period already has a measurement: one that waits is decided first, a published one is corrected."""

    code = "period_has_measurement"
    title = "Kỳ này đã có số liệu"


class MeasurementNotSubmitted(StateConflict):
    """Raised when a measurement that does not wait for approval would be approved or sent back."""

    code = "measurement_not_submitted"
    title = "Số liệu này không ở trạng thái chờ duyệt"


class MeasurementNotApproved(StateConflict):
    """Raised when a measurement that nobody approved would be published."""

    code = "measurement_not_approved"
    title = "Số liệu này chưa được duyệt"


class MeasurementNotPublished(StateConflict):
    """Raised when something would be corrected or opened again that was not published, or was replaced since."""

    code = "measurement_not_published"
    title = "Số liệu này chưa công bố hoặc đã được thay thế"


class OwnMeasurement(StateConflict):
    """Raised when who submitted a measurement would approve it."""

    code = "own_measurement"
    title = "Người nhập số liệu không được tự duyệt"


class UnknownIndicator(RuleBroken):
    """Raised when a target, measurement or register names an indicator that nobody defined."""

    code = "unknown_indicator"
    title = "Chưa có định nghĩa của chỉ số này"


class UnknownUnit(RuleBroken):
    """Raised when something names a unit that the directory has not told of."""

    code = "unit_not_in_directory"
    title = "Không có đơn vị này trong danh mục"


class TargetIncomplete(RuleBroken):
    """Raised when a target does not say all that its operator needs; `missing` names it."""

    code = "target_incomplete"
    title = "Chỉ tiêu chưa đủ nội dung để đánh giá"


class InvalidPeriod(RuleBroken):
    """Raised when a period is none that can be read, or is not over where it has to be."""

    code = "period_invalid"
    title = "Kỳ số liệu không hợp lệ"


class ValueOutOfRange(RuleBroken):
    """Raised when a value can't be one of its unit: a percentage above 100, a rank below 1."""

    code = "value_out_of_range"
    title = "Giá trị nằm ngoài thang đo của chỉ số"


class MeasurementIncomplete(RuleBroken):
    """Raised when a measurement has neither a value nor numerator and denominator, or has both."""

    code = "measurement_incomplete"
    title = "Số liệu phải có giá trị, hoặc có tử số và mẫu số"


class DocumentMissing(RuleBroken):
    """Raised when a rank, a milestone or a correction comes without the document that it rests on."""

    code = "document_missing"
    title = "Thiếu văn bản làm căn cứ"


class EntryInvalid(RuleBroken):
    """Raised when an entry does not fit its register's fields; `errors` names each."""

    code = "entry_invalid"
    title = "Mục nhập không đúng mẫu của sổ theo dõi"


class RegisterInvalid(RuleBroken):
    """Raised when a register's counts name fields that it does not have, or an indicator that is told from other facts."""

    code = "register_invalid"
    title = "Định nghĩa sổ theo dõi không hợp lệ"
