"""Why a target stands as it does, in one sentence of plain words with the arithmetic, in Vietnamese and in English. Pure."""

from dataclasses import dataclass
from datetime import date

from services.indicators.domain.catalogue_events import Aim, Definition
from services.indicators.domain.numbers import day_en, day_vi, number_en, number_vi, shown_decimals
from services.indicators.domain.periods import period_of
from services.indicators.domain.status import Kind, Lack, Reading, State, Verdict, holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A sentence in both languages."""

    vi: str
    en: str


def reason_of(aim: Aim, verdict: Verdict, reading: Reading, definition: Definition | None, as_of: date) -> Reason:
    """Say in one sentence why a target stands as it does on a day."""
    if verdict.lack is Lack.NOT_MEASURABLE:
        return Reason(vi=f"Không đo được: {_clause(aim.why_not_vi)}", en=f"Not measurable: {_clause(aim.why_not_en)}")
    if verdict.lack not in {None, Lack.SET_UNKNOWN}:
        return _lack(verdict.lack, aim, reading, as_of)
    if aim.operator == "at_least":
        return _of_set(aim, verdict)
    told = _told(aim, reading, definition)
    asked = _asked(aim)
    return Reason(
        vi=f"{told.vi}; {asked.vi}{_over(reading, as_of).vi}.", en=f"{told.en}; {asked.en}{_over(reading, as_of).en}."
    )


def withdrawn_reason(on: date, number: str) -> Reason:
    """Say that a target was taken back."""
    return Reason(
        vi=f"Chỉ tiêu đã được rút từ ngày {day_vi(on)} theo {number}.",
        en=f"The target was withdrawn from {day_en(on)} by {number}.",
    )


def _told(aim: Aim, reading: Reading, definition: Definition | None) -> Reason:
    value = reading.value or 0.0
    if aim.operator == "document":
        return _document(reading)
    if aim.operator == "lte_rank":
        return Reason(vi=f"Xếp thứ {number_vi(value)}{_by(reading).vi}", en=f"Rank {number_en(value)}{_by(reading).en}")
    decimals = shown_decimals(value, aim, definition, fulfilled=holds(aim.operator or "eq", value, aim.value))
    vi, en = _in_unit(number_vi(value, decimals), number_en(value, decimals), aim.unit)
    if reading.numerator is None or not definition or aim.unit != "percent":
        return Reason(vi=f"Đạt {vi}", en=f"The figure is {en}")
    return _arithmetic(reading, definition, vi, en)


def _arithmetic(reading: Reading, definition: Definition, value_vi: str, value_en: str) -> Reason:
    counts = (reading.numerator or 0, reading.denominator or 0)
    in_vi, in_en = ([write(it, _decimals(it)) for it in counts] for write in (number_vi, number_en))
    vi, en = (
        _filled(definition.sentence_vi, *in_vi),
        _filled(definition.sentence_en, *in_en),
    )
    vi = vi or f"{definition.numerator_vi}: {in_vi[0]} trên {in_vi[1]}"
    en = en or f"{definition.numerator_en}: {in_en[0]} of {in_en[1]}"
    return Reason(vi=f"{vi} ({value_vi})", en=f"{en} ({value_en})")


def _filled(sentence: str | None, numerator: str, denominator: str) -> str | None:
    return sentence.replace("{numerator}", numerator).replace("{denominator}", denominator) if sentence else None


def _document(reading: Reading) -> Reason:
    paper = reading.document
    if paper is None or not reading.value:
        return Reason(vi="Chưa ban hành văn bản", en="The document is not issued")
    return Reason(
        vi=f"Đã có {paper.number} ngày {day_vi(paper.dated)}", en=f"{paper.number} of {day_en(paper.dated)} is there"
    )


def _by(reading: Reading) -> Reason:
    paper = reading.document
    return Reason(vi=f" theo {paper.number}", en=f" by {paper.number}") if paper else Reason(vi="", en="")


def _asked(aim: Aim) -> Reason:
    value = aim.value or 0.0
    vi, en = _in_unit(number_vi(value, _decimals(value)), number_en(value, _decimals(value)), aim.unit)
    match aim.operator:
        case "gte":
            return Reason(vi=f"chỉ tiêu từ {vi} trở lên", en=f"the target is {en} or more")
        case "gt":
            return Reason(vi=f"chỉ tiêu trên {vi}", en=f"the target is above {en}")
        case "lte_rank":
            return Reason(
                vi=f"chỉ tiêu trong nhóm {vi} đơn vị dẫn đầu", en=f"the target is among the {en} leading ones"
            )
        case "document":
            return Reason(vi="chỉ tiêu là văn bản được ban hành", en="the target is that the document is issued")
        case _:
            return Reason(vi=f"chỉ tiêu {vi}", en=f"the target is {en}")


def _over(reading: Reading, as_of: date) -> Reason:
    if reading.kind is Kind.RUNNING:
        until = reading.until or as_of
        return Reason(vi=f" (số liệu tạm tính đến {day_vi(until)})", en=f" (running figure up to {day_en(until)})")
    period = period_of(reading.period or "")
    if period is None:
        return Reason(vi="", en="")
    return Reason(vi=f" (số liệu chính thức {period.name_vi})", en=f" (official figure of {period.name_en})")


def _of_set(aim: Aim, verdict: Verdict) -> Reason:
    fulfilled = sum(part.state in {State.MET, State.ON_TRACK} for part in verdict.parts)
    unknown = sum(part.state is State.NO_DATA for part in verdict.parts)
    of, wanted = len(verdict.parts), int(aim.value or 0)
    vi = f"{fulfilled} trong {of} nội dung đạt" + (f", {unknown} nội dung chưa có số liệu" if unknown else "")
    en = f"{fulfilled} of {of} hold" + (f", {unknown} have no data yet" if unknown else "")
    return Reason(vi=f"{vi}; chỉ tiêu ít nhất {wanted}.", en=f"{en}; the target is at least {wanted}.")


def _lack(lack: Lack, aim: Aim, reading: Reading, as_of: date) -> Reason:
    known, of = number_vi(reading.units_known), number_vi(reading.units)
    words = {
        Lack.NOT_BEGUN: (f"năm {aim.year} chưa bắt đầu", f"{aim.year} has not begun"),
        Lack.NOTHING_RECORDED: (
            f"chưa ghi nhận việc nào thuộc chỉ số này trong năm {aim.year}, tính đến {day_vi(as_of)}",
            f"nothing of this kind was recorded in {aim.year} up to {day_en(as_of)}",
        ),
        Lack.NOTHING_TO_DIVIDE_BY: (
            f"mẫu số bằng 0 tính đến {day_vi(as_of)}",
            f"there is nothing to divide by up to {day_en(as_of)}",
        ),
        Lack.UNITS_MISSING: (f"mới có {known} trong {of} đơn vị công bố", f"only {known} of {of} units have published"),
        Lack.NOTHING_PUBLISHED: _nothing_published(aim, as_of),
    }
    vi, en = words[lack]
    return Reason(vi=f"Chưa có số liệu: {vi}.", en=f"No data: {en}.")


def _nothing_published(aim: Aim, as_of: date) -> tuple[str, str]:
    vi, en = day_vi(as_of), day_en(as_of)
    if aim.operator == "lte_rank":
        return (
            f"thứ hạng năm {aim.year} chưa được công bố tính đến {vi}",
            f"the rank of {aim.year} is not published by {en}",
        )
    if aim.operator == "document":
        return f"chưa ghi nhận văn bản nào tính đến {vi}", f"no document is recorded by {en}"
    return f"chưa có số liệu chính thức nào được công bố đến {vi}", f"no official figure is published by {en}"


def _in_unit(vi: str, en: str, unit: str | None) -> tuple[str, str]:
    return (f"{vi} %", f"{en} %") if unit == "percent" else (vi, en)


def _decimals(value: float) -> int:
    return 0 if value == int(value) else 2


def _clause(text: str | None) -> str:
    words = (text or "…").strip()
    return words if words.endswith((".", "…")) else f"{words}."
