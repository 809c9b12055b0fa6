"""The product's web apps on temporary files."""

import json
from pathlib import Path

from flask import Flask

from services.chassis.clock import SystemClock
from services.chassis.event_store.port import OutboxRow
from services.chassis.identity import TokenVerifier
from services.chassis.projector.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.indicators import app as indicators_app
from services.indicators import bootstrap as indicators_bootstrap
from services.indicators import worker as indicators_worker
from services.indicators.config import Settings as IndicatorsSettings
from services.indicators.handlers.service import Indicators
from services.survey.app import app_of
from services.survey.bootstrap import build, migrate
from services.survey.config import Settings
from services.survey.handlers.service import Survey
from services.survey.worker import build_worker
from tests.support.indicators import PACK, settings_of
from tests.support.survey_messages import SurveyMessages


def a_survey_app(folder: Path, verifier: TokenVerifier) -> tuple[Flask, Survey]:
    """Make the survey service's app on a new SQLite file; close the service in the end."""
    settings = Settings(
        database=f"sqlite:///{folder / 'survey.db'}",
        read_database=f"sqlite:///{folder / 'read_survey.db'}",
        keys=folder / "keys",
        tenant="test",
    )
    migrate(settings)
    tell_units(settings)
    service = build(settings, clock=SystemClock(), verifier=verifier)
    return app_of(service, settings), service


def unit_rows() -> list[OutboxRow]:
    """Give the directory's messages about the units of the Thăng Bình pack."""
    directory, units = SurveyMessages(), json.loads((PACK / "units.json").read_text("utf-8"))["units"]
    topic, fact = "directory.unit.state.v1", "unit_recorded"
    return [directory.row(topic, fact, unit["id"], unit, service="directory") for unit in units]


def tell_units(settings: Settings) -> None:
    """Let a survey service hear of those units."""
    log = InMemoryLog()
    log.write(*unit_rows())
    for task in build_worker(settings, InMemoryBroker(log, waits=False)):
        assert isinstance(task, Projector)
        while task.run_once():
            pass
        task.close()


def an_indicators_app(folder: Path, verifier: TokenVerifier) -> tuple[Flask, Indicators]:
    """Make the indicators service's app on new SQLite files, its read models made; close the service in the end."""
    settings = settings_of(folder)
    indicators_bootstrap.migrate(settings)
    indicators_bootstrap.migrate_folder(settings)
    _make_read_models(settings)
    service = indicators_bootstrap.build(settings, verifier=verifier)
    figures = indicators_bootstrap.build_folder(settings, read_only=True)
    return indicators_app.app_of(service, figures), service


def _make_read_models(settings: IndicatorsSettings) -> None:
    for task in indicators_worker.build_worker(settings, InMemoryBroker(InMemoryLog(), waits=False)):
        if isinstance(task, Projector):
            task.run_once()
            task.close()
