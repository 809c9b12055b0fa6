"""Why somebody is not let in, given no token, or not set up."""

from services.chassis.domain import NotAllowed, RuleBroken, StateConflict
from services.chassis.http.refusals import TooManyRequests


class SignInRefused(NotAllowed):
    """Raised when name and password do not belong together; the same answer for a name nobody has."""

    code = "sign_in_refused"
    title = "Tên đăng nhập hoặc mật khẩu không đúng"


class TooManyAttempts(TooManyRequests):
    """Raised when a name or an address failed too often; `retry_after_seconds` is in `params`."""

    code = "too_many_attempts"
    title = "Đã thử quá nhiều lần"


class SetUpLinkInvalid(NotAllowed):
    """Raised when a set-up link is unknown, used or too old."""

    code = "set_up_link_invalid"
    title = "Đường dẫn thiết lập không còn dùng được"


class PasswordTooWeak(RuleBroken):
    """Raised when a new password is too short, too long, or says the user name."""

    code = "password_too_weak"
    title = "Mật khẩu chưa đủ mạnh"


class UserNameInvalid(RuleBroken):
    """Raised when a user name is empty, too long or has characters other than letters, digits, dot, dash."""

    code = "user_name_invalid"
    title = "Tên đăng nhập không hợp lệ"


class UserNameTaken(StateConflict):
    """Raised when an account of that name is there already."""

    code = "user_name_taken"
    title = "Tên đăng nhập đã có người dùng"


class ScopeNotOffered(RuleBroken):
    """Raised when a client asks for a scope that it does not have."""

    code = "scope_not_offered"
    title = "Phạm vi quyền không được cấp"


class SetUpDone(StateConflict):
    """Raised when a set-up link is asked for and somebody can sign in already."""

    code = "set_up_done"
    title = "Hệ thống đã có tài khoản"
