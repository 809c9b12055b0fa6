"""The bundle a tablet works by: counter, questionnaire in force, times. Its version is the hash of what it says."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.chassis.clock import Clock
from services.chassis.streams import Streams
from services.survey.domain.counter import Counter
from services.survey.domain.device import Device
from services.survey.handlers.administration import questionnaire_name
from services.survey.handlers.around import FAMILY
from services.survey.handlers.kinds import COUNTER, QUESTIONNAIRE, SCHEDULE

UnitName = Callable[[str], Mapping[str, str]]
"""Gives a unit's name in both languages, as far as this service has heard it."""

Timings = Mapping[str, float]


class Configurations:
    """Puts bundles together."""

    def __init__(
        self, streams: Streams, clock: Clock, unit_name: UnitName, *, timings: Timings, demonstration: bool
    ) -> None:
        """Ask `streams` for what a tablet needs; `timings` overrule the questionnaire's own."""
        self._streams = streams
        self._clock = clock
        self._unit_name = unit_name
        self._timings = timings
        self._demonstration = demonstration

    def of(self, device: Device) -> Mapping[str, Any]:
        """Give a tablet's bundle."""
        bound = device.bindings[-1]
        counter = self._streams.recent(COUNTER, bound.counter_id)
        one_stop_id = counter.one_stop_id if counter.exists else bound.one_stop_id
        said = {
            "device_id": device.device_id,
            "one_stop": {"id": one_stop_id, "name": self._unit_name(one_stop_id)},
            "counter": _counter(counter, bound.counter_id),
            "questionnaire": (questionnaire := self._questionnaire()),
            "timings": {**_suggested(questionnaire), **self._timings},
            "good_sample_percent": 10,
            "business_shift_seconds": self._clock.shift.total_seconds(),
            "demonstration": self._demonstration,
        }
        return {"version": _digest(said), **said}

    def _questionnaire(self) -> Mapping[str, Any] | None:
        day = self._clock.business_now().date()
        entry = self._streams.recent(SCHEDULE, FAMILY).on(day)
        if entry is None:
            return None
        found = self._streams.recent(QUESTIONNAIRE, questionnaire_name(entry.code, entry.version))
        return {"hash": entry.hash, "code": entry.code, "version": entry.version, "content": found.content}


def _counter(counter: Counter, counter_id: str) -> Mapping[str, Any]:
    return {
        "id": counter_id,
        "name": {"vi": counter.name, "en": counter.name_en or counter.name},
        "fields": counter.fields,
        "opening_hours": counter.opening_hours,
    }


def _suggested(questionnaire: Mapping[str, Any] | None) -> dict[str, float]:
    suggested = (questionnaire or {}).get("content", {}).get("suggested_config", {})
    return {name: value for name, value in suggested.items() if name.endswith("_seconds")}


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()
