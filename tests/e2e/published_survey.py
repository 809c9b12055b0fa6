"""One valid request for every published operation of the survey service, in an order that makes sense."""

import json
from datetime import date, timedelta
from typing import Any

from joserfc.jwk import ECKey

from cchc.demonstration.tablet import Tablet
from tests.support.published import PublishedApp, SigningDoor, Valid

API = "/api/survey/v1"
DAY = date(2026, 3, 2)


class SurveyScript:
    """Walks through the service as an operator and a tablet do."""

    def __init__(self, published: PublishedApp, door: SigningDoor) -> None:
        self.published = published
        self.door = door
        self.reached: set[str] = set()

    def run(self) -> None:
        """Reach every operation once; the door signs as a living tablet afterwards."""
        self.counters()
        self.questionnaires()
        self.surveys()
        spent, tablet = self.pair(), self.pair()
        self.door.tablet = tablet
        self.tablet(tablet)
        self.quarantine(tablet)
        self.counter_days()
        self.cards()
        self.devices(spent)
        self.send("POST", "/backups/", body={"position": 1})

    def send(self, method: str, path: str, *, at: dict[str, Any] | None = None, **parts: Any) -> Any:
        """Send as an operator."""
        valid = Valid(operation=f"{method} {API}{path}", path=at or {}, **parts)
        self.reached.add(valid.operation)
        return self.published.send(valid, "operator")

    def change(self, method: str, path: str, *, at: dict[str, Any], body: Any = None) -> Any:
        """Read a thing and change the version that was read."""
        thing = path.rpartition("/")[0]
        etag = self.send("GET", thing, at=at).headers["etag"][0]
        return self.send(method, path, at=at, body=body, headers={"If-Match": etag})

    def counters(self) -> None:
        """Open, list, read, move, rename, close."""
        for counter_id in ("quay-1", "quay-2"):
            opening = {
                "counter_id": counter_id,
                "unit_id": "xa-binh-duong",
                "one_stop_id": "xa-binh-duong",
                "name": "Quầy 1",
                "fields": ["dat-dai"],
                "on": "2026-01-01",
            }
            self.send("POST", "/counters/", body=opening)
        at = {"counter_id": "quay-2"}
        self.send("GET", "/counters/", query={"limit": 2})
        moved = {"unit_id": "xa-binh-giang", "one_stop_id": "xa-binh-giang", "on": "2026-02-01"}
        self.change("PUT", "/counters/{counter_id}/place", at=at, body=moved)
        self.change("PUT", "/counters/{counter_id}/name", at=at, body={"name": "Quầy 2", "on": "2026-02-01"})
        self.change("PUT", "/counters/{counter_id}/closing", at=at, body={"on": "2026-06-01"})

    def questionnaires(self) -> None:
        """Draft, approve, put into force, retire."""
        draft = {"code": "counter-v1", "version": 1, "family": "counter", "content": {"question": {"vi": "Ông/bà…?"}}}
        self.send("POST", "/questionnaires/", body=draft)
        self.send("GET", "/questionnaires/")
        at = {"code": "counter-v1", "version": 1}
        one = "/questionnaires/{code}/{version}"
        self.change("POST", f"{one}/approval", at=at)
        self.change("PUT", f"{one}/force", at=at, body={"from": "2026-01-01"})
        self.change("PUT", f"{one}/retirement", at=at, body={"on": "2026-12-31"})

    def surveys(self) -> None:
        """Open and close."""
        self.send("POST", "/surveys/", body={"survey_id": "quy-1", "family": "counter", "opens_on": "2026-01-01"})
        self.send("GET", "/surveys/")
        self.change("PUT", "/surveys/{survey_id}/closing", at={"survey_id": "quy-1"}, body={"closed_on": "2026-03-31"})

    def pair(self) -> Tablet:
        """Pair a tablet."""
        code = self.send("POST", "/devices/pairing-codes", body={"counter_id": "quay-1"}).json()["code"]
        tablet = Tablet(http=None)  # type: ignore[arg-type]  # the door sends
        tablet.device_id = ECKey.import_key(dict(tablet.public_jwk)).thumbprint()
        self.door.tablet = tablet
        wish = {"code": code, "public_jwk": tablet.public_jwk}
        tablet.device_id = self.send("POST", "/devices/pair", body=wish, sign=code).json()["device_id"]
        return tablet

    def tablet(self, tablet: Tablet) -> None:
        """Send ballots, ask for the configuration, say how it is."""
        tablet.tap(4)
        tablet.tap(2)
        self.batch(b"".join(line + b"\n" for line in tablet.lines.values()))
        self.send("GET", "/devices/me/configuration", sign="fresh")
        health = {"queued": 0, "app_version": "2026.11.0"}
        self.send("POST", "/devices/me/heartbeat", body=health, sign="fresh")

    def batch(self, lines: bytes) -> list[dict[str, Any]]:
        """Send a batch."""
        answer = self.send("POST", "/ballots/batch", body=lines, media_type="application/x-ndjson", sign="fresh")
        return list(answer.json()["results"])

    def quarantine(self, tablet: Tablet) -> None:
        """Hold a ballot, let it out; let out an envelope that stood in conflict."""
        first = json.loads(tablet.lines[1])
        other = first | {"score": 1, "ballot_id": "7f1d8a50-0000-4000-8000-000000000001"}
        (result,) = self.batch(json.dumps(other).encode() + b"\n")
        assert result["verdict"] == "conflict"
        ballot = {"device_id": tablet.device_id, "ballot_id": first["ballot_id"]}
        self.send("PUT", "/quarantine/ballots/{device_id}/{ballot_id}", at=ballot, body={"because": "by_hand"})
        self.send("POST", "/quarantine/ballots/{device_id}/{ballot_id}/release", at=ballot)
        self.send("GET", "/quarantine/")
        envelope = {"device_id": tablet.device_id, "version": self.version_of_the_conflict(tablet)}
        self.send("GET", "/quarantine/envelopes/{device_id}/{version}", at=envelope)
        self.send("POST", "/quarantine/envelopes/{device_id}/{version}/release", at=envelope)

    def version_of_the_conflict(self, tablet: Tablet) -> int:
        """Look for the envelope that was kept."""
        operation = f"GET {API}/quarantine/envelopes/{{device_id}}/{{version}}"
        for version in range(20):
            case = self.published.operations[operation].Case(
                path_parameters={"device_id": tablet.device_id, "version": version},
                headers=dict(self.published.roles["operator"]),
            )
            if case.call().status_code == 200:
                return version
        raise AssertionError("nothing lies in quarantine")

    def counter_days(self) -> None:
        """Tell a day."""
        at = f"{DAY.isoformat()}T08:00:00+07:00"
        told = {
            "counter_id": "quay-1",
            "day": DAY.isoformat(),
            "sessions": [{"session_id": "s-1", "field": "dat-dai", "opened_at": at}],
            "served": [{"field": "dat-dai", "served": 3, "through": f"{DAY.isoformat()}T09:00:00+07:00"}],
        }
        self.send("POST", "/counter-days/", body=told)

    def cards(self) -> None:
        """Print and void."""
        printing = {
            "counter_id": "quay-1",
            "count": 2,
            "valid_from": f"{DAY.isoformat()}T00:00:00+07:00",
            "valid_to": f"{(DAY + timedelta(days=7)).isoformat()}T00:00:00+07:00",
        }
        code = self.send("POST", "/cards/", body=printing).json()["codes"][0]
        self.send("POST", "/cards/voided", body={"code": code, "because": "rách"})

    def devices(self, spent: Tablet) -> None:
        """List, read, bind, revoke."""
        at = {"device_id": spent.device_id}
        self.send("GET", "/devices/")
        self.change("PUT", "/devices/{device_id}/binding", at=at, body={"counter_id": "quay-1"})
        self.change("POST", "/devices/{device_id}/revocation", at=at, body={"because": "mất máy"})
