"""What the target board and official figures promise, whichever databases are below them."""

from datetime import date

from services.indicators.bootstrap import load_pack
from tests.support.indicators_rig import IndicatorsRig
from tests.support.survey_messages import SurveyMessages

PAPER = {"number": "617/QĐ-UBND", "dated": "2021-05-20"}
EDOC = {"indicator": "EDOC_SHARE", "unit_id": "huyen-thang-binh", "period": "2021-Q1"}
DEFINITION = {
    "name_vi": "Tỷ lệ nhiệm vụ hoàn thành đúng hạn",
    "name_en": "Tasks completed on time",
    "unit": "percent",
    "direction": "higher",
    "formula": "100 * numerator / denominator",
    "source": "tasks",
    "frequency": "monthly",
    "valid_from": "2021-01-14",
    "decimals": 1,
    "sentence_vi": "{denominator} nhiệm vụ đến hạn, {numerator} nhiệm vụ hoàn thành đúng hạn",
    "sentence_en": "{denominator} tasks were due, {numerator} of them completed on time",
}
AIM = {
    "text_vi": "80% nhiệm vụ hoàn thành đúng hạn",
    "text_en": "80 % of tasks completed on time",
    "year": 2021,
    "scope": {"unit_id": "huyen-thang-binh"},
    "indicator": "TASKS_ON_TIME",
    "operator": "gte",
    "value": 80,
    "unit": "percent",
}


def assigned(rig: IndicatorsRig, task_id: str, unit_id: str, due_on: date) -> None:
    about = {"plan_id": "p", "duty_code": "V1.1", "assigned_on": "2021-01-20", "due_on": due_on.isoformat()}
    rig.task("task_assigned", task_id, date(2021, 1, 20), unit_id=unit_id, **about)


def completed(rig: IndicatorsRig, task_id: str, unit_id: str, on: date, *, timeliness: str = "on_time") -> None:
    about = {"unit_id": unit_id, "completed_on": on.isoformat(), "timeliness": timeliness}
    rig.task("completion_accepted", task_id, on, **about)


def tasks_target(rig: IndicatorsRig) -> None:
    rig.done("/indicators/", {"code": "TASKS_ON_TIME", **DEFINITION})
    rig.done("/targets/", {"code": "N1", **AIM, "on": "2021-01-14"})


def published(rig: IndicatorsRig, body: dict, **how) -> str:
    measurement_id = rig.done("/measurements/", body, **how)["measurement_id"]
    rig.done(f"/measurements/{measurement_id}/approval", role="chairman")
    rig.done(f"/measurements/{measurement_id}/publication", role="chairman")
    rig.follow()
    return measurement_id


def target(rig: IndicatorsRig, code: str, **query: str) -> dict:
    return next(it for it in rig.ask("/targets/", **query)["items"] if it["code"] == code)


BAD_INPUT = (
    ("/targets/", {"code": "N9", **AIM, "indicator": "NOBODY"}, (422, "unknown_indicator")),
    ("/targets/", {"code": "N9", **AIM, "value": None}, (422, "target_incomplete")),
    ("/targets/", {"code": "N9", **AIM, "value": 1e300}, (422, "fields_invalid")),
    ("/measurements/", {**EDOC, "indicator": "NOBODY", "value": 1}, (422, "unknown_indicator")),
    ("/measurements/", {**EDOC, "unit_id": "xa-khong-co", "value": 1}, (422, "unit_not_in_directory")),
    ("/measurements/", {**EDOC, "period": "2023-Q1", "value": 1}, (422, "period_invalid")),
    ("/measurements/", {**EDOC}, (422, "measurement_incomplete")),
    ("/measurements/", {**EDOC, "value": 101}, (422, "value_out_of_range")),
    (
        "/measurements/",
        {**EDOC, "indicator": "HANDLING_TIME_MEAN", "numerator": 1, "denominator": 1e-300},
        (422, "value_out_of_range"),
    ),
    ("/measurements/", {**EDOC, "indicator": "RANK_PAR", "value": 8}, (422, "document_missing")),
    ("/measurements/EDOC_SHARE.x.2021-Q1.1/approval", None, (404, "unknown_measurement")),
    ("/measurements/no-id/approval", None, (404, "unknown_measurement")),
    (
        "/registers/nowhere/entries",
        {"entry_id": "1", "unit_id": "xa-binh-an", "values": {}},
        (404, "unknown_register"),
    ),
    (
        "/registers/tthc/entries",
        {"entry_id": "1", "unit_id": "xa-binh-an", "values": {}},
        (422, "entry_invalid"),
    ),
    ("/indicators/NOBODY/versions", DEFINITION, (404, "indicator_not_found")),
    ("/indicators/", {"code": "EDOC_SHARE", **DEFINITION}, (409, "indicator_exists")),
    ("/targets/T6/amendments", {**AIM, "reason": "…"}, (422, "fields_invalid")),
)
"""What is sent, and the status and code with which it is refused."""


