"""When a desk is awake, and what goes to a chain when nobody takes it on."""

from datetime import UTC, datetime, timedelta

from pendopo.wall.desk.logic import SLEEPS_AFTER, Ringing, Seat, Watcher, any_awake, due

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_desk_sleeps_without_heartbeat_without_sound_and_after_its_end() -> None:
    assert Seat(NOON, True).is_awake(NOON + SLEEPS_AFTER) and not Seat(NOON, True).is_awake(NOON + SLEEPS_AFTER + MINUTE)
    assert not any_awake([Seat(NOON, False), Seat(NOON, True, ended=True)], NOON)


def test_an_alert_waits_at_an_awake_desk_only_and_less_in_an_emergency() -> None:
    flood, drizzle = Ringing("flood", NOON, 4), Ringing("drizzle", NOON, 1)
    chain = Watcher("pusat", 3, 4 * MINUTE)
    assert due([flood, drizzle], [chain], awake=False, posture="normal", now=NOON) == [("pusat", "flood")]
    assert due([flood], [chain], awake=True, posture="normal", now=NOON + 3 * MINUTE) == []
    assert due([flood], [chain], awake=True, posture="normal", now=NOON + 4 * MINUTE) == [("pusat", "flood")]
    assert due([flood], [chain], awake=True, posture="emergency", now=NOON + MINUTE) == [("pusat", "flood")]
    assert due([flood], [chain], awake=True, posture="watch", now=NOON + MINUTE) == []
