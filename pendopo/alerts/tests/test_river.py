"""Rules on the river: real deliveries, judged after commit, whatever their order, and after a restart."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from pendopo.alerts.actions import depend, undepend
from pendopo.alerts.models import Alert, Position, Rule, State, Word
from pendopo.alerts.river.sitting import Sitting
from pendopo.alerts.verdicts import fingerprint
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Source, Way
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out

pytestmark = pytest.mark.django_db
A, B, C = DISTRICTS
HOUR = timedelta(hours=1)


@pytest.fixture
def yard() -> Yard:
    """A river of three districts."""
    return lay_out()


@pytest.fixture
def start() -> datetime:
    """Some full hours ago, so that figures are fresh."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 3 * HOUR


def rule(code: str, about: dict[str, object], indicator: str = "free", **more: object) -> Rule:
    """A rule on the whole regency."""
    source = Source.objects.get(code="psda")
    return Rule.objects.create(
        code=code,
        name=code,
        about=about,
        indicator=source.indicators.get(code=indicator),
        region_id=str(more.pop("region_id", "35.16")),
        **more,
    )


def send(indicator: str, region: str, values: Sequence[tuple[datetime, float | None]]) -> None:
    """One delivery."""
    rows = [Observation(indicator, region, at.isoformat(), value, note=None if value is not None else "salah") for at, value in values]
    take_delivery(source=Source.objects.get(code="psda"), rows=rows, digest="0" * 64, way=Way.API)


def standing(**which: object) -> list[tuple[str, str, str]]:
    """(rule, region, state) of the alerts of rules on figures."""
    found = Alert.objects.filter(rule__automatic=False, **which).order_by("rule__code", "region_id", "pk")
    return list(found.values_list("rule__code", "region_id", "state"))


def test_a_threshold_opens_and_ends(yard: Yard, start: datetime) -> None:
    rule("high", {"kind": "threshold", "above": 3, "clear": 2.5})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 4.0)])
    send("free", B, [(start, 1.0)])
    sitting.look()
    assert standing() == [("high", A, "firing")]
    send("free", A, [(start + HOUR, 2.8)])
    sitting.look()
    assert standing() == [("high", A, "firing")]
    send("free", A, [(start + 2 * HOUR, 2.4)])
    sitting.look()
    assert standing() == [("high", A, "ended")]
    assert Alert.objects.get(rule__code="high").reason.startswith("4")


def test_a_spike_within_one_delivery_is_seen(yard: Yard, start: datetime) -> None:
    """Between two looks the value went up and down: the alert opened and ended."""
    rule("high", {"kind": "threshold", "above": 3})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 1.0), (start + HOUR, 9.0), (start + 2 * HOUR, 1.0)])
    sitting.look()
    assert standing() == [("high", A, "ended")]


def test_a_new_rule_judges_what_is_known(yard: Yard, start: datetime) -> None:
    sitting = Sitting()
    send("free", A, [(start, 4.0)])
    sitting.look()
    rule("high", {"kind": "threshold", "above": 3})
    sitting.done.clear()
    sitting.look()
    assert standing() == [("high", A, "firing")]


def test_a_changed_rule_is_met_anew_and_the_others_keep_what_they_remember(yard: Yard, start: datetime) -> None:
    rule("high", {"kind": "threshold", "above": 3})
    rule("long", {"kind": "threshold", "above": 3, "for": "2h"})
    rule("quiet", {"kind": "silence", "for": "30m"})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 4.0)])
    sitting.done.clear()
    sitting.look()
    assert standing() == [("high", A, "firing"), ("quiet", A, "firing")] and sitting.engine
    engine, before = sitting.engine, {watcher.planned.code: watcher for watcher in sitting.engine.every()}
    Rule.objects.filter(code="high").update(about={"kind": "threshold", "above": 5}, changed=datetime.now(UTC))
    Rule.objects.filter(code="quiet").update(about={"kind": "silence", "for": "9d"}, changed=datetime.now(UTC))
    sitting.done.clear()
    sitting.look()
    after = {watcher.planned.code: watcher for watcher in sitting.engine.every()}
    assert sitting.engine is engine and after["long"] is before["long"] and after["high"] is not before["high"]
    assert standing() == [("high", A, "ended"), ("quiet", A, "ended")]
    Rule.objects.filter(code="long").update(active=False, changed=datetime.now(UTC))
    sitting.done.clear()
    send("free", A, [(start + 2 * HOUR, 6.0)])
    sitting.look()
    assert {watcher.planned.code for watcher in engine.every()} == {"high"}
    assert standing(state="firing") == [("high", A, "firing")]


