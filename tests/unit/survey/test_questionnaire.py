from datetime import UTC, date, datetime

from services.chassis.testing.given_when_then import Specification
from services.survey.domain import questionnaire as rules
from services.survey.domain import schedule
from services.survey.domain.commands import (
    ApproveQuestionnaire,
    DraftQuestionnaire,
    PutQuestionnaireIntoForce,
    RetireQuestionnaire,
)
from services.survey.domain.errors import AlreadyApproved, AlreadyRetired, NotApproved, UnknownQuestionnaire
from services.survey.domain.events import (
    QuestionnaireApproved,
    QuestionnaireDrafted,
    QuestionnairePutIntoForce,
    QuestionnaireRetired,
    QuestionnaireScheduled,
)

QUESTIONNAIRE = Specification(rules.INITIAL, rules.evolve)
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
WORDS = {"b": [1], "a": "Ông/Bà có hài lòng không?"}
DRAFT = DraftQuestionnaire(code="c", version=1, family="counter", content=WORDS)
DRAFTED = QuestionnaireDrafted(code="c", version=1, family="counter", content=WORDS)
APPROVE = ApproveQuestionnaire(code="c", version=1, approved_by="staff-1", approved_at=NOON)
APPROVED = QuestionnaireApproved(hash=rules.content_hash(WORDS), approved_by="staff-1", approved_at=NOON)
FORCE = PutQuestionnaireIntoForce(code="c", version=1, in_force_from=date(2026, 4, 1))
IN_FORCE = QuestionnairePutIntoForce(in_force_from=date(2026, 4, 1))
RETIRE = RetireQuestionnaire(code="c", version=1, retired_on=date(2027, 1, 1))
RETIRED = QuestionnaireRetired(retired_on=date(2027, 1, 1))


def test_drafting_writes_the_words_down():
    QUESTIONNAIRE.given().when(rules.draft, DRAFT).then(DRAFTED)


def test_drafting_the_same_words_again_does_nothing():
    QUESTIONNAIRE.given(DRAFTED, APPROVED).when(rules.draft, DRAFT).then_nothing()


def test_changing_an_approved_questionnaire_is_refused():
    other = DraftQuestionnaire(code="c", version=1, family="counter", content={"a": "khác"})
    QUESTIONNAIRE.given(DRAFTED, APPROVED).when(rules.draft, other).then_refused(AlreadyApproved)


def test_approving_names_the_words_by_their_hash():
    QUESTIONNAIRE.given(DRAFTED).when(rules.approve, APPROVE).then(APPROVED)


def test_approving_what_nobody_drafted_is_refused():
    QUESTIONNAIRE.given().when(rules.approve, APPROVE).then_refused(UnknownQuestionnaire)


def test_approving_twice_does_nothing():
    QUESTIONNAIRE.given(DRAFTED, APPROVED).when(rules.approve, APPROVE).then_nothing()


def test_the_hash_does_not_depend_on_the_order_of_keys():
    assert rules.content_hash({"a": WORDS["a"], "b": [1]}) == rules.content_hash(WORDS)
    assert rules.content_hash(WORDS) != rules.content_hash({**WORDS, "b": [2]})


def test_coming_into_force_needs_approval():
    QUESTIONNAIRE.given(DRAFTED).when(rules.put_into_force, FORCE).then_refused(NotApproved)


def test_an_approved_questionnaire_comes_into_force_once():
    QUESTIONNAIRE.given(DRAFTED, APPROVED).when(rules.put_into_force, FORCE).then(IN_FORCE)
    QUESTIONNAIRE.given(DRAFTED, APPROVED, IN_FORCE).when(rules.put_into_force, FORCE).then_nothing()


def test_a_retired_questionnaire_does_not_come_into_force_again():
    given = QUESTIONNAIRE.given(DRAFTED, APPROVED, IN_FORCE, RETIRED)
    given.when(rules.put_into_force, FORCE).then_refused(AlreadyRetired)


def test_retiring_twice_does_nothing():
    QUESTIONNAIRE.given(DRAFTED, APPROVED, IN_FORCE).when(rules.retire, RETIRE).then(RETIRED)
    QUESTIONNAIRE.given(DRAFTED, APPROVED, IN_FORCE, RETIRED).when(rules.retire, RETIRE).then_nothing()
    QUESTIONNAIRE.given().when(rules.retire, RETIRE).then_refused(UnknownQuestionnaire)


def test_the_questionnaire_whose_day_came_last_is_in_force():
    first = QuestionnaireScheduled(code="c", version=1, hash="h1", in_force_from=date(2026, 1, 1))
    second = QuestionnaireScheduled(code="c", version=2, hash="h2", in_force_from=date(2026, 6, 1))
    state = Specification(schedule.INITIAL, schedule.evolve).given(second, first).state
    assert state.on(date(2025, 12, 31)) is None
    assert state.on(date(2026, 5, 31)) == first
    assert state.on(date(2026, 6, 1)) == second
    assert schedule.schedule(state, first) == ()
    assert schedule.withdraw(state, "c", 3) == ()
