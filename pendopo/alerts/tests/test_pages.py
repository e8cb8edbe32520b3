"""The pages: rules are made, tried and retired; maintenance is planned and cancelled; alerts are taken on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.actions import apply, plan_maintenance
from pendopo.alerts.models import Alert, Maintenance, Rule, Snooze
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out
from pendopo.regions.models import Region

from .yard import word

pytestmark = pytest.mark.django_db
RULE = {
    "name": "Air tinggi",
    "indicator": "free",
    "region": "35.16",
    "scope": "each",
    "severity": "Severe",
    "above": "3",
    "clear": "2.5",
    "days": "30",
}


@pytest.fixture
def yard() -> Yard:
    """Two days of one figure: twice too high."""
    laid = lay_out()
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    values = [1.0, 4.0, 2.8, 1.0, 3.5, 1.0]
    rows = [Observation("free", DISTRICTS[0], (now - timedelta(hours=9 - n)).isoformat(), value) for n, value in enumerate(values)]
    take_delivery(source=laid.source, rows=rows, digest="0" * 64, way=Way.API)
    return laid


def test_a_rule_is_tried_then_saved_then_retired(yard: Yard, sari: Person) -> None:
    browser = signed_in(sari)
    assert "Ambang" in browser.get("/rules/new").content.decode()
    tried = browser.post("/rules/new?kind=threshold", {**RULE, "do": "try"}).content.decode()
    assert "Akan menyala 2 kali" in tried and 'class="fired"' in tried
    assert not Rule.objects.exists()
    answer = browser.post("/rules/new?kind=threshold", {**RULE, "do": "save"})
    assert answer.status_code == 302, answer.content.decode()
    rule = Rule.objects.get()
    assert (rule.code, rule.about) == ("air-tinggi", {"kind": "threshold", "above": 3.0, "clear": 2.5})
    assert "Akan menyala 2 kali" in browser.get(answer["Location"]).content.decode()
    changed = browser.post("/rules/air-tinggi/edit", {**RULE, "above": "9", "clear": "", "do": "save"})
    assert changed.status_code == 302 and Rule.objects.get().about == {"kind": "threshold", "above": 9.0}
    browser.post("/rules/air-tinggi/do", {"do": "retire"})
    assert not Rule.objects.get().active
    assert "air-tinggi" in browser.get("/rules?format=csv").content.decode()


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("levels", {"level_Minor": "2", "level_Severe": "3"}),
        ("change", {"change": "20%", "window": "1h"}),
        ("silence", {"for": "2h"}),
        ("anomaly", {"season": "1d", "sensitivity": "6"}),
        ("ears", {"method": "c2"}),
        ("cusum", {"h": "5", "k": "0.5", "window": "28"}),
        ("coverage", {"below": "0.8"}),
    ],
)
def test_every_kind_has_its_form(yard: Yard, sari: Person, kind: str, given: dict[str, str]) -> None:
    plain = {name: value for name, value in RULE.items() if name not in ("above", "clear")}
    browser = signed_in(sari)
    assert browser.get(f"/rules/new?kind={kind}").status_code == 200
    assert browser.post(f"/rules/new?kind={kind}", {**plain, **given, "do": "try"}).status_code == 200
    answer = browser.post(f"/rules/new?kind={kind}", {**plain, **given, "do": "save"})
    assert answer.status_code == 302, answer.content.decode()
    assert Rule.objects.get().kind == kind
    assert browser.get("/rules/air-tinggi/edit").status_code == 200


def test_a_rule_that_makes_no_sense_is_refused(yard: Yard, sari: Person) -> None:
    answer = signed_in(sari).post("/rules/new?kind=threshold", {**RULE, "clear": "5", "do": "save"})
    assert answer.status_code == 200 and "sisi yang tenang" in answer.content.decode()


def test_an_alert_is_taken_on_and_put_aside(yard: Yard, sari: Person, budi: Person) -> None:
    apply(verdicts=[word("Air tinggi", 1, region=DISTRICTS[0])])
    alert, browser = Alert.objects.get(), signed_in(sari)
    assert "Air tinggi" in browser.get("/alerts").content.decode()
    browser.post(f"/alerts/{alert.pk}/do", {"do": "acknowledge", "note": "saya ke lokasi"})
    browser.post(f"/alerts/{alert.pk}/do", {"do": "snooze", "hours": "4", "reason": "pintu air"})
    page = browser.get(f"/alerts/{alert.pk}").content.decode()
    assert "saya ke lokasi" in page and "pintu air" in page
    assert Alert.objects.get().state == "suppressed"
    browser.post(f"/alerts/{alert.pk}/do", {"do": "wake"})
    assert Alert.objects.get().state == "firing"
    assert signed_in(budi).post(f"/alerts/{alert.pk}/do", {"do": "wake"}).status_code == 403
    browser.post("/alerts", {"action": "acknowledge", "selected": [alert.pk]})
    assert alert.acknowledgements.count() == 2


def test_the_list_has_one_key_deeds_and_leads_back(yard: Yard, sari: Person, camat: Person) -> None:
    """Take on and "in an hour" from the list itself; a foreign address is no way back; who may only look has no buttons."""
    apply(verdicts=[word("Air tinggi", 1, region=DISTRICTS[0]), word("Longsor", 1, region=DISTRICTS[0])])
    first, second = Alert.objects.order_by("pk")
    browser = signed_in(sari)
    page = browser.get("/alerts").content.decode()
    assert 'data-key="a"' in page and 'data-key="s"' in page and "state danger" in page
    later = browser.post(f"/alerts/{first.pk}/do?back=/alerts?severity=Severe", {"do": "later"})
    assert later["Location"] == "/alerts?severity=Severe"
    assert Alert.objects.get(pk=first.pk).state == "suppressed"
    assert 3500 < (Snooze.objects.get().until - datetime.now(UTC)).total_seconds() <= 3600
    taken = browser.post(f"/alerts/{second.pk}/do?back=//evil.test/alerts", {"do": "acknowledge"})
    assert taken["Location"] == f"/alerts/{second.pk}"
    assert Alert.objects.get(pk=second.pk).acknowledged
    assert "data-key" not in signed_in(camat).get("/alerts?state=all").content.decode()


def test_a_rule_is_told_in_words(yard: Yard, sari: Person) -> None:
    """No key of a file stands on the page."""
    browser = signed_in(sari)
    given = {name: value for name, value in RULE.items() if name not in ("above", "clear")}
    made = browser.post("/rules/new?kind=levels", {**given, "level_Severe": "3.5", "level_Minor": "2", "margin": "0.2", "do": "save"})
    page = browser.get(made["Location"]).content.decode()
    assert "Ringan mulai" in page and "3,5" in page and "margin" not in page and "levels" not in page


def test_maintenance_is_planned_and_cancelled(yard: Yard, sari: Person) -> None:
    browser = signed_in(sari)
    given = {"name": "Ganti sensor", "region": "35.16", "start": "2026-11-24T08:00", "end": "2099-11-24T10:00"}
    assert browser.post("/maintenance/new", given).status_code == 302
    apply(verdicts=[word("Air tinggi", 1, region=DISTRICTS[0])])
    assert Alert.objects.get().quiet == "maintenance"
    browser.post("/maintenance", {"action": "cancel", "selected": [Maintenance.objects.get().pk]})
    assert Maintenance.objects.get().cancelled is not None
    assert "terlalu lampau" in browser.post("/maintenance/new", {**given, "start": "0001-01-01T00:00"}).content.decode()
    bad = browser.post("/maintenance/new", {**given, "end": "2026-11-24T07:00"})
    assert bad.status_code == 200


def test_of_many_windows_those_within_reach_are_cancelled_and_only_own_rules_can_be_chosen(yard: Yard, sari: Person) -> None:
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk=DISTRICTS[0]))
    start = timezone.now()
    windows = [
        plan_maintenance(by=sari, name=code, region=Region.objects.get(pk=code), start=start, end=start + timedelta(hours=2))
        for code in DISTRICTS[:2]
    ]
    browser = signed_in(lala)
    answer = browser.post("/maintenance", {"action": "cancel", "selected": [one.pk for one in windows]}, follow=True)
    assert "di luar wewenang" in answer.content.decode()
    assert list(Maintenance.objects.exclude(cancelled=None).values_list("name", flat=True)) == [DISTRICTS[0]]
    assert browser.post("/maintenance", {"action": "cancel", "selected": [windows[1].pk]}).status_code == 403
    for code in DISTRICTS[:2]:
        Rule.objects.create(code=f"r-{code[-2:]}", name=f"Aturan {code}", about={"kind": "threshold", "above": 1}, region_id=code)
    page = browser.get("/maintenance/new").content.decode()
    assert f"Aturan {DISTRICTS[0]}" in page and f"Aturan {DISTRICTS[1]}" not in page
