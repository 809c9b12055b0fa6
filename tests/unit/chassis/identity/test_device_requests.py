import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.domain import Refusal
from services.chassis.identity import (
    DeviceNonces,
    RegisteredDevice,
    SignedRequest,
    load_device_key,
    sign_device_request,
    verify_device_request,
    verify_new_key,
)
from services.chassis.identity.refusals import (
    ContentDigestInvalid,
    DeviceKeyInvalid,
    DeviceRevoked,
    DeviceUnknown,
    NonceMissing,
    SignatureInvalid,
    SignatureMissing,
)
from tests.support.fixed_clock import FixedClock

VECTOR = json.loads((Path(__file__).parent / "device-request-vector.json").read_text())
PRIVATE = ec.derive_private_key(int(VECTOR["private_d_hex"], 16), ec.SECP256R1())
PUBLIC = load_device_key(VECTOR["public_jwk"])
NONCES = DeviceNonces(b"k" * 32, FixedClock())
DEVICE = "dev_7Q2M4K8P"
BODY = "".join(line + "\n" for line in VECTOR["lines"]).encode()
REQUEST = SignedRequest(method=VECTOR["method"], path=VECTOR["path"], headers={}, body=BODY)


def _vector():
    headers = {
        "Content-Digest": VECTOR["content_digest"],
        "Signature-Input": VECTOR["signature_input"],
        "Signature": VECTOR["signature"],
    }
    return replace(REQUEST, headers=headers)


def _signed(nonce=None, device_id=DEVICE):
    nonce = NONCES.issue() if nonce is None else nonce
    return replace(REQUEST, headers=sign_device_request(REQUEST, private_key=PRIVATE, device_id=device_id, nonce=nonce))


SIGNED = _signed()


def _verify(request, device=RegisteredDevice(public_key=PUBLIC)):  # noqa: B008 - frozen
    return verify_device_request(request, find_device={DEVICE: device}.get, nonces=NONCES)


class Keys(HTTPSignatureKeyResolver):
    def resolve_public_key(self, _key_id):
        return PUBLIC

    def resolve_private_key(self, _key_id):
        return PRIVATE


class Message:
    """A request as the library wants it."""

    def __init__(self, request):
        self.method = request.method
        self.url = f"https://cchc.example{request.path}"
        self.headers = dict(request.headers)


def _library_verifies(request):
    verifier = HTTPMessageVerifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=Keys())
    verifier.require_created = False
    return verifier.verify(Message(request), max_age=None, body=request.body)


def test_the_vector_of_the_specification_is_accepted():
    assert verify_new_key(_vector(), public_key=PUBLIC) == "n-5fJ2q9Zs"


def test_the_library_accepts_what_our_tablets_sign():
    (result,) = _library_verifies(_signed())
    assert result.parameters["keyid"] == DEVICE


def test_we_accept_what_the_library_signs():
    message = Message(REQUEST)
    signer = HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=Keys())
    signer.sign(
        message,
        body=BODY,
        key_id=DEVICE,
        nonce=NONCES.issue(),
        label="device",
        covered_component_ids=("@method", "@path", "content-digest"),
    )
    assert _verify(replace(REQUEST, headers=message.headers)) == DEVICE


def test_a_signed_request_names_its_device():
    assert _verify(_signed()) == DEVICE


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"path": "/api/survey/v1/devices/me/heartbeat"},
    ],
)
def test_another_request_than_the_signed_one_is_refused(change):
    with pytest.raises(SignatureInvalid):
        _verify(replace(_signed(), **change))


def test_another_body_is_refused():
    with pytest.raises(ContentDigestInvalid):
        _verify(replace(_signed(), body=BODY + b"\n"))


def test_an_unknown_device_is_refused_before_a_key_is_needed():
    with pytest.raises(DeviceUnknown):
        _verify(_signed(device_id="dev_OTHER"))


def test_only_the_device_itself_learns_that_it_is_revoked():
    revoked = RegisteredDevice(public_key=PUBLIC, revoked=True)
    with pytest.raises(DeviceRevoked):
        _verify(_signed(), revoked)
    forged = _signed()
    stranger = ec.generate_private_key(ec.SECP256R1())
    headers = sign_device_request(REQUEST, private_key=stranger, device_id=DEVICE, nonce=NONCES.issue())
    with pytest.raises(SignatureInvalid):
        _verify(replace(forged, headers=headers), revoked)


