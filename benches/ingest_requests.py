"""Signed requests made beforehand: tablets that are paired in our database, each sending its envelopes in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from cchc.demonstration.tablet import BATCH, Tablet
from services.chassis.ids import new_id
from services.survey.bootstrap import build, migrate
from services.survey.config import Settings
from services.survey.domain.commands import OpenCounter
from services.survey.handlers.service import Survey

TABLETS_PER_CONNECTION = 4
SCORES = (5, 4, 5, 3, 4, 2, 5, 1)


@dataclass
class Fleet:
    """Paired tablets, shared out over connections, and the service that knows them (closed again)."""

    settings: Settings
    tablets: list[list[Tablet]] = field(default_factory=list)

    def requests(self, per_connection: int, *, lines: int) -> list[list[bytes]]:
        """Give fresh requests for each connection, `lines` envelopes in each."""
        nonce = self._nonce()
        return [list(_requests(own, per_connection, lines=lines, nonce=nonce)) for own in self.tablets]

    def _nonce(self) -> str:
        service = build(self.settings)
        nonce = service.device_verifier.nonces.issue()
        service.close()
        return nonce


def a_fleet(database: str, folder: Path, *, connections: int) -> Fleet:
    """Make a database with paired tablets in it."""
    settings = Settings(
        database=database, read_database=f"sqlite:///{folder}/read.db", keys=folder / "keys", tenant="bench"
    )
    migrate(settings)
    service = build(settings)
    service.handle(
        OpenCounter(
            counter_id="quay-1",
            unit_id="xa-a",
            one_stop_id="mot-cua-a",
            name="Quầy 1",
            name_en="Counter 1",
            fields=(),
            on=datetime.now(UTC).date(),  # noqa: TID251 - a bench has no clock to be given
        )
    )
    tablets = [[_paired(service) for _ in range(TABLETS_PER_CONNECTION)] for _ in range(connections)]
    service.close()
    return Fleet(settings, tablets)


def _paired(service: Survey) -> Tablet:
    tablet = Tablet(httpx.Client())
    now = service.clock.now()
    code = service.devices.issue_code("quay-1", at=now).code
    device = service.devices.pair(code, tablet.public_jwk, thumbprint=tablet.thumbprint, at=now)
    tablet.device_id = device.device_id
    tablet.boot_id = str(new_id())[:16]
    tablet.hear_time(now)
    return tablet


def _requests(tablets: list[Tablet], count: int, *, lines: int, nonce: str) -> Iterator[bytes]:
    for nth in range(count):
        tablet = tablets[nth % len(tablets)]
        tablet.nonce = nonce
        body = b"".join(_line(tablet, nth + line) for line in range(lines))
        signed = tablet.sign("POST", BATCH, body)
        head = {"Host": "bench", "Content-Type": "application/x-ndjson", "Content-Length": str(len(body)), **signed}
        yield b"POST %s HTTP/1.1\r\n" % BATCH.encode() + _head(head) + b"\r\n" + body


def _line(tablet: Tablet, nth: int) -> bytes:
    said = {
        "kind": "cast",
        "ballot_id": str(new_id()),
        "questionnaire": "sha256:" + "ab" * 32,
        "score": SCORES[nth % len(SCORES)],
        "language": "vi",
        "layout": {"order": "1-5", "text": "m", "audio": False},
        "ended_by": "finished",
    }
    # Answers of the past: a tablet that was away for hours.
    line = tablet.write(said, seconds=0.001)
    seq = max(tablet.lines)
    tablet.lines.pop(seq - 1, None)
    return line + b"\n"


def _head(headers: dict[str, str]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
