"""Definitions and targets: versions, decisions, and what a target has to say to be judged."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.testing.given_when_then import Specification
from services.indicators.domain import definition, target
from services.indicators.domain.catalogue_events import (
    Aim,
    Condition,
    Definition,
    Document,
    IndicatorDefined,
    IndicatorRetired,
    Scope,
    TargetAmended,
    TargetSet,
    TargetWithdrawn,
)
from services.indicators.domain.commands import (
    AmendTarget,
    DefineIndicator,
    RetireIndicator,
    ReviseIndicator,
    SetTarget,
    WithdrawTarget,
)
from services.indicators.domain.errors import (
    IndicatorExists,
    IndicatorIsRetired,
    IndicatorNotFound,
    TargetExists,
    TargetIncomplete,
    TargetIsWithdrawn,
    UnknownIndicator,
    UnknownTarget,
)

indicators = Specification(definition.INITIAL, definition.evolve)
targets = Specification(target.INITIAL, target.evolve)
AT, ON = datetime(2021, 1, 14, 1, tzinfo=UTC), date(2021, 1, 14)
WORDS = Definition(
    name_vi="Tỷ lệ văn bản điện tử",
    name_en="Electronic documents",
    unit="percent",
    direction="higher",
    formula="100 * numerator / denominator",
    source="manual",
    frequency="quarterly",
    valid_from=ON,
)
NEW_WORDS = replace(WORDS, valid_from=date(2021, 7, 1))
DEFINED = IndicatorDefined(code="EDOC_SHARE", version=1, definition=WORDS, at=AT)
RETIRED = IndicatorRetired(on=ON, reason="Thay bằng chỉ số khác", at=AT)
AIM = Aim(
    text_vi="100% văn bản điện tử",
    text_en="100 % electronic documents",
    year=2021,
    scope=Scope(unit_id="huyen-thang-binh"),
    indicator="EDOC_SHARE",
    operator="eq",
    value=100,
    unit="percent",
)
SET = TargetSet(code="T6", aim=AIM, on=ON, at=AT)
DECISION = Document(number="99/QĐ-UBND", dated=date(2021, 6, 1))
LOWER = replace(AIM, value=95)
DECIDED = {"on": date(2021, 6, 1), "decision": DECISION, "reason": "Theo thực tế", "at": AT}
WITHDRAWN = TargetWithdrawn(**DECIDED)


def everything(_code: str) -> bool:
    return True


def test_an_indicator_is_defined_once_and_revised_after():
    first = DefineIndicator(code="EDOC_SHARE", definition=WORDS, at=AT)
    indicators.given().when(definition.define, first).then(DEFINED)
    indicators.given(DEFINED).when(definition.define, first).then_nothing()
    other = DefineIndicator(code="EDOC_SHARE", definition=NEW_WORDS, at=AT)
    indicators.given(DEFINED).when(definition.define, other).then_refused(IndicatorExists)


def test_a_revision_is_a_new_version_and_the_old_one_stays():
    command = ReviseIndicator(code="EDOC_SHARE", definition=NEW_WORDS, at=AT)
    second = IndicatorDefined(code="EDOC_SHARE", version=2, definition=NEW_WORDS, at=AT)
    indicators.given(DEFINED).when(definition.revise, command).then(second)
    indicators.given(DEFINED, second).when(definition.revise, command).then_nothing()
    indicators.given().when(definition.revise, command).then_refused(IndicatorNotFound)
    indicators.given(DEFINED, RETIRED).when(definition.revise, command).then_refused(IndicatorIsRetired)
    assert [it.version for it in indicators.given(DEFINED, second).state.versions] == [1, 2]


def test_an_indicator_is_retired_once():
    command = RetireIndicator(code="EDOC_SHARE", on=ON, reason="Thay bằng chỉ số khác", at=AT)
    indicators.given(DEFINED).when(definition.retire, command).then(RETIRED)
    indicators.given(DEFINED, RETIRED).when(definition.retire, command).then_nothing()
    indicators.given().when(definition.retire, command).then_refused(IndicatorNotFound)


def test_a_target_is_set_once_and_changed_by_decision_only():
    command = SetTarget(code="T6", aim=AIM, on=ON, at=AT)
    targets.given().when(target.set_target, command, everything).then(SET)
    targets.given(SET).when(target.set_target, command, everything).then_nothing()
    other = SetTarget(code="T6", aim=LOWER, on=ON, at=AT)
    targets.given(SET).when(target.set_target, other, everything).then_refused(TargetExists)


def test_a_decision_amends_a_target_and_the_old_words_stay():
    command = AmendTarget(code="T6", aim=LOWER, **DECIDED)
    amended = TargetAmended(aim=LOWER, **DECIDED)
    targets.given(SET).when(target.amend, command, everything).then(amended)
    targets.given(SET, amended).when(target.amend, command, everything).then_nothing()
    targets.given().when(target.amend, command, everything).then_refused(UnknownTarget)
    targets.given(SET, WITHDRAWN).when(target.amend, command, everything).then_refused(TargetIsWithdrawn)
    versions = targets.given(SET, amended).state.versions
    assert [(it.version, it.aim.value, it.decision) for it in versions] == [(1, 100, None), (2, 95, DECISION)]


def test_a_decision_withdraws_a_target():
    command = WithdrawTarget(code="T6", **DECIDED)
    targets.given(SET).when(target.withdraw, command).then(WITHDRAWN)
    targets.given(SET, WITHDRAWN).when(target.withdraw, command).then_nothing()
    targets.given().when(target.withdraw, command).then_refused(UnknownTarget)
    by_another = WithdrawTarget(code="T6", **{**DECIDED, "decision": replace(DECISION, number="100/QĐ-UBND")})
    targets.given(SET, WITHDRAWN).when(target.withdraw, by_another).then_refused(TargetIsWithdrawn)


TWO = (Condition(indicator="A", operator="gte", value=1), Condition(indicator="B", operator="gte", value=1))


@pytest.mark.parametrize(
    "aim",
    [
        replace(AIM, indicator="NOBODY"),
        replace(AIM, related=("NOBODY",)),
        replace(AIM, operator="at_least", value=1, conditions=(replace(TWO[0], indicator="NOBODY"),)),
    ],
)
def test_a_target_on_an_indicator_that_nobody_defined_is_refused(aim):
    command = SetTarget(code="T6", aim=aim, on=ON, at=AT)
    decision = targets.given().when(target.set_target, command, lambda code: code != "NOBODY")
    decision.then_refused(UnknownIndicator, indicator="NOBODY")


@pytest.mark.parametrize(
    ("aim", "missing"),
    [
        (replace(AIM, operator=None), "operator"),
        (replace(AIM, value=None), "value"),
        (replace(AIM, indicator=None), "indicator"),
        (replace(AIM, operator="at_least", value=3, conditions=TWO), "conditions"),
        (replace(AIM, operator="at_least", value=0, conditions=TWO), "conditions"),
        (replace(AIM, operator="at_least", value=1, conditions=(TWO[0], replace(TWO[1], value=None))), "conditions"),
        (replace(AIM, measurable=False, indicator=None, operator=None), "why_not_vi"),
    ],
)
def test_a_target_that_could_not_be_judged_is_refused(aim, missing):
    command = SetTarget(code="T6", aim=aim, on=ON, at=AT)
    targets.given().when(target.set_target, command, everything).then_refused(TargetIncomplete, missing=missing)


@pytest.mark.parametrize(
    "aim",
    [
        replace(AIM, operator="document", value=None),
        replace(AIM, operator="at_least", value=2, indicator=None, conditions=TWO),
        replace(AIM, operator="at_least", value=2, conditions=(TWO[0], Condition(indicator="B", operator="document"))),
        replace(AIM, measurable=False, indicator=None, operator=None, value=None, why_not_vi="Không có số đếm"),
    ],
)
def test_each_kind_of_target_says_what_it_needs(aim):
    command = SetTarget(code="T6", aim=aim, on=ON, at=AT)
    targets.given().when(target.set_target, command, everything).then(replace(SET, aim=aim))
