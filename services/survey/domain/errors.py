"""What the survey service refuses, by name.

NotFound
├── UnknownQuestionnaire · UnknownSurvey · UnknownCounter · UnknownDevice · UnknownCardBatch · UnknownCard
└── UnknownQuarantineItem
NotAllowed
└── PairingRefused
StateConflict
├── AlreadyExists · NotApproved · AlreadyApproved · AlreadyRetired
├── CounterIsClosed · DeviceIsRevoked
└── NotReleasable
RuleBroken
└── InvalidPeriod · InvalidKey · NothingToPrint · InvalidSession · BackupAhead
"""

from services.chassis.domain import NotAllowed, NotFound, RuleBroken, StateConflict


class UnknownQuestionnaire(NotFound):
    """Raised when no questionnaire has that code and version."""

    code = "unknown_questionnaire"
    title = "Không có bộ câu hỏi này"


class UnknownSurvey(NotFound):
    """Raised when no survey has that id."""

    code = "unknown_survey"
    title = "Không có đợt khảo sát này"


class UnknownCounter(NotFound):
    """Raised when no counter has that id."""

    code = "unknown_counter"
    title = "Không có quầy này"


class UnknownDevice(NotFound):
    """Raised when no device has that id."""

    code = "unknown_device"
    title = "Không có máy tính bảng này"


class UnknownCardBatch(NotFound):
    """Raised when no batch of cards has that id."""

    code = "unknown_card_batch"
    title = "Không có lô thẻ này"


class UnknownCard(NotFound):
    """Raised when a batch holds no card of that hash."""

    code = "unknown_card"
    title = "Không có thẻ này trong lô"


class UnknownQuarantineItem(NotFound):
    """Raised when nothing is kept in quarantine under that id."""

    code = "unknown_quarantine_item"
    title = "Không có phiếu này trong khu cách ly"


class DeviceIsRevoked(StateConflict):
    """Raised when a revoked tablet would be bound or given a key."""

    code = "device_is_revoked"
    title = "Máy tính bảng đã bị thu hồi"


class PairingRefused(NotAllowed):
    """Raised when a pairing code is unknown, spent by another key, or past its time."""

    code = "pairing_refused"
    title = "Mã ghép máy không dùng được"


class AlreadyExists(StateConflict):
    """Raised when something else stands under that id already."""

    code = "already_exists"
    title = "Mã này đã được dùng"


class NotApproved(StateConflict):
    """Raised when a questionnaire would come into force that nobody approved."""

    code = "questionnaire_not_approved"
    title = "Bộ câu hỏi chưa được phê duyệt"


class AlreadyApproved(StateConflict):
    """Raised when an approved questionnaire would be changed; a change is a new version."""

    code = "questionnaire_already_approved"
    title = "Bộ câu hỏi đã phê duyệt, không sửa được"


class AlreadyRetired(StateConflict):
    """Raised when a retired questionnaire would come into force again."""

    code = "questionnaire_retired"
    title = "Bộ câu hỏi đã ngừng dùng"


class CounterIsClosed(StateConflict):
    """Raised when a counter is closed."""

    code = "counter_closed"
    title = "Quầy đã đóng"


class NotReleasable(StateConflict):
    """Raised when what lies in quarantine cannot be read as an answer."""

    code = "not_releasable"
    title = "Nội dung này không đọc được như một phiếu"


class InvalidPeriod(RuleBroken):
    """Raised when a period ends before it starts."""

    code = "invalid_period"
    title = "Khoảng thời gian không hợp lệ"


class InvalidKey(RuleBroken):
    """Raised when a tablet's key is not a P-256 public key."""

    code = "invalid_key"
    title = "Khóa của máy tính bảng không hợp lệ"


class NothingToPrint(RuleBroken):
    """Raised when a batch of cards would hold none, or the same card twice."""

    code = "nothing_to_print"
    title = "Lô thẻ trống hoặc trùng mã"


class InvalidSession(RuleBroken):
    """Raised when a counter session closes before it opens, or serves a field its counter does not have."""

    code = "invalid_session"
    title = "Ca làm việc tại quầy không hợp lệ"


class BackupAhead(RuleBroken):
    """Raised when a backup is said to hold more than was ever recorded."""

    code = "backup_ahead"
    title = "Bản sao lưu không thể chứa nhiều hơn dữ liệu đã ghi"