def test_a_request_without_a_nonce_is_refused():
    with pytest.raises(NonceMissing):
        _verify(_signed(nonce=""))


def _with_input(given):
    return replace(_signed(), headers=_signed().headers | {"Signature-Input": given})


@pytest.mark.parametrize(
    "given",
    [
        "",
        'device=("@method" "@path");nonce="n";keyid="k"',
        'device=("@path" "@method" "content-digest");nonce="n";keyid="k"',
        'device=("@method"  "@path" "content-digest");nonce="n";keyid="k"',
        'device=("@method" "@path" "content-digest");nonce="n";nonce="m";keyid="k"',
        'device=("@method" "@path" "content-digest");nonce="n";keyid="k";alg="hmac-sha256"',
        'device=("@method" "@path" "content-digest");nonce="n";keyid="k";surprise="x"',
        'device=("@method" "@path" "content-digest");nonce="n";keyid="k";created=007',
        'device=("@method" "@path" "content-digest");nonce="a\\"b";keyid="k"',
        'other=("@method" "@path" "content-digest");nonce="n";keyid="k"',
        'device=("@method" "@path" "content-digest");nonce="n";keyid="k"\n"@method": GET',
        'device=("@method" "@path" "content-digest");nonce="n";keyid="k", two=()',
    ],
)
def test_any_other_form_of_signature_is_refused(given):
    with pytest.raises(SignatureMissing):
        _verify(_with_input(given))


@given(st.text(max_size=200), st.text(max_size=120), st.text(max_size=80), st.binary(max_size=50))
def test_no_header_makes_the_verifier_fail(given_input, signature, digest, body):
    headers = {"Signature-Input": given_input, "Signature": signature, "Content-Digest": digest}
    request = SignedRequest(method="POST", path="/x", headers=headers, body=body)
    with pytest.raises(Refusal):
        _verify(request)


@given(st.data())
@settings(max_examples=200)
def test_one_changed_character_of_any_header_is_refused(data):
    request = SIGNED
    name = data.draw(st.sampled_from(sorted(request.headers)))
    value = request.headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda new: new != value[at]))
    changed = value[:at] + character + value[at + 1 :]
    with pytest.raises(Refusal):
        _verify(replace(request, headers=request.headers | {name: changed}))


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=12)
_PARAMETERS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["nonce", "keyid", "tag", "odd"]), _TEXT.map('"{}"'.format)),
        st.tuples(st.sampled_from(["created", "expires"]), st.integers(0, 2_000_000_000).map(str)),
    ),
    max_size=5,
)


@given(_PARAMETERS)
def test_whatever_parameters_we_accept_the_library_accepts(parameters):
    text = "".join(f";{name}={value}" for name, value in parameters)
    covered = f'("@method" "@path" "content-digest"){text};keyid="{DEVICE}"'
    digest = VECTOR["content_digest"]
    base = f'"@method": POST\n"@path": {REQUEST.path}\n"content-digest": {digest}\n"@signature-params": {covered}'
    headers = {"Content-Digest": digest, "Signature-Input": f"device={covered}", "Signature": _raw_signature(base)}
    request = replace(REQUEST, headers=headers)
    try:
        verify_new_key(request, public_key=PUBLIC)
    except Refusal:
        return
    try:
        _library_verifies(request)
    except InvalidSignature as error:
        # Times are the device's own and are not looked at here: the nonce says how fresh a request is.
        assert "expires" in str(error) or "created" in str(error)  # noqa: PT017 - only these


def _raw_signature(base):
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    r, s = decode_dss_signature(PRIVATE.sign(base.encode(), ec.ECDSA(SHA256())))
    return f"device=:{b64encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big')).decode()}:"


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"y": "é"},
        {"x": None},
        {"d": "AAAA"},
        {"x": "", "y": ""},
        {"x": 7},
    ],
)
def test_a_key_that_is_no_public_point_on_p_256_is_refused(change):
    with pytest.raises(DeviceKeyInvalid):
        load_device_key(VECTOR["public_jwk"] | change)


@given(st.binary(min_size=1, max_size=40), st.binary(min_size=1, max_size=40))
def test_no_coordinates_make_the_reader_fail(x, y):
    jwk = {"kty": "EC", "crv": "P-256", "x": b64encode(x).decode(), "y": b64encode(y).decode()}
    with pytest.raises(DeviceKeyInvalid):
        load_device_key(jwk)
