"""A half-year of counter results and a fleet, the same each time, for pictures and for looking at pages."""

import random
from datetime import date, timedelta

from tests.support.gateway import BUSINESS_NOW, OtherServices

ONE_STOPS = (
    ("mot-cua-huyen-thang-binh", 9),
    ("tt-ha-lam", 5),
    ("xa-binh-duong", 3),
    ("xa-binh-giang", 2),
    ("xa-binh-minh", 3),
    ("xa-binh-nguyen", 2),
    ("xa-binh-phuc", 2),
    ("xa-binh-quy", 2),
    ("xa-binh-trieu", 3),
    ("xa-binh-tu", 2),
)
FIELDS = ("tu-phap-ho-tich", "dat-dai", "lao-dong-xa-hoi", "chung-thuc")
REASONS = ("waiting_time", "number_of_visits", "clarity_of_guidance", "attitude", "result_or_delay")
REASON_WEIGHTS = (9, 6, 5, 3, 2)
TODAY = BUSINESS_NOW.date()


def half_a_year(others: OtherServices) -> None:
    """Release blocks and served counts from January to the day of the demonstration."""
    chance = random.Random(53)
    day = date(2021, 1, 4)
    while day <= TODAY:
        if day.weekday() < 5:
            for one_stop_id, often in ONE_STOPS:
                _one_day(others, chance, day, (one_stop_id, often))
        day += timedelta(days=1)


def _one_day(others: OtherServices, chance: random.Random, day: date, one_stop: tuple[str, int]) -> None:
    one_stop_id, often = one_stop
    for field in FIELDS:
        if chance.random() < often / 24:
            improving = 0.72 + 0.12 * (day - date(2021, 1, 4)).days / 165
            satisfied = improving + chance.uniform(-0.06, 0.06) - (0.08 if field == "dat-dai" else 0)
            scores = [_score(chance, satisfied) for _ in range(5)]
            counts = {score: scores.count(score) for score in sorted(set(scores))}
            unhappy = sum(score <= 3 for score in scores)
            reasons = chance.choices(REASONS, REASON_WEIGHTS, k=unhappy)
            others.release_block(
                counts,
                one_stop_id=one_stop_id,
                field=field,
                closed_on=day.isoformat(),
                reasons={reason: reasons.count(reason) for reason in sorted(set(reasons))},
                counted=chance.random() > 0.03,
            )
        if one_stop_id != "xa-binh-tu":
            others.release_served(one_stop_id, chance.randint(often // 2, often), day=day.isoformat(), field=field)


def _score(chance: random.Random, satisfied: float) -> int:
    if chance.random() < satisfied:
        return 5 if chance.random() < 0.42 else 4
    return chance.choices((3, 2, 1), (6, 3, 1))[0]


def a_fleet(others: OtherServices) -> None:
    """Pair tablets in every state."""
    now, chance = others.at, random.Random(17)
    for at, (one_stop_id, _) in enumerate(ONE_STOPS):
        others.at = now - timedelta(days=40)
        for counter in ("Quầy 1", "Quầy 2")[: 2 if at < 3 else 1]:
            device_id = f"tablet-{at}-{counter[-1]}"
            others.pair(device_id, one_stop_id=one_stop_id, counter=counter)
            others.at = now - timedelta(seconds=chance.randint(4, 50))
            last_seq = chance.randint(180, 2400)
            others.report(device_id, last_seq=last_seq, received=last_seq, battery=chance.randint(38, 100) / 100)
    others.at = now - timedelta(minutes=47)
    others.report("tablet-4-1", last_seq=812, received=812, queued=9, oldest_unsent_seconds=2940, battery=0.21)
    others.at = now - timedelta(seconds=21)
    others.report("tablet-1-2", last_seq=1207, received=1201, missing=[[203, 207], [961, 961]], battery=0.64)
    others.at = now - timedelta(hours=3)
    others.pair("tablet-10-1", one_stop_id="xa-binh-hai")
    others.pair("tablet-11-1", one_stop_id="xa-binh-que")
    others.report("tablet-11-1", last_seq=64, received=64)
    others.revoke("tablet-11-1")
    others.at = now