class BoardCases:
    """Run by each database's own test module."""

    def test_the_targets_of_the_plan_load_and_stand_with_their_reasons(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        rig.follow()
        items = rig.ask("/targets/")["items"]
        assert (len(items), sum(it["measurable"] for it in items)) == (26, 18)
        assert [it["code"] for it in items if it["status"]["state"] == "missed"] == []
        for it in items:
            assert it["status"]["reason_vi"].endswith("."), it["code"]
            assert it["measurable"] or it["status"]["reason_vi"].startswith("Không đo được: "), it["code"]
        position = rig.service.streams.store.last_position()
        load_pack(rig.service, whole_pack)
        assert rig.service.streams.store.last_position() == position

    def test_a_running_figure_moves_the_target_that_it_belongs_to(self, rig: IndicatorsRig) -> None:
        tasks_target(rig)
        rig.tell_units()
        for nth in range(5):
            assigned(rig, f"t{nth}", "xa-binh-an", date(2021, 2, 10 + nth))
        for nth in range(4):
            completed(rig, f"t{nth}", "xa-binh-an", date(2021, 2, 9))
        rig.follow()
        found = target(rig, "N1")
        assert (found["figure"]["kind"], found["figure"]["value"]) == ("running", 80.0)
        assert (found["status"]["state"], found["status"]["since"]) == ("on_track", "2021-02-01")
        assert found["status"]["reason_vi"] == (
            "5 nhiệm vụ đến hạn, 4 nhiệm vụ hoàn thành đúng hạn (80 %); chỉ tiêu từ 80 % trở lên"
            " (số liệu tạm tính đến 18/6/2021)."
        )
        assert target(rig, "N1", as_of="2021-02-12")["figure"]["denominator"] == 3
        assert target(rig, "N1", known_at="2021-02-08T20:00:00+07:00")["figure"]["numerator"] == 0
        assert target(rig, "N1", as_of="2021-01-31")["status"]["state"] == "no_data"
        assert target(rig, "N1", as_of="2021-12-31")["status"]["state"] == "met"

    def test_an_indicator_tells_its_months_and_units_in_the_borders_of_then_and_now(self, rig: IndicatorsRig) -> None:
        tasks_target(rig)
        rig.tell_units()
        assigned(rig, "t1", "xa-binh-dinh-bac", date(2021, 2, 10))
        assigned(rig, "t2", "xa-binh-an", date(2021, 3, 10))
        completed(rig, "t1", "xa-binh-dinh-bac", date(2021, 2, 9))
        rig.follow()
        found = rig.ask("/indicators/TASKS_ON_TIME/figures")
        assert [(it["month"], it["value"]) for it in found["series"]] == [("2021-02", 100.0), ("2021-03", 0.0)]
        units = {it["unit_id"]: it["value"] for it in found["units"]}
        assert (units["xa-binh-dinh-bac"], units["xa-binh-an"], units["huyen-thang-binh"]) == (100.0, 0.0, 50.0)
        rig.pass_days(5 * 365)
        then = rig.ask("/indicators/TASKS_ON_TIME/figures", as_of="2021-06-18")
        now = rig.ask("/indicators/TASKS_ON_TIME/figures", as_of="2021-06-18", borders="now")
        assert then["units"] == found["units"]
        assert "xa-binh-dinh-bac" not in {it["unit_id"] for it in now["units"]}
        assert (then["total"], then["series"]) == (now["total"], now["series"])
        assert [
            target(rig, "N1", as_of="2021-06-18", borders=it)["figure"]["denominator"] for it in ("then", "now")
        ] == [2, 2]

    def test_a_published_figure_takes_the_place_of_the_running_one_of_its_period(self, rig: IndicatorsRig) -> None:
        tasks_target(rig)
        rig.tell_units()
        assigned(rig, "t1", "xa-binh-an", date(2021, 2, 10))
        rig.follow()
        assert target(rig, "N1")["status"]["state"] == "at_risk"
        whole_year = {"indicator": "TASKS_ON_TIME", "unit_id": "huyen-thang-binh", "period": "2021", "value": 85}
        published(rig, whole_year)
        found = target(rig, "N1")
        assert (found["figure"]["kind"], found["figure"]["value"]) == ("official", 85.0)
        assert found["status"]["state"] == "on_track"
        assert found["status"]["reason_vi"] == ("Đạt 85 %; chỉ tiêu từ 80 % trở lên (số liệu chính thức năm 2021).")

    def test_a_correction_is_read_by_when_it_was_known(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        first = published(rig, {**EDOC, "numerator": 490, "denominator": 500})
        before = rig.clock.business_now().isoformat()
        assert target(rig, "T6")["figure"]["value"] == 98.0
        rig.pass_days(3)
        correction = {"numerator": 500, "denominator": 500, "reason": "Đếm thiếu", "document": PAPER}
        second = rig.done(f"/measurements/{first}/correction", correction)["measurement_id"]
        rig.follow()
        assert target(rig, "T6")["figure"]["value"] == 98.0
        rig.done(f"/measurements/{second}/approval", role="chairman")
        rig.done(f"/measurements/{second}/publication", role="chairman")
        rig.follow()
        assert target(rig, "T6")["figure"]["value"] == 100.0
        assert target(rig, "T6", known_at=before)["figure"]["value"] == 98.0
        lines = rig.ask("/measurements/", role="operator", indicator="EDOC_SHARE")["items"]
        assert [(it["stage"], it["replaces"], it["replaced_by"]) for it in lines] == [
            ("replaced", None, second),
            ("published", first, None),
        ]

    def test_a_group_has_no_figure_until_each_of_its_units_has_published(self, rig: IndicatorsRig) -> None:
        rig.done("/indicators/", {"code": "UNITS_OK", **DEFINITION, "source": "manual", "sentence_vi": None})
        scope = {"unit_id": "nhom-hai-xa", "members": ["xa-binh-an", "xa-binh-trung"], "name_vi": "Hai xã"}
        rig.done("/targets/", {"code": "N2", **AIM, "indicator": "UNITS_OK", "value": 100, "scope": scope})
        told = {"indicator": "UNITS_OK", "period": "2021-Q1", "numerator": 1, "denominator": 1}
        published(rig, {**told, "unit_id": "xa-binh-an"}, role="unit_head", unit_id="xa-binh-an")
        found = target(rig, "N2")
        assert (found["status"]["state"], found["status"]["lack"]) == ("no_data", "units_missing")
        assert found["status"]["reason_vi"] == "Chưa có số liệu: mới có 1 trong 2 đơn vị công bố."
        published(rig, {**told, "unit_id": "xa-binh-trung"}, role="unit_head", unit_id="xa-binh-trung")
        assert target(rig, "N2")["status"]["state"] == "on_track"

    def test_a_decision_holds_from_its_day_and_from_when_it_was_known(self, rig: IndicatorsRig) -> None:
        tasks_target(rig)
        rig.follow()
        before = rig.clock.business_now().isoformat()
        rig.pass_days(10)
        decided = {"decision": PAPER, "reason": "Theo thực tế", "on": "2021-06-01"}
        rig.done("/targets/N1/amendments", {**AIM, "value": 70, **decided})
        rig.follow()
        assert target(rig, "N1")["value"] == 70
        assert target(rig, "N1", as_of="2021-05-31")["value"] == 80
        assert target(rig, "N1", known_at=before)["value"] == 80
        assert [it["aim"]["value"] for it in rig.ask("/targets/N1")["versions"]] == [80, 70]
        rig.done("/targets/N1/withdrawal", {**decided, "on": "2021-06-20"})
        rig.follow()
        found = target(rig, "N1")["status"]
        assert (found["state"], found["lack"]) == ("no_data", "withdrawn")
        assert found["reason_vi"] == "Chỉ tiêu đã được rút từ ngày 20/6/2021 theo 617/QĐ-UBND."

    def test_bad_input_has_a_code_and_leaves_nothing(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        rig.tell_units()
        rig.follow()
        position = rig.service.streams.store.last_position()
        answers = [(path, body, rig.refused(path, body)) for path, body, _ in BAD_INPUT]
        assert answers == [(path, body, expected) for path, body, expected in BAD_INPUT]
        assert rig.service.streams.store.last_position() == position

    def test_counter_results_stand_beside_the_official_satisfaction_and_never_in_its_place(
        self, rig, whole_pack
    ) -> None:
        load_pack(rig.service, whole_pack)
        rig.tell_units()
        survey = SurveyMessages(rig.clock.now())
        rig.log.write(*(survey.cast(f"b{nth}", 5 if nth else 2) for nth in range(5)))
        rig.follow()
        found = target(rig, "T7")
        assert (found["status"]["state"], found["figure"]["kind"]) == ("no_data", "none")
        (beside,) = found["related"]
        assert (beside["indicator"], beside["n"], beside["value"]) == ("SAT_COUNTER", 5, 80.0)
        low, high = beside["interval"]
        assert low < 80 < high
        told = rig.ask("/indicators/SAT_COUNTER/figures")
        (line,) = rig.ask("/counter-results/", role="operator", by="total")["results"]
        assert (told["total"]["numerator"], told["total"]["denominator"]) == (
            line["satisfaction"]["satisfied"],
            line["satisfaction"]["n"],
        )
        assert [(it["month"], it["value"]) for it in told["series"]] == [("2021-06", 80.0)]
        assert {it["unit_id"]: it["value"] for it in told["units"]}["huyen-thang-binh"] == 80.0
        survey_result = {"indicator": "SAT_OFFICIAL", "unit_id": "huyen-thang-binh", "period": "2021-Q1", "value": 85}
        published(rig, survey_result)
        assert target(rig, "T7")["status"]["state"] == "at_risk"

    def test_who_may_do_what(self, rig: IndicatorsRig, whole_pack) -> None:
        load_pack(rig.service, whole_pack)
        mine = {**EDOC, "unit_id": "xa-binh-an", "value": 90}
        assert rig.refused("/measurements/", mine, role="inspector") == (403, "scope_missing")
        assert rig.refused("/measurements/", mine, role="unit_head", unit_id="xa-binh-trung") == (403, "unit_not_yours")
        measurement_id = rig.done("/measurements/", mine, role="reform_desk")["measurement_id"]
        one = f"/measurements/{measurement_id}"
        assert rig.refused(f"{one}/approval", role="reform_desk") == (409, "own_measurement")
        assert rig.refused(f"{one}/publication", role="chairman") == (409, "measurement_not_approved")
        assert rig.refused(f"{one}/approval", role="unit_head", unit_id="xa-binh-an") == (403, "scope_missing")
        assert rig.refused("/targets/", {"code": "N9", **AIM}, role="chairman") == (403, "scope_missing")
        entry = {"entry_id": "1", "unit_id": "xa-binh-an", "values": {"name": "a", "field": "b", "online_level": "3"}}
        path = "/registers/tthc/entries"
        assert rig.refused(path, entry, role="unit_clerk", unit_id="xa-binh-trung") == (403, "unit_not_yours")
        rig.done(path, entry, role="unit_clerk", unit_id="xa-binh-an")
        moving = {**entry, "unit_id": "xa-binh-trung"}
        del moving["entry_id"]
        refused = rig.refused(f"{path}/1", moving, role="unit_clerk", unit_id="xa-binh-trung", method="PUT")
        assert refused == (403, "unit_not_yours")

    def test_a_group_is_the_sum_of_the_counts_that_its_units_published(self, rig: IndicatorsRig) -> None:
        rig.done("/indicators/", {"code": "INITIATIVES_OK", **DEFINITION, "unit": "count", "source": "manual"})
        scope = {"unit_id": "nhom-hai-xa", "members": ["xa-binh-an", "xa-binh-trung"], "name_vi": "Hai xã"}
        aim = {**AIM, "indicator": "INITIATIVES_OK", "unit": "count", "value": 7, "scope": scope}
        rig.done("/targets/", {"code": "N3", **aim})
        told = {"indicator": "INITIATIVES_OK", "period": "2021-Q1"}
        published(rig, {**told, "unit_id": "xa-binh-an", "value": 3})
        published(rig, {**told, "unit_id": "xa-binh-trung", "numerator": 4, "denominator": 9})
        found = target(rig, "N3")
        assert (found["figure"]["value"], found["status"]["state"]) == (7.0, "on_track")

    def test_a_group_has_no_share_while_a_unit_published_one_without_its_counts(self, rig: IndicatorsRig) -> None:
        rig.done("/indicators/", {"code": "UNITS_OK", **DEFINITION, "source": "manual", "sentence_vi": None})
        scope = {"unit_id": "nhom-hai-xa", "members": ["xa-binh-an", "xa-binh-trung"], "name_vi": "Hai xã"}
        rig.done("/targets/", {"code": "N2", **AIM, "indicator": "UNITS_OK", "scope": scope})
        told = {"indicator": "UNITS_OK", "period": "2021-Q1"}
        published(rig, {**told, "unit_id": "xa-binh-an", "numerator": 9, "denominator": 10})
        published(rig, {**told, "unit_id": "xa-binh-trung", "value": 20})
        found = target(rig, "N2")
        assert (found["figure"]["value"], found["status"]["state"]) == (None, "no_data")
