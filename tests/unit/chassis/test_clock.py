from datetime import UTC, datetime, timedelta

from services.chassis.clock import CIVIL_ZONE, Driven, DrivenClock, open_clock

DAY = datetime(2021, 3, 31, 9, tzinfo=CIVIL_ZONE)


def test_business_time_stands_where_the_shift_says_until_somebody_drives_it(tmp_path):
    clock = open_clock(timedelta(days=-1), tmp_path / "clock")
    assert clock.shift == timedelta(days=-1)
    assert not (tmp_path / "clock").exists()


def test_every_clock_that_follows_the_file_is_driven_with_it(tmp_path):
    driver, follower = (DrivenClock(tmp_path / "clock", timedelta()) for _ in range(2))
    for day in (DAY, DAY + timedelta(days=90)):
        driver.drive_to(day)
        assert timedelta() <= follower.business_now() - day < timedelta(seconds=30)
        assert follower.business_day(follower.now()) == day.date()


def test_real_time_is_nobodys_to_drive(tmp_path):
    clock = DrivenClock(tmp_path / "clock", timedelta())
    clock.drive_to(DAY)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=30)  # noqa: TID251 - the real time


def test_a_real_tenants_clock_cannot_be_driven():
    assert not isinstance(open_clock(timedelta(), None), Driven)
