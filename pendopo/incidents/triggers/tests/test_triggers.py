"""Incidents that open by themselves: a storm becomes few, asking again changes nothing, drills stay drills, people take over."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.actions import acknowledge, apply
from pendopo.alerts.models import Alert, Group, State
from pendopo.alerts.tests.yard import word
from pendopo.audit.models import Entry
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import Incident, alerts_of, incident_of
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.triggers import actions
from pendopo.incidents.triggers.logic import Ringing, Wanted, met_by
from pendopo.incidents.triggers.models import Trigger
from pendopo.incidents.triggers.running import look
from pendopo.regions.models import Region


def test_the_narrowest_trigger_decides() -> None:
    everything, water, rule = Wanted(1, 3), Wanted(2, 3, word="water"), Wanted(3, 1, least=2, rule=7)
    river = [Ringing("water-brantas", 7, 3, 1)]
    assert met_by(river, [everything, water, rule]) == water
    assert met_by([Ringing("water-brantas", 7, 2, 2)], [everything, water, rule]) == rule
    assert met_by([Ringing("waterless", None, 3, 1)], [water]) is None
    assert met_by([Ringing("air", None, 2, 9)], [everything]) is None


@pytest.mark.django_db
def test_a_storm_becomes_few_incidents_and_none_is_lost(regency: Region) -> None:
    villages = list(Region.objects.filter(pk__startswith="35.16.", level="district").values_list("pk", flat=True))
    names = [f"Gangguan {number}" for number in range(40)]
    for start in range(0, 400, 100):
        apply(
            verdicts=[
                word(f"{names[n % 40]} {n}", 1, region=villages[n % len(villages)], group=names[n % 40], severity="Minor")
                for n in range(start, start + 100)
            ]
        )
        look()
    look()
    incidents = list(Incident.objects.all())
    storm = next(one for one in incidents if alerts_of(one).count() >= 20)
    assert len(incidents) <= 20 and {one.opened_by for one in incidents} == {None}
    assert Counter(alert.group_id for alert in Alert.objects.all()).keys() == set(Group.objects.values_list("pk", flat=True))
    assert storm.regions.count() == len({alert.region_id for alert in alerts_of(storm)})
    assert look() == 0 and Incident.objects.count() == len(incidents)


@pytest.mark.django_db
def test_severe_water_opens_a_flood_and_more_of_it_joins(sari: Person, regency: Region) -> None:
    load_shipped()
    apply(verdicts=[word("pacet", 1, group="water-pikatan", severity="Moderate")])
    assert look() == 0 and not Incident.objects.exists()
    apply(verdicts=[word("gedeg", 2, group="water-brantas"), word("dinas", 2, group="lain", severity="Minor")])
    assert look() == 1
    flood = Incident.objects.get()
    assert flood.procedure and flood.procedure.code == "flood" and flood.acknowledged is None
    apply(verdicts=[word("sooko", 3, group="water-brangkal", severity="Extreme")])
    assert look() == 2  # it joins the flood that goes on, which becomes as severe
    flood.refresh_from_db()
    assert Incident.objects.count() == 1 and flood.severity == "Extreme"
    page = signed_in(sari).get(flood.get_absolute_url()).content.decode()
    assert "Terbuka otomatis: Air naik" in page
    cases.take_lead(incident=flood, lead=sari, by=sari, instead_of=None)
    assert not alerts_of(flood).filter(acknowledged=None).exists()
    assert Entry.objects.filter(room="incidents", verb="grow").count() == 1


@pytest.mark.django_db
def test_who_takes_the_alerts_on_takes_the_incident_on(sari: Person, regency: Region) -> None:
    apply(verdicts=[word("air", 1)])
    look()
    found = Incident.objects.get()
    acknowledge(alerts=Alert.objects.all(), by=sari)
    assert look() == 1 and look() == 0
    found.refresh_from_db()
    assert found.acknowledged is not None


@pytest.mark.django_db
def test_a_drill_opens_a_drill_and_mixes_with_nothing_real(regency: Region) -> None:
    apply(verdicts=[word("air", 1, group="air", exercise=True), word("air 2", 1, group="air")])
    assert look() == 2 and Group.objects.count() == 2
    drill, real = Incident.objects.order_by("-exercise")
    assert drill.exercise and not real.exercise
    assert {alert.exercise for alert in alerts_of(drill)} == {True} and {alert.exercise for alert in alerts_of(real)} == {False}


@pytest.mark.django_db
def test_the_same_again_after_a_rest_joins_the_incident_that_goes_on(regency: Region) -> None:
    apply(verdicts=[word("air", 1, group="air")])
    look()
    apply(verdicts=[word("air", 2, hot=False, group="air")])
    Group.objects.update(closed=timezone.now())
    apply(verdicts=[word("air", 600, group="air")])
    assert look() == 1 and Incident.objects.count() == 1
    assert incident_of(Alert.objects.filter(state=State.FIRING).get()) == Incident.objects.get()


@pytest.mark.django_db
def test_what_a_person_answers_already_opens_nothing(sari: Person, regency: Region) -> None:
    apply(verdicts=[word("air", 1, group="air")])
    made = cases.open_from_alert(alert=Alert.objects.get(), by=sari)
    assert look() == 0 and Incident.objects.get() == made
    Trigger.objects.update(active=False)
    apply(verdicts=[word("api", 1, group="api")])
    assert look() == 0


@pytest.mark.django_db
def test_officers_say_what_opens_by_itself(sari: Person, camat: Person, regency: Region) -> None:
    load_shipped()
    officer = signed_in(sari)
    assert "Air naik: Siaga II atau lebih" in officer.get("/incidents/triggers").content.decode()
    given = {"name": "Kebakaran", "word": "fire", "severity_from": "Moderate", "least": "1", "kind": "fire", "active": "on"}
    assert officer.post("/incidents/triggers/new", given).status_code == 302
    made = Trigger.objects.get(name="Kebakaran")
    assert officer.post(f"/incidents/triggers/{made.pk}", {**given, "least": "0"}).status_code == 200
    assert signed_in(camat).post("/incidents/triggers/new", given).status_code == 403
    assert Entry.objects.get(room="incidents", verb="set_trigger").after["word"] == "fire"
    apply(verdicts=[word("asap", 1, group="fire", severity="Moderate")])
    look()
    found = Incident.objects.get().procedure
    assert found is not None and found.code == "fire"
    with pytest.raises(ValidationError):
        actions.set_trigger(trigger=Trigger(name="", least=1), by=sari)
