"""A simulated tablet: pairs, signs, keeps its envelopes and its hash chain, sends again what is asked for.

What it keeps is a ledger: an envelope is `unsent` until an answer names it with its hash, then
`acknowledged`, and never forgotten before `backed_up_through` passes it.
"""

import gzip
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Self

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from services.chassis.identity import SignedRequest, sign_device_request

FIRST_PREV = "0" * 64
BATCH = "/api/survey/v1/ballots/batch"
QUESTIONNAIRE = "sha256:" + "ab" * 32


class NotSent(Exception):  # noqa: N818 - as a tablet sees it
    """Raised when no answer came that a tablet believes; the envelopes stay unsent."""


@dataclass
class Clocks:
    """A tablet's clocks: the running one of this boot, the one on the wall, and the last word of the server."""

    mono_ms: float = 1_000.0
    wall: str = "2026-03-02T08:00:00.000+07:00"
    anchor: dict[str, Any] | None = None

    def now(self) -> dict[str, Any]:
        """Give what the tablet knows of the time, as envelopes carry it."""
        return {"mono_ms": self.mono_ms, "wall": self.wall, "anchor": self.anchor}


@dataclass
class Tablet:
    """One tablet. `http` talks to the server; anything that `httpx.Client` can be made of will do."""

    http: httpx.Client
    device_id: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    nonce: str = ""
    boot_id: str = "boot-1"
    clocks: Clocks = field(default_factory=Clocks)
    random: Random = field(default_factory=Random)
    lines: dict[int, bytes] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)
    missing: list[list[int]] = field(default_factory=list)
    backed_up_through: int = 0
    configuration: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def pair(cls, base_url: str, code: str, *, http: httpx.Client | None = None, seed: int | None = None) -> Self:
        """Make a key, spend a pairing code for it, and be that tablet."""
        tablet = cls(http or httpx.Client(base_url=base_url, timeout=30), random=Random(seed))  # noqa: S311 - repeatable on purpose
        path = "/api/survey/v1/devices/pair"
        body = json.dumps({"code": code, "public_jwk": tablet.public_jwk}).encode()
        request = SignedRequest(method="POST", path=path, headers={}, body=body)
        headers = sign_device_request(request, private_key=tablet.key, device_id=tablet.thumbprint, nonce=code)
        answer = tablet.http.post(path, content=body, headers={**headers, "Content-Type": "application/json"})
        answer.raise_for_status()
        tablet.nonce = answer.headers["Device-Nonce"]
        tablet.device_id = answer.json()["device_id"]
        tablet.configuration = answer.json()["configuration"]
        return tablet

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public half of its key."""
        found = ECKey.import_key(self.key).as_dict(private=False)
        return {name: str(found[name]) for name in ("kty", "crv", "x", "y")}

    @property
    def thumbprint(self) -> str:
        """The name of its key (RFC 7638)."""
        return ECKey.import_key(dict(self.public_jwk)).thumbprint()

    @property
    def unsent(self) -> list[int]:
        """Sequence numbers that nobody has acknowledged, lowest first."""
        return sorted(self.lines.keys() - self.acknowledged.keys())

    def tap(self, score: int, *, questionnaire: str = QUESTIONNAIRE, **more: Any) -> str:
        """Somebody touches a face; gives the ballot's id."""
        ballot_id = self._uuid()
        self.write({"kind": "cast", "ballot_id": ballot_id, "questionnaire": questionnaire, "score": score, **more})
        return ballot_id

    def change(self, ballot_id: str, score: int) -> None:
        """They change their mind."""
        self.write({"kind": "change", "ballot_id": ballot_id, "score": score})

    def follow_up(self, ballot_id: str, reasons: Sequence[str]) -> None:
        """They say why."""
        self.write({"kind": "follow_up", "ballot_id": ballot_id, "reasons": list(reasons)})

    def write(self, said: Mapping[str, Any], *, seconds: float = 20.0) -> bytes:
        """Keep one envelope, `seconds` after the one before."""
        self.clocks.mono_ms += seconds * 1000
        seq = max(self.lines, default=0) + 1
        before = self.lines.get(seq - 1)
        envelope = {
            "v": 1,
            "entry_id": self._uuid(),
            "device_id": self.device_id,
            "boot_id": self.boot_id,
            "seq": seq,
            "prev": FIRST_PREV if before is None else hashlib.sha256(before).hexdigest(),
            **said,
            "captured": self.clocks.now(),
        }
        self.lines[seq] = json.dumps(envelope, separators=(",", ":")).encode()
        return self.lines[seq]

    def restart(self) -> None:
        """Boot again: the running clock starts anew, and nothing anchors it yet."""
        self.boot_id = self._uuid()[:16]
        self.clocks.mono_ms, self.clocks.anchor = 1_000.0, None

    def hear_time(self, server: datetime | None = None) -> None:
        """Take the server's time as an anchor of this boot."""
        at = server or datetime.now(UTC)  # noqa: TID251 - a tablet has a clock of its own
        self.clocks.anchor = {"server": at.isoformat(), "mono_ms": self.clocks.mono_ms, "rtt_ms": 20.0}

    def flush(self, *, most: int = 100) -> list[dict[str, Any]]:
        """Send what is unsent until all is acknowledged; gives every result.

        Raises:
            NotSent: The server did not answer as it should; nothing is forgotten.
        """
        results: list[dict[str, Any]] = []
        while batch := self.unsent[:most]:
            results += self.send(batch)
        return results

    def resend(self, ranges: Iterable[Sequence[int]]) -> list[dict[str, Any]]:
        """Send ranges again, acknowledged or not."""
        wanted = [seq for first, last in ranges for seq in range(first, last + 1) if seq in self.lines]
        return [result for at in range(0, len(wanted), 100) for result in self.send(wanted[at : at + 100])]

    def send(self, seqs: Sequence[int]) -> list[dict[str, Any]]:
        """Send some envelopes in one batch, in the order given."""
        answer = self.post(BATCH, b"".join(self.lines[seq] + b"\n" for seq in seqs))
        return self.heard(answer)

    def heard(self, answer: httpx.Response) -> list[dict[str, Any]]:
        """Take the server's word for what it names."""
        if answer.status_code != 200:
            raise NotSent(f"{answer.status_code} {answer.text[:200]}")
        said = answer.json()
        for result in said["results"]:
            line = self.lines.get(result["seq"], b"")
            if hashlib.sha256(line).hexdigest() == result["sha256"]:
                self.acknowledged[result["seq"]] = result["verdict"]
        self.missing, self.backed_up_through = said["missing"], said["backed_up_through"]
        return list(said["results"])

    def heartbeat(self, **more: Any) -> dict[str, Any]:
        """Say how it is."""
        told = {"queued": len(self.unsent), "last_seq": max(self.lines, default=0), "app_version": "test", **more}
        answer = self.post("/api/survey/v1/devices/me/heartbeat", json.dumps(told).encode(), "application/json")
        if answer.status_code != 200:
            raise NotSent(answer.text[:200])
        return dict(answer.json())

    def fetch_configuration(self, **headers: str) -> httpx.Response:
        """Ask for the bundle."""
        path = "/api/survey/v1/devices/me/configuration"
        return self._signed("GET", path, b"", headers)

    def post(
        self, path: str, body: bytes, content_type: str = "application/x-ndjson", *, packed: bool = False
    ) -> httpx.Response:
        """Send a signed request; with a stale nonce once more, with the fresh one."""
        body = gzip.compress(body) if packed else body
        headers = {"Content-Type": content_type, **({"Content-Encoding": "gzip"} if packed else {})}
        answer = self._signed("POST", path, body, headers)
        if answer.status_code == 401:
            answer = self._signed("POST", path, body, headers)
        return answer

    def sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """Give the headers that sign a request now."""
        request = SignedRequest(method=method, path=path, headers={}, body=body)
        return sign_device_request(request, private_key=self.key, device_id=self.device_id, nonce=self.nonce)

    def _signed(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        try:
            answer = self.http.request(method, path, content=body, headers={**headers, **self.sign(method, path, body)})
        except httpx.TransportError as error:
            raise NotSent(str(error)) from error
        self.nonce = answer.headers.get("Device-Nonce", self.nonce)
        return answer

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
