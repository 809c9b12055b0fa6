"""Why somebody is not let in.

Refusal
├── NotAuthenticated       nobody known calls
│   ├── TokenMissing
│   ├── TokenInvalid
│   ├── TokenExpired
│   ├── ClientAssertionInvalid
│   ├── ClientSecretInvalid
│   ├── DeviceUnknown
│   ├── SignatureMissing
│   ├── SignatureInvalid
│   ├── ContentDigestInvalid
│   ├── NonceMissing       the answer carries a fresh one
│   └── NonceStale         the answer carries a fresh one
├── NotAllowed
│   ├── ScopeMissing
│   ├── RoleMissing
│   └── DeviceRevoked
└── RuleBroken
    └── DeviceKeyInvalid
"""

from services.chassis.domain import NotAllowed, Refusal, RuleBroken


class NotAuthenticated(Refusal):
    """Raised when the request does not prove who sends it."""

    code = "not_authenticated"
    title = "Chưa xác thực được người gửi"


class TokenMissing(NotAuthenticated):
    """Raised when a route for access tokens is called without one."""

    code = "token_missing"
    title = "Thiếu mã truy cập"


class TokenInvalid(NotAuthenticated):
    """Raised when an access token is not one of ours: its signature, issuer, audience or claims are wrong."""

    code = "token_invalid"
    title = "Mã truy cập không hợp lệ"


class TokenExpired(NotAuthenticated):
    """Raised when an access token is too old."""

    code = "token_expired"
    title = "Mã truy cập đã hết hạn"


class ClientAssertionInvalid(NotAuthenticated):
    """Raised when a client's signed assertion does not prove the client, or was used before."""

    code = "client_assertion_invalid"
    title = "Chứng thực của ứng dụng không hợp lệ"


class ClientSecretInvalid(NotAuthenticated):
    """Raised when a program and its secret do not belong together, or it sends nothing that proves it."""

    code = "client_secret_invalid"
    title = "Mã bí mật của ứng dụng không đúng"


class DeviceUnknown(NotAuthenticated):
    """Raised when a device request names a device that was never paired."""

    code = "device_unknown"
    title = "Thiết bị chưa được ghép nối"


class SignatureMissing(NotAuthenticated):
    """Raised when a device request has no signature of the one accepted form."""

    code = "signature_missing"
    title = "Yêu cầu chưa được ký"


class SignatureInvalid(NotAuthenticated):
    """Raised when the signature of a device request is not made by the device's key over this request."""

    code = "signature_invalid"
    title = "Chữ ký không đúng"


class ContentDigestInvalid(NotAuthenticated):
    """Raised when Content-Digest is missing or is not the SHA-256 of the body as it was sent."""

    code = "content_digest_invalid"
    title = "Mã băm nội dung không đúng"


class NonceMissing(NotAuthenticated):
    """Raised when a device request carries no nonce of the server; the answer carries a fresh one."""

    code = "nonce_missing"
    title = "Thiếu mã thử thách của máy chủ"


class NonceStale(NotAuthenticated):
    """Raised when the nonce of a device request has expired or is not ours; the answer carries a fresh one."""

    code = "nonce_stale"
    title = "Mã thử thách của máy chủ đã hết hạn"


class ScopeMissing(NotAllowed):
    """Raised when the caller's token does not hold the scope that the operation needs."""

    code = "scope_missing"
    title = "Không đủ quyền"


class UnitNotYours(NotAllowed):
    """Raised when the caller acts for a unit in which they are not appointed."""

    code = "unit_not_yours"
    title = "Bạn không được phân công tại đơn vị này"


class RoleMissing(NotAllowed):
    """Raised when the caller has none of the roles that a page is for."""

    code = "role_missing"
    title = "Vai trò này không được xem trang"


class DeviceRevoked(NotAllowed):
    """Raised when a device signs correctly but was revoked."""

    code = "device_revoked"
    title = "Thiết bị đã bị thu hồi"


class DeviceKeyInvalid(RuleBroken):
    """Raised when a device's public key is not an ECDSA P-256 key in JWK form."""

    code = "device_key_invalid"
    title = "Khóa của thiết bị không hợp lệ"