def test_a_restart_goes_on_where_it_was(yard: Yard, start: datetime) -> None:
    """What came while nobody judged is judged; what must hold for a while has not forgotten its beginning."""
    rule("long", {"kind": "threshold", "above": 3, "for": "2h"})
    Sitting().look()
    send("free", A, [(start, 4.0)])
    Sitting().look()
    send("free", A, [(start + HOUR, 4.0)])
    Sitting().look()
    assert standing() == []
    send("free", A, [(start + 2 * HOUR, 4.5)])
    Sitting().look()
    assert standing() == [("long", A, "firing")]
    assert Position.objects.get().known_since is not None


def test_a_correction_takes_the_alert_back(yard: Yard, start: datetime) -> None:
    rule("high", {"kind": "threshold", "above": 3})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 1.0), (start + HOUR, 9.0)])
    sitting.look()
    send("free", A, [(start + HOUR, 1.5)])
    sitting.look()
    assert standing() == [("high", A, "ended")]
    send("free", A, [(start + HOUR, 8.0)])
    sitting.done.clear()
    sitting.engine.reread_at = float("-inf")  # type: ignore[union-attr]
    sitting.look()
    assert standing(state=State.FIRING) == [("high", A, "firing")]
    send("free", A, [(start + HOUR, None)])
    sitting.done.clear()
    sitting.engine.reread_at = float("-inf")  # type: ignore[union-attr]
    sitting.look()
    assert standing(state=State.FIRING) == []


def test_old_history_makes_no_alert(yard: Yard, start: datetime) -> None:
    """Last year's flood, uploaded today."""
    rule("high", {"kind": "threshold", "above": 3})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start - timedelta(days=400), 9.0)])
    sitting.look()
    assert standing() == []


def test_levels_rise_and_fall_in_one_alert(yard: Yard, start: datetime) -> None:
    rule("siaga", {"kind": "levels", "levels": {"Minor": 2, "Severe": 3, "Extreme": 4}, "margin": 0.2})
    sitting = Sitting()
    sitting.look()
    seen = []
    for number, value in enumerate((2.1, 3.1, 4.5, 3.9, 3.7, 2.85, 2.7, 1.7)):
        send("free", A, [(start + number * timedelta(minutes=20), value)])
        sitting.look()
        seen.append(Alert.objects.get(rule__code="siaga").severity)
    assert seen == ["Minor", "Severe", "Extreme", "Extreme", "Severe", "Severe", "Minor", "Minor"]
    assert standing() == [("siaga", A, "ended")]


def test_a_source_that_fell_silent(yard: Yard, start: datetime) -> None:
    """Every source has its rule without anybody's doing; it fires when nothing comes, and ends with the next figure."""
    Source.objects.filter(code="psda").update(last_heard=start - timedelta(days=3))
    sitting = Sitting()
    sitting.look()
    alert = Alert.objects.get(rule__source__code="psda")
    assert alert.state == State.FIRING and alert.rule and alert.rule.automatic
    send("free", A, [(start, 1.0)])
    sitting.done.clear()
    sitting.look()
    assert Alert.objects.get(pk=alert.pk).state == State.ENDED


def test_a_source_that_never_spoke(yard: Yard, start: datetime) -> None:
    """It is waited for since its rule is there, and not for ever."""
    Source.objects.filter(code="psda").update(last_heard=None)
    sitting = Sitting()
    sitting.look()
    assert not Alert.objects.exists()
    Rule.objects.filter(source__code="psda").update(changed=start - timedelta(days=3))
    sitting.done.clear()
    sitting.look()
    assert Alert.objects.get(rule__source__code="psda").state == State.FIRING


def test_a_source_with_a_very_long_cadence_has_a_rule_that_can_be_used(yard: Yard) -> None:
    """A figure of every year may be silent for years; another contract is taken over at once."""
    source = Source.objects.create(code="bps", name="BPS", agency=Source.objects.get(code="psda").agency)
    yearly = Indicator.objects.create(code="census", name_id="Sensus", every="1y", grace="30d", kind="count", level="regency")
    yearly.sources.add(source)
    sitting = Sitting()
    sitting.look()
    assert sitting.faults == {}
    assert sitting.engine is not None
    assert sitting.engine.plan.by_code["silent-bps"].rule.about["for"] > timedelta(days=5 * 365)
    Indicator.objects.filter(code="census").update(every="1d", grace="1d")
    sitting.done.clear()
    sitting.look()
    assert sitting.engine.plan.by_code["silent-bps"].rule.about["for"] == timedelta(days=6)


def test_a_dependency_is_learned_at_once(yard: Yard, start: datetime) -> None:
    """What rings already falls quiet when it turns out to hang on something bad, and rings again when it does not."""
    rule("core", {"kind": "threshold", "above": 3})
    rule("line", {"kind": "threshold", "above": 3}, "level")
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 4.0)])
    send("level", A, [(start, 4.0)])
    sitting.look()
    assert standing() == [("core", A, "firing"), ("line", A, "firing")]
    core, line = Alert.objects.get(rule__code="core").fingerprint, Alert.objects.get(rule__code="line").fingerprint
    depend(child=line, parents=[core], origin="test")
    sitting.look()
    assert core in sitting.engine.parents  # type: ignore[union-attr]
    assert standing() == [("core", A, "firing"), ("line", A, "suppressed")]
    undepend(children=[line], origin="test")
    assert standing() == [("core", A, "firing"), ("line", A, "firing")]


