"""Rules that depend on rules, as a file declares it."""

from datetime import UTC, datetime, timedelta

import pytest

from pendopo.alerts import actions
from pendopo.alerts.catalogue import load_rules
from pendopo.alerts.models import Dependency
from pendopo.alerts.river.sitting import Sitting
from pendopo.audit.models import Entry
from pendopo.indicators.declared import Faulty
from pendopo.indicators.tests.yard import Yard, lay_out

from .test_river import A, B, send, standing

pytestmark = pytest.mark.django_db
FILE = """
rules:
  - {code: mean, indicator: level, region: "35.16", scope: whole, depends: [cover], rule: {kind: threshold, above: 3}}
  - {code: cover, indicator: level, region: "35.16", scope: whole, rule: {kind: coverage, below: 0.6}}
  - {code: each, indicator: free, region: "35.16", rule: {kind: threshold, above: 3}}
"""


@pytest.fixture
def yard(db: None) -> Yard:
    """Regions and figures."""
    return lay_out()


def told() -> list[tuple[str, str]]:
    """What the book says of alerts of rules on figures, by rule."""
    found = Entry.objects.filter(room="alerts", verb__in=["opened", "ended"]).order_by("pk")
    return [(one["name"], entry.verb) for entry in found for one in entry.after["alerts"] if one["name"] in ("mean", "cover")]


def test_a_rule_is_kept_quiet_while_what_it_depends_on_fires_and_its_end_is_told(yard: Yard) -> None:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    load_rules(FILE)
    sitting = Sitting()
    sitting.look()
    send("level", A, [(start, 4.0)])
    sitting.done.clear()
    sitting.look()
    assert standing() == [("cover", "35.16", "firing"), ("mean", "35.16", "suppressed")] and told() == [("cover", "opened")]
    send("level", B, [(start, 3.5)])
    sitting.done.clear()
    sitting.look()
    actions.settle(now=datetime.now(UTC) + timedelta(minutes=1))
    assert standing(state="firing") == [("mean", "35.16", "firing")], "what it depends on is well: it is told"
    send("level", A, [(start + timedelta(hours=1), 2.6)])
    send("level", B, [(start + timedelta(hours=1), 2.1)])
    sitting.done.clear()
    sitting.look()
    assert standing(state="firing") == [] and told() == [("cover", "opened"), ("cover", "ended"), ("mean", "opened"), ("mean", "ended")]


def test_what_was_told_ends_while_its_parent_is_bad(yard: Yard) -> None:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    load_rules(FILE)
    sitting = Sitting()
    sitting.look()
    for region in (A, B):
        send("level", region, [(start, 4.0)])
    sitting.done.clear()
    sitting.look()
    actions.settle(now=datetime.now(UTC) + timedelta(minutes=1))
    assert told()[-1] == ("mean", "opened")
    send("level", A, [(start + timedelta(hours=1), 2.9)])
    sitting.done.clear()
    sitting.look()
    assert ("cover", "35.16", "firing") in standing() and ("mean", "35.16", "ended") in standing()
    assert ("mean", "ended") in told(), "a recovery is never hidden"


def test_a_file_says_what_depends_and_takes_it_back(yard: Yard) -> None:
    assert load_rules(FILE).rules == ["mean", "cover", "each"] and Dependency.objects.count() == 1
    assert (load_rules(FILE).rules, load_rules(FILE).same) == ([], 3)
    assert load_rules(FILE.replace("depends: [cover], ", "")).rules == ["mean"] and not Dependency.objects.exists()
    for text, sentence in (
        (FILE.replace("[cover]", "[nowhere]"), "there is no rule “nowhere”"),
        (FILE.replace("[cover]", "[each]"), "“each” judges each place by itself"),
        (FILE.replace("[cover]", "cover"), "a list of codes"),
        (FILE.replace("[cover]", "[mean]"), "would depend on itself"),
    ):
        with pytest.raises(Faulty, match=sentence):
            load_rules(text)
        assert not Dependency.objects.exists()
