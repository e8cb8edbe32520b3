"""Alerts in the database: opened once, ended, reopened, flapping, kept quiet, and never lost."""

from datetime import timedelta

import pytest

from pendopo.agencies.models import Person
from pendopo.alerts import actions
from pendopo.alerts.models import Alert, Change, Group, State
from pendopo.audit.models import Entry
from pendopo.regions.models import Region

from .yard import minute, name_of, word

pytestmark = pytest.mark.django_db


def states() -> list[tuple[str, str]]:
    """Every alert and how it stands."""
    return list(Alert.objects.order_by("pk").values_list("name", "state"))


def deeds() -> list[str]:
    """What the book says of alerts."""
    return list(Entry.objects.filter(room="alerts").order_by("pk").values_list("verb", flat=True))


def test_one_alert_for_one_thing(regency: Region) -> None:
    """Saying it again is no news; the end is told once; the peak stays."""
    for at in (0, 1, 3, 2):
        actions.apply(verdicts=[word("river", at)], now=minute(at))
    actions.apply(verdicts=[word("river", 4, hot=False)], now=minute(4))
    actions.apply(verdicts=[word("river", 5, hot=False)], now=minute(5))
    alert = Alert.objects.get()
    assert (alert.state, alert.started, alert.ended, alert.peak) == (State.ENDED, minute(0), minute(4), 3)
    assert [change.state for change in alert.changes.all()] == ["firing", "ended"]
    assert deeds() == ["opened", "ended"]


def test_an_old_word_changes_nothing(regency: Region) -> None:
    """A word that was overtaken neither ends nor reopens."""
    actions.apply(verdicts=[word("river", 5)], now=minute(5))
    actions.apply(verdicts=[word("river", 4, hot=False)], now=minute(6))
    assert states() == [("river", "firing")]
    actions.apply(verdicts=[word("river", 7, hot=False)], now=minute(7))
    actions.apply(verdicts=[word("river", 6)], now=minute(8))
    assert states() == [("river", "ended")]


def test_flapping_is_one_alert_that_ends_after_a_rest(regency: Region) -> None:
    """Up and down again and again: told once, ended once it was calm for a rest."""
    for at in range(12):
        actions.apply(verdicts=[word("link", at, hot=at % 2 == 0)], now=minute(at))
    alert = Alert.objects.get()
    assert alert.flapping and alert.state == State.FIRING
    told = deeds()
    actions.settle(now=minute(15))
    assert Alert.objects.get().state == State.FIRING
    actions.settle(now=minute(22))
    assert Alert.objects.get().state == State.ENDED
    assert deeds() == [*told, "ended"] and told.count("opened") <= 4


def test_later_it_is_another_alert(regency: Region) -> None:
    """After a rest the same thing bad again is a new episode."""
    for at, hot in ((0, True), (1, False), (30, True)):
        actions.apply(verdicts=[word("river", at, hot=hot)], now=minute(at))
    assert states() == [("river", "ended"), ("river", "firing")]


def test_a_child_waits_for_its_parent(regency: Region) -> None:
    """It is told only when its parent is known to be well, or does not speak in time."""
    actions.depend(child=name_of("site"), parents=[name_of("router")], wait_s=60)
    actions.apply(verdicts=[word("site", 0)], now=minute(0))
    assert states() == [("site", "waiting")] and deeds() == ["depend"]
    actions.apply(verdicts=[word("router", 0.5)], now=minute(0.5))
    assert states() == [("site", "suppressed"), ("router", "firing")]
    actions.apply(verdicts=[word("router", 5, hot=False)], now=minute(5))
    assert states() == [("site", "waiting"), ("router", "ended")]
    actions.apply(verdicts=[word("site", 5.5)], now=minute(5.5))
    assert states() == [("site", "firing"), ("router", "ended")]
    actions.apply(verdicts=[word("site", 6, hot=False)], now=minute(6))
    assert states() == [("site", "ended"), ("router", "ended")]


