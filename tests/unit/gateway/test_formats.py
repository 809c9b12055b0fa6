import re
from datetime import UTC, date, datetime, timedelta

import pytest

from services.gateway.portal.formats import Formats
from services.gateway.portal.words import LANGUAGES, words_of
from services.gateway.reporting.figures import Interval

VI, EN = Formats("vi"), Formats("en")
AT = datetime(2021, 6, 18, 3, 42, tzinfo=UTC)


def test_numbers_days_and_times_are_written_as_vietnamese_people_write_them():
    assert VI.number(12128) == "12.128"
    assert VI.percent(0.8312) == "83,1\u00a0%"
    assert VI.interval(Interval(0.814, 0.847)) == "81,4\N{EN DASH}84,7\u00a0%"
    assert VI.day(date(2021, 6, 18)) == "18/6/2021"
    assert VI.moment(AT) == "10:42 ngày 18/6/2021"


def test_numbers_days_and_times_are_written_as_english_readers_expect():
    assert (EN.number(12128), EN.percent(0.8312)) == ("12,128", "83.1%")
    assert EN.moment(AT) == "10:42, 18\u00a0June 2021"


def test_a_moment_is_shown_in_business_time():
    shifted = Formats("vi", timedelta(days=-1))
    assert shifted.moment(AT) == "10:42 ngày 17/6/2021"


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (5, "vừa xong", "just now"),
        (60, "1\u00a0phút trước", "1\u00a0minute ago"),
        (7300, "2\u00a0giờ trước", "2\u00a0hours ago"),
    ],
)
def test_how_long_ago_is_said_in_the_greatest_unit(seconds, vi, en):
    at = AT - timedelta(seconds=seconds)
    assert (VI.ago(at, AT), EN.ago(at, AT)) == (vi, en)


def test_what_is_not_known_is_a_dash():
    assert {VI.number(None), VI.percent(None), VI.moment(None), VI.duration(None)} == {"\N{EN DASH}"}


def test_both_languages_say_the_same_sentences_with_the_same_parts():
    vi, en = (words_of(language) for language in LANGUAGES)
    parts = re.compile(r"{(\w+)}")
    assert {key: set(parts.findall(text)) for key, text in vi.items()} == {
        key: set(parts.findall(text)) for key, text in en.items()
    }


def test_no_sentence_calls_the_counter_survey_by_the_name_of_the_official_index():
    assert not [key for language in LANGUAGES for key, text in words_of(language).items() if "SIPAS" in text]
