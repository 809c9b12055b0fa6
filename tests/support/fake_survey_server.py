"""A survey service that is only a ledger and a temper: it keeps what tablets send and can fail in every way a network can.

It checks signatures and nonces as the real one does, so a tablet that it believes would be believed there too.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from services.chassis.domain import Refusal
from services.chassis.identity.device_nonces import DeviceNonces
from services.chassis.identity.device_requests import (
    RegisteredDevice,
    SignedRequest,
    load_device_key,
    verify_device_request,
    verify_new_key,
)

ROOT = Path(__file__).parents[2]
KIOSK_DIST = ROOT / "services/survey/kiosk/dist"
QUESTIONNAIRES = ROOT / "packs/thang-binh-2021/questionnaires.json"
GENESIS = "0" * 64

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}

MOODS = (
    "well",
    "drop_ack",
    "twins",
    "portal_page",
    "portal_json",
    "redirect",
    "error",
    "busy",
    "slow",
    "cut_short",
    "half",
    "wrong_hash",
)
"""How a batch may be answered. After each of them the tablet must lose nothing and double nothing."""


class WallClock:
    """The clock that nonces expire by."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - a server of its own, in tests

    def today(self) -> Any:
        return self.now().date()


@dataclass
class Ledger:
    """Every envelope that was taken, by entry id, in order of arrival."""

    lines: dict[str, bytes] = field(default_factory=dict)
    offered: int = 0
    conflicts: list[str] = field(default_factory=list)

    def take(self, line: bytes) -> str:
        self.offered += 1
        entry_id = json.loads(line)["entry_id"]
        known = self.lines.setdefault(entry_id, line)
        if known != line:
            self.conflicts.append(entry_id)
            return "conflict"
        return "created" if known is line else "already_have"

    def envelopes(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Give the envelopes by device and sequence."""
        every = sorted(map(json.loads, self.lines.values()), key=lambda said: (said["device_id"], said["seq"]))
        return [said for said in every if kind in {None, said["kind"]}]

    def missing(self, device_id: str) -> list[list[int]]:
        held = sorted(said["seq"] for said in self.envelopes() if said["device_id"] == device_id)
        pairs = zip([0, *held], held, strict=False)
        return [[before + 1, after - 1] for before, after in pairs if after - before > 1]

    def is_chained(self) -> bool:
        """Tell whether each envelope names the hash of the one before it, without a gap."""
        hashes = {json.loads(line)["seq"]: hashlib.sha256(line).hexdigest() for line in self.lines.values()}
        return all(said["prev"] == hashes.get(said["seq"] - 1, GENESIS) for said in self.envelopes())


@dataclass
class Behaviour:
    """What tests set. `mood` is asked once for each batch; `refuse_line` names lines that the service cannot take."""

    mood: Callable[[], str] = lambda: "well"
    refuse_line: Callable[[Mapping[str, Any]], bool] = lambda _: False
    backed_up_through: int = 0
    resend: list[list[int]] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    good_sample_percent: float = 0
    revoked: bool = False


class FakeSurveyServer:
    """Starts on a free port of localhost; use it with `with`."""

    def __init__(self, *, codes: tuple[str, ...] = ("ABCD2345",)) -> None:
        self.ledger = Ledger()
        self.behaviour = Behaviour()
        self.codes = set(codes)
        self.spent: dict[str, dict[str, str]] = {}
        self.keys: dict[str, dict[str, str]] = {}
        self.heartbeats: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.nonces = DeviceNonces(b"k" * 32, WallClock())
        self._changed = threading.Condition()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._http.server_address[1]}"

    @property
    def pairing_url(self) -> str:
        return f"{self.url}/kiosk/#code={min(self.codes)}"

    def wait_until(self, rule: Callable[[], bool], *, seconds: float = 20) -> None:
        """Wait until something holds of what was received."""
        with self._changed:
            assert self._changed.wait_for(rule, seconds), f"not within {seconds} s; refusals: {self.refusals[-5:]}"

    def heard(self) -> Any:
        return self._changed

    def find_device(self, device_id: str) -> RegisteredDevice | None:
        jwk = self.keys.get(device_id)
        return jwk and RegisteredDevice(public_key=load_device_key(jwk), revoked=self.behaviour.revoked)

    def configuration(self) -> dict[str, Any]:
        content = next(
            each
            for each in json.loads(QUESTIONNAIRES.read_text(encoding="utf-8"))["questionnaires"]
            if each["code"] == "counter-v1"
        )
        canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return {
            "version": 1,
            "one_stop": {
                "id": "mot-cua-xa-binh-minh",
                "name": {"vi": "Bộ phận Một cửa xã Bình Minh", "en": "Bình Minh commune one-stop"},
            },
            "counter": {"id": "quay-2", "name": {"vi": "Quầy 2", "en": "Counter 2"}},
            "questionnaire": {"hash": f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}", "content": content},
            "timings": self.behaviour.timings,
            "good_sample_percent": self.behaviour.good_sample_percent,
        }


class _Server(ThreadingHTTPServer):
    fake: FakeSurveyServer
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A tablet that was killed in the middle of a request is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/api/survey/v1/devices/me/configuration":
            self._signed(lambda _device, _body: self._json(200, self.server.fake.configuration()))
        elif path.startswith("/kiosk/"):
            self._static(path.removeprefix("/kiosk/") or "index.html")
        else:
            self._problem(404, "not_found")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match urlsplit(self.path).path:
            case "/api/survey/v1/devices/pair":
                self._pair(body)
            case "/api/survey/v1/devices/me/heartbeat":
                self._signed(self._heartbeat, body)
            case "/api/survey/v1/ballots/batch":
                self._signed(self._batch, body)
            case _:
                self._problem(404, "not_found")

    def _signed(self, answer: Callable[[str, bytes], None], body: bytes = b"") -> None:
        fake = self.server.fake
        request = SignedRequest(
            method=self.command, path=urlsplit(self.path).path, headers=dict(self.headers.items()), body=body
        )
        try:
            device = verify_device_request(request, find_device=fake.find_device, nonces=fake.nonces)
        except Refusal as refusal:
            fake.refusals.append(refusal.code)
            self._problem(403 if refusal.code == "device_revoked" else 401, refusal.code)
        else:
            answer(device, body)

    def _pair(self, body: bytes) -> None:
        fake, asked = self.server.fake, json.loads(body)
        request = SignedRequest(
            method="POST", path="/api/survey/v1/devices/pair", headers=dict(self.headers.items()), body=body
        )
        jwk, code = asked["public_jwk"], asked["code"]
        nonce = verify_new_key(request, public_key=load_device_key(jwk))
        if nonce != code or code not in fake.codes or fake.spent.setdefault(code, jwk) != jwk:
            self._problem(404, "pairing_code_unknown")
            return
        device_id = f"dev_{hashlib.sha256(jwk['x'].encode()).hexdigest()[:8].upper()}"
        fake.keys[device_id] = jwk
        self._json(200, {"device_id": device_id, "configuration": fake.configuration()})

    def _heartbeat(self, device: str, body: bytes) -> None:
        fake = self.server.fake
        with fake.heard():
            fake.heartbeats.append({"device_id": device, **json.loads(body)})
            fake.heard().notify_all()
        wishes, fake.behaviour.resend = {"resend": fake.behaviour.resend}, []
        now = fake.nonces._clock.now().isoformat(timespec="milliseconds")
        self._json(200, {"server_time": now, "wishes": wishes, "backed_up_through": fake.behaviour.backed_up_through})

    def _batch(self, device: str, body: bytes) -> None:
        fake = self.server.fake
        mood = fake.behaviour.mood()
        lines = body.splitlines()
        if any(fake.behaviour.refuse_line(json.loads(line)) for line in lines):
            self._problem(422, "envelope_refused")
        elif mood in {"portal_page", "portal_json", "redirect", "error", "busy", "proxy_401", "other_401"}:
            self._fail(mood)
        else:
            self._take(device, lines[: len(lines) // 2 or 1] if mood == "half" else lines, mood)

    def _take(self, device: str, lines: list[bytes], mood: str) -> None:
        fake = self.server.fake
        with fake.heard():
            results = [_result(line, fake.ledger.take(line)) for line in lines]
            fake.heard().notify_all()
        if mood == "drop_ack":
            self.close_connection = True
            return
        if mood == "wrong_hash":
            results = [{**each, "sha256": GENESIS} for each in results]
        if mood == "twins":
            results *= 2
        answer = {
            "results": results,
            "missing": fake.ledger.missing(device),
            "backed_up_through": fake.behaviour.backed_up_through,
        }
        self._json(200, answer, mood=mood)

    def _fail(self, mood: str) -> None:
        match mood:
            case "portal_page":
                self._send(200, b"<html>Xin dang nhap Wi-Fi</html>", {"Content-Type": "text/html"})
            case "portal_json":
                self._json(200, {"status": "connected"})
            case "redirect":
                self._send(302, b"", {"Location": "/kiosk/"})
            case "proxy_401":
                self._send(401, b"<html>device_unknown</html>", {"Content-Type": "text/html"})
            case "other_401":
                self._problem(401, "signature_invalid")
            case "busy":
                self._problem(503, "unavailable", {"Retry-After": "0"})
            case _:
                self._problem(500, "internal_error")

    def _static(self, name: str) -> None:
        file = KIOSK_DIST / name
        if not file.is_file():
            self._problem(404, "not_found")
            return
        caching = "max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
        headers = {
            "Content-Type": CONTENT_TYPES[file.suffix],
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Cache-Control": caching,
        }
        self._send(200, file.read_bytes(), headers)

    def _problem(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps({"type": "about:blank", "status": status, "code": code}).encode()
        self._send(status, body, {"Content-Type": "application/problem+json", **(headers or {})})

    def _json(self, status: int, value: object, *, mood: str = "well") -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"}, mood=mood)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], *, mood: str = "well") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Device-Nonce", self.server.fake.nonces.issue())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mood == "cut_short":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif mood == "slow":
            self._trickle(body)
        else:
            self.wfile.write(body)

    def _trickle(self, body: bytes) -> None:
        pause = threading.Event()
        size = len(body) // 5 + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            pause.wait(0.05)


def _result(line: bytes, verdict: str) -> dict[str, Any]:
    said = json.loads(line)
    return {
        "entry_id": said["entry_id"],
        "seq": said["seq"],
        "sha256": hashlib.sha256(line).hexdigest(),
        "verdict": verdict,
    }
