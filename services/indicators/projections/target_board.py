"""The target board: every target with its figure, how it stands, since when, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.indicators.domain.catalogue_events import Aim, Definition
from services.indicators.domain.definition import DefinitionVersion, Indicator
from services.indicators.domain.status import Lack, Reading, State, Verdict, holds, judge
from services.indicators.domain.status_words import Reason, reason_of, withdrawn_reason
from services.indicators.domain.target import Target, TargetVersion
from services.indicators.projections.catalogue import read_indicators, read_targets
from services.indicators.projections.known_figures import Known, Point, Wanted
from services.indicators.projections.reading_sources import Asked, Sources
from services.indicators.projections.readings import read_known


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One target as it stands."""

    code: str
    version: TargetVersion
    definition: DefinitionVersion | None
    known: Known
    related: Mapping[str, Known]
    verdict: Verdict
    reason: Reason
    since: date | None

    @property
    def aim(self) -> Aim:
        """What it asks for."""
        return self.version.aim


def board(
    sources: Sources, asked: Asked, indicators: Mapping[str, Indicator], targets: Mapping[str, Target]
) -> list[Item]:
    """Tell targets, in their order, by the definitions of the indicators that they name."""
    versions = {code: target_version(target, asked) for code, target in targets.items()}
    wanted = [(code, it) for code in versions for it in _wanted(versions[code].aim, indicators, asked)]
    known = read_known(sources, [it for _, it in wanted], asked)
    of_target: dict[str, dict[str, Known]] = {code: {} for code in versions}
    for (code, it), found in zip(wanted, known, strict=True):
        of_target[code][it.code] = found
    return [_item(targets[code], version, indicators, of_target[code], asked) for code, version in versions.items()]


def catalogue_of(sources: Sources) -> tuple[Mapping[str, Indicator], Mapping[str, Target]]:
    """Give every indicator and target; nothing where the read model is not built yet."""
    found: tuple[Mapping[str, Indicator], Mapping[str, Target]] | None = sources.catalogue(
        lambda view: (read_indicators(view), read_targets(view))
    )
    return found or ({}, {})


def target_version(target: Target, asked: Asked) -> TargetVersion:
    """Give what a target asked for on a day, as known then; before its first day, what it was first to ask for."""
    held = [it for it in target.versions if it.on <= asked.as_of and it.at <= asked.known_at]
    return max(held, key=lambda it: (it.on, it.version)) if held else target.versions[0]


def definition_version(indicator: Indicator, asked: Asked) -> DefinitionVersion:
    """Give how an indicator was counted on a day, as known then; before its first day, how it was first to be."""
    held = [it for it in indicator.versions if it.definition.valid_from <= asked.as_of and it.at <= asked.known_at]
    return max(held, key=lambda it: (it.definition.valid_from, it.version)) if held else indicator.versions[0]


def named_in(target: Target) -> set[str]:
    """Give the indicators that a target has ever named."""
    return {code for version in target.versions for code in _named(version.aim)}


def _named(aim: Aim) -> tuple[str, ...]:
    codes = (aim.indicator, *(it.indicator for it in aim.conditions), *aim.related)
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _wanted(aim: Aim, indicators: Mapping[str, Indicator], asked: Asked) -> list[Wanted]:
    codes = [code for code in _named(aim) if code in indicators]
    return [Wanted(code=it, aim=aim, definition=definition_version(indicators[it], asked).definition) for it in codes]


def _item(
    target: Target,
    version: TargetVersion,
    indicators: Mapping[str, Indicator],
    known: Mapping[str, Known],
    asked: Asked,
) -> Item:
    aim = version.aim
    main = known.get(aim.indicator or "", Known(reading=Reading()))
    indicator = indicators.get(aim.indicator or "")
    definition = definition_version(indicator, asked) if indicator else None
    verdict, reason = _judged(target, aim, known, definition.definition if definition else None, asked)
    return Item(
        code=target.code,
        version=version,
        definition=definition,
        known=main,
        related={code: known[code] for code in aim.related if code in known},
        verdict=verdict,
        reason=reason,
        since=_since(aim, verdict, main),
    )


def _judged(
    target: Target, aim: Aim, known: Mapping[str, Known], definition: Definition | None, asked: Asked
) -> tuple[Verdict, Reason]:
    gone = target.withdrawn
    if gone is not None and gone.on <= asked.as_of and gone.at <= asked.known_at:
        return Verdict(state=State.NO_DATA, lack=Lack.WITHDRAWN), withdrawn_reason(gone.on, gone.decision.number)
    readings = {code: it.reading for code, it in known.items()}
    verdict = judge(aim, readings, asked.as_of)
    reading = readings.get(aim.indicator or "", Reading())
    return verdict, reason_of(aim, verdict, reading, definition, asked.as_of)


def _since(aim: Aim, verdict: Verdict, known: Known) -> date | None:
    """Give the first day of the months through which the figure has been as it is: holding, or not."""
    if verdict.state is State.NO_DATA or aim.operator is None:
        return None
    if not known.trend:
        return known.reading.since
    fulfilled = verdict.state in {State.MET, State.ON_TRACK}
    first: Point | None = None
    for point in reversed(known.trend):
        if point.value is None or holds(aim.operator, point.value, aim.value) is not fulfilled:
            break
        first = point
    return date.fromisoformat(f"{(first or known.trend[-1]).month}-01")
