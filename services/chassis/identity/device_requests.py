"""Requests signed by a device: RFC 9421 with ecdsa-p256-sha256 over "@method" "@path" "content-digest", RFC 9530 digest.

Only the canonical form of the headers is read: what a structured-field serializer writes, one signature, one digest.
That keeps the signature base equal to the text as it was sent.
"""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from services.chassis.identity.device_nonces import DeviceNonces
from services.chassis.identity.device_replays import HeardRequests
from services.chassis.identity.refusals import (
    ContentDigestInvalid,
    DeviceKeyInvalid,
    DeviceRevoked,
    DeviceUnknown,
    SignatureInvalid,
    SignatureMissing,
)

_ALGORITHM = "ecdsa-p256-sha256"
_COVERED = '("@method" "@path" "content-digest")'
_LABEL = r"[a-z*][a-z0-9_.*-]*"
_PARAMETER = r';([a-z*][a-z0-9_.*-]*)=(?:"([ !#-\[\]-~]*)"|(0|-?[1-9][0-9]{0,14}))'
_SIGNATURE_INPUT = re.compile(rf"({_LABEL})=({re.escape(_COVERED)}((?:{_PARAMETER})*))")
_ONE_PARAMETER = re.compile(_PARAMETER)
# 64 bytes in base64, whose last character has four bits that must be zero: one signature, one spelling.
_SIGNATURE = re.compile(rf"({_LABEL})=:([A-Za-z0-9+/]{{85}}[AQgw]==):")
_KNOWN_PARAMETERS = frozenset({"nonce", "keyid", "alg", "created", "expires", "tag"})
_ECDSA = ec.ECDSA(SHA256())


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """A request as it was sent: `path` without the query, headers without regard to case, the body before unpacking."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisteredDevice:
    """What a service knows of a paired device."""

    public_key: ec.EllipticCurvePublicKey
    revoked: bool = False


FindDevice = Callable[[str], RegisteredDevice | None]
"""Looks a device up by its id, from memory: it is called for every device request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedRequest:
    """Who signed a request, and whether it is a sign of life: one that came before may have been sent by anybody."""

    device_id: str
    is_first: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceVerifier:
    """What the guard of device routes needs."""

    nonces: DeviceNonces
    find_device: FindDevice
    heard: HeardRequests = field(default_factory=HeardRequests)

    def verify(self, request: SignedRequest) -> VerifiedRequest:
        """Give who signed the request; raises as `verify_device_request`."""
        device_id, expiry, signature = _verify(request, self.find_device, self.nonces)
        is_first = self.heard.is_first(device_id, nonce_expiry=expiry, signature=signature)
        return VerifiedRequest(device_id=device_id, is_first=is_first)


def verify_device_request(request: SignedRequest, *, find_device: FindDevice, nonces: DeviceNonces) -> str:
    """Give the id of the device that signed the request.

    Raises:
        SignatureMissing, NonceMissing, NonceStale, DeviceUnknown, ContentDigestInvalid, SignatureInvalid: 401.
        DeviceRevoked: The device signed, but may not any more.
    """
    return _verify(request, find_device, nonces)[0]


def _verify(request: SignedRequest, find_device: FindDevice, nonces: DeviceNonces) -> tuple[str, int, bytes]:
    parameters, base, signature = _read(request)
    expiry = nonces.check(parameters.get("nonce"))
    device_id = parameters.get("keyid", "")
    device = find_device(device_id)
    if device is None:
        raise DeviceUnknown("No device of that id is paired.", device_id=device_id)
    _check(device.public_key, base, signature)
    if device.revoked:
        raise DeviceRevoked("The device was revoked.", device_id=device_id)
    return device_id, expiry, signature


def verify_new_key(request: SignedRequest, *, public_key: ec.EllipticCurvePublicKey) -> str:
    """Give the nonce of a request signed by a key that no device has yet; at pairing it is the pairing code.

    Raises:
        SignatureMissing, ContentDigestInvalid, SignatureInvalid: The key did not sign this request.
    """
    parameters, base, signature = _read(request)
    _check(public_key, base, signature)
    return parameters.get("nonce", "")


def sign_device_request(
    request: SignedRequest, *, private_key: ec.EllipticCurvePrivateKey, device_id: str, nonce: str
) -> dict[str, str]:
    """Give the three headers that sign a request, as a tablet makes them; used by simulated tablets and tests."""
    digest = f"sha-256=:{b64encode(hashlib.sha256(request.body).digest()).decode()}:"
    given = f'{_COVERED};nonce="{nonce}";keyid="{device_id}";alg="{_ALGORITHM}"'
    r, s = decode_dss_signature(private_key.sign(_base(request, digest, given), _ECDSA))
    raw = b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return {"Content-Digest": digest, "Signature-Input": f"device={given}", "Signature": f"device=:{raw}:"}


def load_device_key(jwk: Mapping[str, object]) -> ec.EllipticCurvePublicKey:
    """Read a device's public key from its JWK; the same key is read once.

    Raises:
        DeviceKeyInvalid: It is not a point on P-256, or holds a private part.
    """
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
        raise DeviceKeyInvalid("The key must be a public EC key on P-256.")
    return _load_point(str(jwk.get("x", "")), str(jwk.get("y", "")))


@lru_cache(maxsize=4096)
def _load_point(x: str, y: str) -> ec.EllipticCurvePublicKey:
    try:
        x_bytes, y_bytes = (urlsafe_b64decode(part.encode("ascii") + b"==") for part in (x, y))
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(x_bytes, "big"), int.from_bytes(y_bytes, "big"), ec.SECP256R1()
        )
        return numbers.public_key()
    except (Base64Error, ValueError):
        raise DeviceKeyInvalid("The key is not a point on P-256.") from None


def _read(request: SignedRequest) -> tuple[dict[str, str], bytes, bytes]:
    """Give the parameters, the signature base and the signature, once the digest fits the body."""
    headers = request.headers
    given = _SIGNATURE_INPUT.fullmatch(headers.get("Signature-Input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("Signature", ""))
    if given is None or signature is None or given[1] != signature[1]:
        raise SignatureMissing(f"The request needs one signature over {_COVERED}.")
    pairs = [(name, text or number) for name, text, number in _ONE_PARAMETER.findall(given[3])]
    parameters = dict(pairs)
    if len(parameters) != len(pairs) or not parameters.keys() <= _KNOWN_PARAMETERS:
        raise SignatureMissing("The signature's parameters are not known, or stand twice.")
    if parameters.get("alg", _ALGORITHM) != _ALGORITHM:
        raise SignatureMissing(f"The only algorithm is {_ALGORITHM}.")
    digest = _checked_digest(headers.get("Content-Digest", ""), request.body)
    return parameters, _base(request, digest, given[2]), b64decode(signature[2])


def _checked_digest(digest: str, body: bytes) -> str:
    expected = f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"
    if not hmac.compare_digest(digest.encode(), expected.encode()):
        raise ContentDigestInvalid("Content-Digest must be the SHA-256 of the body as it was sent.")
    return digest


def _base(request: SignedRequest, digest: str, given: str) -> bytes:
    return (
        f'"@method": {request.method}\n"@path": {request.path}\n"content-digest": {digest}\n"@signature-params": {given}'
    ).encode()


def _check(key: ec.EllipticCurvePublicKey, base: bytes, signature: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), base, _ECDSA)
    except InvalidSignature:
        raise SignatureInvalid("The signature does not fit the request.") from None
