"""The kinds of streams of the survey service, and every fact that can stand in them."""

from functools import partial

from services.chassis.event_registry import EventRegistry
from services.chassis.streams import Kind
from services.survey.domain import (
    ballot_events,
    ballots,
    card_batch,
    counter,
    counter_day,
    device,
    events,
    questionnaire,
    schedule,
    stand,
    survey,
)

QUESTIONNAIRE = Kind("questionnaire", questionnaire.INITIAL, questionnaire.evolve)
SCHEDULE = Kind("schedule", schedule.INITIAL, schedule.evolve)
SURVEY = Kind("survey", survey.INITIAL, survey.evolve)
COUNTER = Kind("counter", counter.INITIAL, counter.evolve)
COUNTER_DAY = Kind("day", counter_day.INITIAL, counter_day.evolve)
PAIRING_CODE = Kind("pairing", device.NO_CODE, device.evolve_code)
STAND = Kind("stand", stand.INITIAL, stand.evolve)
DEVICE = Kind("device", device.INITIAL, device.evolve)
CARDS = Kind("cards", card_batch.INITIAL, card_batch.evolve)
BALLOTS = Kind("ballots", ballots.INITIAL, ballots.evolve)
ALL_BALLOTS = Kind("ballots", ballots.INITIAL, partial(ballots.evolve, remember=2**31))
"""The same streams, forgetting no ballot."""

REGISTRY = EventRegistry(
    (
        events.QuestionnaireDrafted,
        events.QuestionnaireApproved,
        events.QuestionnairePutIntoForce,
        events.QuestionnaireRetired,
        events.QuestionnaireScheduled,
        events.QuestionnaireWithdrawn,
        events.SurveyOpened,
        events.SurveyClosed,
        events.CounterOpened,
        events.CounterMoved,
        events.CounterRenamed,
        events.CounterClosed,
        events.PairingCodeIssued,
        events.PairingCodeSpent,
        events.DevicePaired,
        events.DeviceBound,
        events.TabletStood,
        events.DeviceKeyRotated,
        events.DeviceRevoked,
        events.SessionRecorded,
        events.RosterLoaded,
        events.ServedCounted,
        events.CardsPrinted,
        events.CardVoided,
        ballot_events.BallotCast,
        ballot_events.BallotChanged,
        ballot_events.BallotFollowedUp,
        ballot_events.AnswerAwaited,
        ballot_events.EnvelopeQuarantined,
        ballot_events.BallotQuarantined,
        ballot_events.BallotReleased,
        ballot_events.BallotAttributed,
        ballot_events.CommentRedacted,
    )
)