def test_a_silent_parent_holds_no_child_for_ever(regency: Region) -> None:
    """The wait is over: it is told."""
    actions.depend(child=name_of("site"), parents=[name_of("router")], wait_s=60)
    actions.apply(verdicts=[word("site", 0)], now=minute(0))
    assert actions.settle(now=minute(0.9)) == 0
    assert actions.settle(now=minute(1)) == 1
    assert states() == [("site", "firing")]


def test_nothing_depends_on_itself(regency: Region) -> None:
    """Not even over others."""
    actions.depend(child="a", parents=["b"])
    actions.depend(child="b", parents=["c"])
    with pytest.raises(actions.LoopingDependency, match="depend on itself"):
        actions.depend(child="c", parents=["a"])


def test_maintenance_stops_creation_and_never_recovery(regency: Region, sari: Person) -> None:
    """What was told before recovers within; what is new is kept quiet, and rings when the window is over."""
    actions.apply(verdicts=[word("old", 0)], now=minute(0))
    actions.plan_maintenance(by=sari, name="Pemeliharaan", region=regency, start=minute(1), end=minute(10))
    actions.apply(verdicts=[word("new", 2), word("passing", 2)], now=minute(2))
    assert states() == [("old", "firing"), ("new", "suppressed"), ("passing", "suppressed")]
    actions.apply(verdicts=[word("old", 3, hot=False), word("passing", 3, hot=False)], now=minute(3))
    assert actions.settle(now=minute(9)) == 0
    actions.settle(now=minute(10))
    assert states() == [("old", "ended"), ("new", "firing"), ("passing", "ended")]
    assert deeds() == ["opened", "planned_maintenance", "ended", "opened"]


def test_a_snooze_ends_by_itself(regency: Region, sari: Person) -> None:
    """Quiet, still watched, and loud again."""
    actions.apply(verdicts=[word("river", 0)], now=minute(0))
    actions.snooze(alert=Alert.objects.get(), by=sari, until=minute(10), reason="pintu air dibuka", now=minute(1))
    actions.apply(verdicts=[word("river", 2)], now=minute(2))
    assert Alert.objects.get().quiet == "snooze"
    actions.settle(now=minute(10))
    assert Alert.objects.get().state == State.FIRING


def test_taken_on_once(regency: Region, sari: Person, rani: Person) -> None:
    """The second one to take it on adds a note."""
    actions.apply(verdicts=[word("river", 0)], now=minute(0))
    alert = Alert.objects.get()
    assert actions.acknowledge(alerts=[alert], by=sari, note="saya lihat") == 1
    assert actions.acknowledge(alerts=[alert], by=rani) == 0
    assert [row.by for row in alert.acknowledgements.all()] == [sari, rani]


def test_it_gets_worse(regency: Region) -> None:
    """The same alert with a higher level: told as worse, and the group with it."""
    actions.apply(verdicts=[word("river", 0, severity="Minor")], now=minute(0))
    actions.apply(verdicts=[word("river", 1, severity="Extreme")], now=minute(1))
    assert Alert.objects.get().severity == "Extreme"
    assert deeds() == ["opened", "worsened"]
    assert [change.severity for change in Change.objects.all()] == ["Minor", "Extreme"]


def test_a_storm_becomes_few_groups(regency: Region) -> None:
    """Two thousand alerts of three hundred names: none lost, few groups."""
    words = [word(f"a{number % 300}", number / 1000, region=f"35.16.{1 + number % 18:02d}", dims={}) for number in range(2000)]
    unique = {one.fingerprint for one in words}
    actions.apply(verdicts=words, now=minute(3))
    assert Alert.objects.firing().count() == len(unique)
    assert not Alert.objects.filter(group=None).exists()
    assert Group.objects.count() <= 13
    actions.settle(now=minute(3) + timedelta(hours=1))
    assert Group.objects.filter(closed=None).count() == Group.objects.count()


def test_well_before_it_was_bad(regency: Region) -> None:
    """The end arrives before the beginning: nothing opens."""
    actions.apply(verdicts=[word("river", 5, hot=False)], now=minute(5))
    actions.apply(verdicts=[word("river", 4)], now=minute(6))
    assert states() == []
    actions.apply(verdicts=[word("river", 7)], now=minute(7))
    assert states() == [("river", "firing")]
