"""Why the directory refuses.

Refusal
├── NotFound
│   ├── UnitNotFound
│   ├── PersonNotFound
│   ├── AppointmentNotFound
│   └── ClientNotFound
├── NotAllowed
│   ├── NotYoursToGive
│   └── NotYoursToDelegate
├── StateConflict
│   ├── AlreadyAppointed
│   ├── PersonIsErased
│   └── ClientIdTaken
└── RuleBroken
    ├── UnitRecordInvalid
    ├── UnitIdInvalid
    ├── UnitLoop
    ├── UnitNotThereThen
    ├── TermInvalid
    ├── RoleNotHeld
    ├── RoleNeedsUnit
    └── ClientKeyInvalid
"""

from services.chassis.domain import NotAllowed, NotFound, RuleBroken, StateConflict


class UnitNotFound(NotFound):
    """Raised when no unit has that id."""

    code = "unit_not_found"
    title = "Không có đơn vị này"


class PersonNotFound(NotFound):
    """Raised when nobody has that id."""

    code = "person_not_found"
    title = "Không có người này"


class AppointmentNotFound(NotFound):
    """Raised when somebody has no appointment or delegation of that number."""

    code = "appointment_not_found"
    title = "Không có phân công này"


class ClientNotFound(NotFound):
    """Raised when no API client has that id."""

    code = "client_not_found"
    title = "Không có ứng dụng này"


class NotYoursToGive(NotAllowed):
    """Raised when somebody gives a role or scope that only an operator may give, or that they do not hold themselves."""

    code = "not_yours_to_give"
    title = "Bạn không được trao quyền này"


class NotYoursToDelegate(NotAllowed):
    """Raised when somebody delegates the role of another, or reads another's own page."""

    code = "not_yours_to_delegate"
    title = "Chỉ được ủy quyền vai trò của chính mình"


class AlreadyAppointed(StateConflict):
    """Raised when somebody holds the same role in the same unit for a part of the term; the earlier one is `n`."""

    code = "already_appointed"
    title = "Đã được phân công vai trò này trong thời gian đó"


class PersonIsErased(StateConflict):
    """Raised when something is asked of somebody who was erased."""

    code = "person_is_erased"
    title = "Người này đã được xóa"


class ClientIdTaken(StateConflict):
    """Raised when an API client of that id is or was registered with other particulars."""

    code = "client_id_taken"
    title = "Mã ứng dụng đã được dùng"


class UnitRecordInvalid(RuleBroken):
    """Raised when a record contradicts itself: an interval that ends before it begins, or a unit above itself."""

    code = "unit_record_invalid"
    title = "Hồ sơ đơn vị mâu thuẫn"


class UnitIdInvalid(RuleBroken):
    """Raised when a unit is to be recorded under an id of other than small letters, digits and hyphens."""

    code = "unit_id_invalid"
    title = "Mã đơn vị không hợp lệ"


class UnitLoop(RuleBroken):
    """Raised when a unit would stand above itself through other units on some day; `units` names the loop."""

    code = "unit_loop"
    title = "Cây đơn vị bị vòng"


class UnitNotThereThen(RuleBroken):
    """Raised when somebody is appointed in a unit that does not exist on the first day of the term."""

    code = "unit_not_there_then"
    title = "Đơn vị không tồn tại vào ngày đó"


class TermInvalid(RuleBroken):
    """Raised when a term ends before it begins."""

    code = "term_invalid"
    title = "Thời hạn không hợp lệ"


class RoleNotHeld(RuleBroken):
    """Raised when a role is delegated that its giver does not hold by appointment on every day of the term."""

    code = "role_not_held"
    title = "Người ủy quyền không giữ vai trò này trong suốt thời gian đó"


class RoleNeedsUnit(RuleBroken):
    """Raised when a role that is held in one unit is given for every unit."""

    code = "role_needs_unit"
    title = "Vai trò này phải gắn với một đơn vị"


class ClientKeyInvalid(RuleBroken):
    """Raised when an API client's public key is not an Ed25519, P-256 or RSA (2048 bits or more) key in JWK form."""

    code = "client_key_invalid"
    title = "Khóa của ứng dụng không hợp lệ"
