"""Simulated tablets: a key, an id, and signed requests."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from services.chassis.identity import SignedRequest, sign_device_request


@dataclass
class Tablet:
    """A device that signs what it sends."""

    device_id: str = "dev_TEST0001"
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    nonce: str = ""

    @property
    def public_jwk(self) -> dict[str, object]:
        """Its public key, as pairing sends it."""
        return dict(ECKey.import_key(self.private_key).as_dict(private=False))

    def sign(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        """Give the headers that sign a request."""
        request = SignedRequest(method=method, path=path, headers={}, body=body)
        return sign_device_request(request, private_key=self.private_key, device_id=self.device_id, nonce=self.nonce)

    def heard(self, answer: TestResponse) -> TestResponse:
        """Keep the nonce of an answer."""
        self.nonce = answer.headers["Device-Nonce"]
        return answer