def test_a_parent_that_is_well_says_so_when_it_becomes_one(yard: Yard, start: datetime) -> None:
    """A child need not wait for the parent's next figure."""
    rule("core", {"kind": "threshold", "above": 3})
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 1.0)])
    sitting.look()
    core = fingerprint("rule", "core", A, {})
    assert not Word.objects.filter(fingerprint=core).exists()
    depend(child=fingerprint("rule", "line", A, {}), parents=[core], origin="test")
    sitting.look()
    assert not Word.objects.get(fingerprint=core).hot


def test_a_series_that_fell_silent(yard: Yard, start: datetime) -> None:
    rule("quiet", {"kind": "silence", "for": "2h"})
    send("free", A, [(start, 1.0)])
    send("free", B, [(start + 2 * HOUR, 1.0)])
    Sitting().look()
    assert standing() == [("quiet", A, "firing")]


def test_a_whole_region_and_its_coverage(yard: Yard, start: datetime) -> None:
    """The mean of the districts, and how many of them report."""
    rule("mean", {"kind": "threshold", "above": 3}, "level", scope="whole")
    rule("cover", {"kind": "coverage", "below": 0.6}, "level", scope="whole")
    sitting = Sitting()
    sitting.look()
    send("level", A, [(start, 4.0)])
    sitting.done.clear()
    sitting.look()
    assert standing() == [("cover", "35.16", "firing"), ("mean", "35.16", "firing")]
    send("level", B, [(start, 1.0)])
    sitting.done.clear()
    sitting.look()
    assert standing(state=State.FIRING) == []


def test_counts_of_a_whole_region_are_judged_by_what_was_before(yard: Yard) -> None:
    """Twelve quiet days, then thrice as many cases: told at once, also after a restart of the judge."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rule("outbreak", {"kind": "ears", "method": "c1"}, "cases", scope="whole")
    for region in DISTRICTS:
        values: list[tuple[datetime, float | None]] = [(today - timedelta(days=15 - day), 4.0 + day % 3) for day in range(12)]
        send("cases", region, values)
    Sitting().look()
    assert standing() == []
    for region in DISTRICTS:
        send("cases", region, [(today - timedelta(days=3), 20.0)])
    sitting = Sitting()
    sitting.look()
    assert standing() == [("outbreak", "35.16", "firing")]


def test_rules_over_rules(yard: Yard, start: datetime) -> None:
    """High water and no report of the cases in the same district."""
    rule("high", {"kind": "threshold", "above": 3})
    rule("steep", {"kind": "threshold", "above": 2}, "level")
    Rule.objects.create(
        code="both", name="both", about={"kind": "composite", "all": ["high", "steep"]}, region_id="35.16", severity="Severe"
    )
    sitting = Sitting()
    sitting.look()
    send("free", A, [(start, 4.0)])
    send("level", B, [(start, 3.0)])
    sitting.look()
    assert standing(rule__code="both") == []
    send("level", A, [(start, 3.0)])
    sitting.look()
    assert standing(rule__code="both") == [("both", A, "firing")]
    send("free", A, [(start + HOUR, 1.0)])
    sitting.look()
    assert standing(rule__code="both") == [("both", A, "ended")]


def test_a_rule_that_cannot_be_used_stops_no_other(yard: Yard, start: datetime) -> None:
    rule("broken", {"kind": "threshold"})
    rule("high", {"kind": "threshold", "above": 3})
    sitting = Sitting()
    send("free", A, [(start, 4.0)])
    sitting.look()
    assert standing() == [("high", A, "firing")]
    assert "either above or below" in sitting.faults["broken"]


@pytest.mark.parametrize(
    "about", [{"kind": "change", "change": 1, "window": "3h"}, {"kind": "cusum", "window": 2}, {"kind": "ears", "method": "c1"}]
)
def test_a_value_beyond_reckoning_stops_no_other_rule(yard: Yard, start: datetime, about: dict[str, object]) -> None:
    rule("odd", about)
    rule("high", {"kind": "threshold", "above": 3}, region_id=B)
    sitting = Sitting()
    sitting.look()
    huge = 1.7e308
    send("free", A, [(start - n * HOUR, huge if n % 2 else -huge) for n in range(12, -1, -1)])
    send("free", B, [(start, 4)])
    sitting.look()
    assert ("high", B, "firing") in standing()
    Sitting().look()
