"""What the service takes from the tenant pack: release rules, satisfied scores. Nothing has a stand-in."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from services.chassis.tenant_pack import PackError, convert_part, part_file, read_about
from services.indicators.domain.leaf import Level
from services.indicators.domain.rules import ReleaseRules, UnsafeRules, refuse_unsafe


class _Release(msgspec.Struct, frozen=True):
    k: int
    agreement_scores: frozenset[int]
    agreement_wait_factor: int
    agreement_dissenters: int
    move_up_after_working_days: int
    levels: tuple[Level, ...]


class _Scale(msgspec.Struct, frozen=True):
    code: str
    satisfied_values: tuple[int, ...]


class _Questionnaire(msgspec.Struct, frozen=True):
    code: str
    scale: str | None = None


class _Questionnaires(msgspec.Struct, frozen=True):
    scales: list[_Scale]
    questionnaires: list[_Questionnaire]


def read_rules(pack: Path) -> ReleaseRules:
    """Read the release rules. Every one of them has to be stated: what is guessed here is published for good.

    Raises:
        PackError: The file is missing or unreadable, or the rules are looser than a tenant may set them.
    """
    stated = convert_part(pack, "release", _Release)
    rules = ReleaseRules(**msgspec.structs.asdict(stated))
    try:
        refuse_unsafe(rules)
    except UnsafeRules as unsafe:
        raise PackError(f"{part_file(pack, 'release')}#/{unsafe.params['rule']}: {unsafe} ({unsafe.code})") from None
    return rules


def read_satisfied_scores(pack: Path) -> tuple[int, ...]:
    """Read which scores count as satisfied, on the scale of the questionnaire in force.

    Raises:
        PackError: The file is missing or unreadable, or does not hold that questionnaire or its scale.
    """
    in_force = read_about(pack).get("questionnaire_in_force")
    code = in_force.get("code") if isinstance(in_force, Mapping) else None
    told = convert_part(pack, "questionnaires", _Questionnaires)
    scales = {scale.code: scale.satisfied_values for scale in told.scales}
    for questionnaire in told.questionnaires:
        if questionnaire.code == code and questionnaire.scale in scales:
            return scales[questionnaire.scale]
    raise PackError(f"{part_file(pack, 'questionnaires')}: holds no questionnaire {code} with its scale")
