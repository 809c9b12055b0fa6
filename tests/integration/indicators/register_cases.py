"""What registers, their entries and what these count promise, whichever databases are below them."""

from services.indicators.bootstrap import load_pack
from tests.integration.indicators.board_cases import AIM, target
from tests.support.indicators_rig import API, IndicatorsRig


class RegisterCases:
    """Run by each database's own test module."""

    def test_register_entries_of_the_pack_move_the_target_of_published_procedures(self, rig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        rig.tell_units()
        rig.follow()
        found = target(rig, "T5b")
        assert (found["figure"]["numerator"], found["figure"]["denominator"]) == (17, 18)
        assert found["status"]["state"] == "at_risk"
        assert found["status"]["reason_vi"] == (
            "Phải công khai 18 thủ tục hành chính, 17 thủ tục đã công khai đầy đủ, kịp thời (94,4 %); chỉ tiêu 100 %"
            " (số liệu tạm tính đến 18/6/2021)."
        )
        entry = rig.ask("/registers/tthc/entries/td-018")
        values = {**entry["values"], "published_portal": True}
        rig.done(
            "/registers/tthc/entries/td-018",
            {"unit_id": entry["unit_id"], "values": values, "on": entry["on"]},
            method="PUT",
        )
        rig.follow()
        assert target(rig, "T5b")["status"]["state"] == "on_track"

    def test_an_entry_is_not_changed_over_what_somebody_else_wrote_meanwhile(self, rig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        path = "/registers/tthc/entries/td-018"
        read = rig.client.get(f"{API}{path}")
        sent = {"unit_id": read.json["unit_id"], "on": read.json["on"]}
        one, other = ({**sent, "values": {**read.json["values"], "decision": it}} for it in ("12/QĐ", "15/QĐ"))
        changed = rig.send(path, one, method="PUT", seen=read.headers["ETag"])
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"v1"')
        ending = {"reason": "…", "on": "2021-06-18"}
        assert rig.refused(path, other, method="PUT", seen=read.headers["ETag"]) == (412, "precondition_failed")
        assert rig.refused(f"{path}/closing", ending, seen=read.headers["ETag"]) == (412, "precondition_failed")
        assert rig.ask(path)["values"]["decision"] == "12/QĐ"
        assert rig.send(f"{path}/closing", ending, seen=changed.headers["ETag"]).status_code == 200

    def test_a_registers_count_of_a_year_begins_anew_with_it(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        rig.tell_units()
        values = {"title": "Sáng kiến", "stage": "công nhận"}
        for entry_id, on in (("a", "2020-10-01"), ("b", "2021-01-05"), ("c", "2021-01-06")):
            entry = {"entry_id": entry_id, "unit_id": "xa-binh-an", "values": values, "on": on}
            rig.done("/registers/sang-kien/entries", entry)
        asked = {"indicator": "INITIATIVES", "unit": "count", "value": 2, "scope": {"unit_id": "xa-binh-an"}}
        rig.done("/targets/", {"code": "N4", **AIM, **asked})
        rig.follow()
        found = target(rig, "N4")
        assert (found["figure"]["value"], found["status"]["state"]) == (2.0, "on_track")
        assert [it["value"] for it in found["trend"]] == [2.0]
        figures = rig.ask("/indicators/INITIATIVES/figures", unit_id="xa-binh-an")
        assert (figures["total"]["value"], [it["value"] for it in figures["series"]]) == (2.0, [2.0])
        first = rig.ask("/indicators/INITIATIVES/figures", unit_id="xa-binh-an", until="2021-01-31")
        assert first["total"]["month"] == "2021-01"

    def test_entries_are_listed_as_they_counted_on_a_day_in_pages(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        rig.done("/registers/iso/entries/iso-01/closing", {"reason": "Thu hồi", "on": "2021-06-01"})
        rig.follow()
        path = "/registers/iso/entries"
        assert len(rig.ask(path, as_of="2021-03-14")["items"]) == 0
        assert [it["entry_id"] for it in rig.ask(path, as_of="2021-05-31")["items"]] == [
            "iso-01",
            "iso-02",
            "iso-03",
            "iso-04",
        ]
        first = rig.ask(path, limit="2")
        second = rig.ask(path, limit="2", cursor=first["next"])
        assert [it["entry_id"] for it in (*first["items"], *second["items"])] == ["iso-02", "iso-03", "iso-04"]
        assert {it["warning"] for it in rig.ask(path, as_of="2024-02-01")["items"]} == {"expires_soon"}
        assert {it["warning"] for it in rig.ask(path, as_of="2024-03-20")["items"]} == {"expired"}

    def test_entries_are_listed_as_they_were_known(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        path = "/registers/iso/entries"
        written, before = rig.ask(f"{path}/iso-02"), rig.clock.business_now().isoformat()
        rig.pass_days(3)
        values = {**written["values"], "number": "01/2021"}
        anew = {"unit_id": written["unit_id"], "values": values, "on": "2021-06-01"}
        rig.done(f"{path}/iso-02", anew, method="PUT")
        rig.done(f"{path}/iso-03/closing", {"reason": "Thu hồi", "on": "2021-05-01"})
        rig.follow()
        then = rig.ask(path, as_of="2021-05-31", known_at=before)["items"]
        assert [it["entry_id"] for it in then] == ["iso-01", "iso-02", "iso-03", "iso-04"]
        assert (then[1]["values"], then[2]["closed_on"]) == (written["values"], None)
        assert [it["entry_id"] for it in rig.ask(path, as_of="2021-05-31")["items"]] == ["iso-01", "iso-04"]
        now = rig.ask(path)["items"]
        assert [(it["entry_id"], it["values"]["number"]) for it in now][1] == ("iso-02", "01/2021")
        assert rig.ask(path, as_of="2021-05-31", known_at="2021-06-17T00:00:00+07:00")["items"] == []
