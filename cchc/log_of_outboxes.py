"""The event log of the embedded profile: which file is whose, and who writes which topic."""

from cchc.data_folder import DataFolder
from services.chassis.broker.outbox_reader import OutboxBroker
from services.gateway.directory.published_events import UNIT_STATE_TOPIC
from services.gateway.identity.published_events import ACCESS_TOPIC
from services.indicators import published_events as indicators
from services.indicators.projections.running_messages import INTAKE_TOPIC
from services.survey import published_events as survey
from services.tasks import published_events as tasks

OWNERS = {
    survey.BALLOTS: "survey",
    survey.DEVICES: "survey",
    survey.COUNTERS: "survey",
    survey.QUESTIONNAIRES: "survey",
    survey.SURVEYS: "survey",
    survey.QUARANTINE: "survey",
    tasks.TASKS: "tasks",
    tasks.REPORTS: "tasks",
    tasks.PLANS: "tasks",
    indicators.FIGURE_EVENTS: "folder",
    indicators.FIGURE_STATE: "folder",
    indicators.DEFINITION_STATE: "indicators",
    indicators.MEASUREMENT_EVENTS: "indicators",
    indicators.REGISTER_EVENTS: "indicators",
    INTAKE_TOPIC: "indicators",
    UNIT_STATE_TOPIC: "gateway",
    ACCESS_TOPIC: "gateway",
}
"""Which store writes a topic; each topic has one."""


def topics_of(store: str) -> list[str]:
    """Name the topics that a store writes."""
    return [topic for topic, owner in OWNERS.items() if owner == store]


def log_of(folder: DataFolder) -> OutboxBroker:
    """Open the log of a folder."""
    return OutboxBroker({name: folder.database(name) for name in sorted(set(OWNERS.values()))}, OWNERS)
