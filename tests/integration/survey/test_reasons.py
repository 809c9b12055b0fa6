"""Only reasons that a questionnaire offers leave the service; whatever else a tablet writes there does not."""

import json
from datetime import date

from cchc.demonstration.tablet import Tablet
from tests.integration.survey.conftest import Rig

ROOT = "/api/survey/v1/questionnaires/"


def in_force(rig: Rig, version: int, *codes: str) -> str:
    staff = rig.staff()
    content = {"questions": [{"code": "Q2", "options": [{"code": code} for code in codes] + [{"value": 1}, "?"]}, 7]}
    drafted = staff.post(ROOT, json={"code": "c", "version": version, "family": "counter", "content": content})
    approved = staff.post(f"{ROOT}c/{version}/approval", headers={"If-Match": drafted.headers["ETag"]})
    told = {"from": date(2026, 1, version).isoformat()}
    forced = staff.put(f"{ROOT}c/{version}/force", json=told, headers={"If-Match": approved.headers["ETag"]})
    return str(forced.json()["hash"])


def published(rig: Rig, tablet: Tablet) -> list[list[str]]:
    tablet.flush()
    rows = rig.service.streams.store.read_outbox(0, 100, ["survey.ballot.events.v1"])
    said = [json.loads(row.value or b"")["data"] for row in rows]
    return [each["reasons"] for each in said if "reasons" in each]


def test_a_reason_that_the_ballots_questionnaire_does_not_offer_is_published_as_other(rig: Rig) -> None:
    first, _second = in_force(rig, 1, "attitude"), in_force(rig, 2, "attitude", "fees")
    tablet = rig.a_tablet()
    tablet.tap(2, questionnaire=first, reasons=["nguyen_van_a", "attitude", "fees"])
    assert published(rig, tablet) == [["other", "attitude"]]
    [cast] = rig.facts(tablet)
    assert b"nguyen_van_a" in cast.receipt.raw  # type: ignore[attr-defined]


def test_where_the_questionnaire_is_not_known_any_questionnaires_reasons_stay(rig: Rig) -> None:
    in_force(rig, 1, "attitude")
    in_force(rig, 2, "fees")
    tablet = rig.a_tablet()
    ballot = tablet.tap(2, reasons=["fees", "attitude", "nguyen_van_a"])
    tablet.follow_up(ballot, ["tran_thi_b", "fees"])
    assert published(rig, tablet) == [["fees", "attitude", "other"], ["other", "fees"]]


def test_reasons_of_a_retired_questionnaire_stay(rig: Rig) -> None:
    found = in_force(rig, 1, "attitude")
    etag = rig.staff().get(f"{ROOT}c/1").headers["ETag"]
    retired = rig.staff().put(f"{ROOT}c/1/retirement", json={"on": "2026-02-01"}, headers={"If-Match": etag})
    assert retired.is_success, retired.text
    tablet = rig.a_tablet()
    tablet.tap(2, questionnaire=found, reasons=["attitude"])
    assert published(rig, tablet) == [["attitude"]]
