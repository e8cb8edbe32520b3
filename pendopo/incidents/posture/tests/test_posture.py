"""Posture: which holds where, that it runs out, who may declare it, what it changes."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.posture import actions, logic, running
from pendopo.incidents.posture.models import Posture, house_cadence, house_posture, posture_of
from pendopo.incidents.roster.actions import set_roster
from pendopo.incidents.roster.reading import duties
from pendopo.indicators.models import Indicator, Latest, Share
from pendopo.indicators.tests.yard import lay_out
from pendopo.regions.models import Region


def test_the_gravest_posture_of_the_region_and_those_above_holds() -> None:
    declared = [("35.16", logic.WATCH), ("35.16.13", logic.EMERGENCY)]
    assert logic.holds_in("35.16.13.2004", declared) == logic.EMERGENCY
    assert logic.holds_in("35.16.08", declared) == logic.WATCH and logic.holds_in("35.17", declared) == logic.NORMAL
    assert logic.reaches(logic.WATCH, "") and not logic.reaches(logic.RECOVERY, logic.WATCH)


@pytest.mark.django_db
def test_a_posture_stands_on_every_page_until_it_runs_out(sari: Person, camat: Person) -> None:
    client = signed_in(sari)
    form = {"region": "35.16.13", "level": "watch", "hours": "24", "reason": "Kali Brangkal meluap"}
    assert client.post("/posture", form).status_code == 302
    found = Posture.objects.get()
    assert "Siaga" in client.get("/incidents").content.decode() and "Kali Brangkal meluap" in client.get("/desk").content.decode()
    now = timezone.now()
    assert posture_of("35.16.13.2004", now) == "watch" and posture_of("35.16.08", now) == "normal" and house_posture(now) == "watch"
    items = Client().get("/api/v1/posture").json()["items"]
    assert [(one["region"], one["level"], one["cadence"]) for one in items] == [("35.16.13", "watch", 0.5)]
    assert signed_in(camat).post("/posture", form).status_code == 403
    client.post("/posture", form)
    found.refresh_from_db()
    assert found.ended and Posture.objects.count() == 2
    over = now + timedelta(days=2)
    assert house_posture(over) == "normal" and actions.expire(now=over) == 1 and actions.expire(now=over) == 0
    assert Entry.objects.filter(verb="posture_ran_out").count() == 1


@pytest.mark.django_db
def test_an_emergency_needs_its_decree_and_drills_change_nothing(sari: Person, regency: Region) -> None:
    soon = timezone.now() + timedelta(days=1)
    with pytest.raises(Refused, match="keputusan"):
        actions.declare(region=regency, level="emergency", until=soon, reason="Banjir", by=sari)
    with pytest.raises(Refused):
        actions.declare(region=regency, level="watch", until=soon + timedelta(days=200), reason="Banjir", by=sari)
    actions.declare(region=regency, level="emergency", until=soon, reason="Uji", by=sari, exercise=True)
    assert house_posture(timezone.now()) == "normal"


@pytest.mark.django_db
def test_an_emergency_roster_is_a_duty_in_an_emergency_only(sari: Person, regency: Region) -> None:
    set_roster(code="darurat", name="Piket darurat", turns="P 07:00-07:00", cycle="P", crew=[sari], by=None, needed_from="emergency")
    assert not duties(timezone.now())
    actions.declare(region=regency, level="emergency", until=timezone.now() + timedelta(days=1), reason="x", basis="SK 1/2026", by=sari)
    assert [duty.roster.code for duty in duties(timezone.now())] == ["darurat"]


@pytest.mark.django_db
def test_the_figures_of_the_room_are_told() -> None:
    assert actions.publish() == 0
    lay_out()
    open_incident(title="Banjir", by=None)
    assert actions.publish() == 3
    assert Indicator.objects.filter(code__startswith="sys.incidents").count() == 3
    told = dict(Latest.objects.filter(series__indicator__code__startswith="sys.").values_list("series__indicator__code", "value"))
    assert told["sys.incidents.active"] == 1 and told["sys.posture"] == 0


@pytest.mark.django_db
def test_a_drill_never_ends_a_real_posture(sari: Person, regency: Region) -> None:
    soon = timezone.now() + timedelta(days=1)
    assert house_cadence(timezone.now()) == 1.0
    actions.declare(region=regency, level="emergency", until=soon, reason="Banjir", basis="SK 1/2026", by=sari)
    assert house_cadence(timezone.now()) == 0.25
    with pytest.raises(Refused, match="sungguhan"):
        actions.declare(region=regency, level="watch", until=soon, reason="Uji", by=sari, exercise=True)
    assert house_posture(timezone.now()) == "emergency"


@pytest.mark.django_db
def test_every_page_asks_as_much_of_the_database_for_many_postures_as_for_one(sari: Person, regency: Region) -> None:
    client, soon = signed_in(sari), timezone.now() + timedelta(days=1)
    asked = []
    for places in (["35.16"], ["35.16.08", "35.16.13", "35.16.01"]):
        for place in places:
            actions.declare(region=Region.objects.get(pk=place), level="watch", until=soon, reason=f"x {place}", by=sari)
        client.get("/incidents")
        with CaptureQueriesContext(connection) as queries:
            assert f"x {places[-1]}" in client.get("/incidents").content.decode()
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_an_agencys_figures_are_open_to_all_as_long_as_the_posture_runs(sari: Person) -> None:
    lay_out()
    Indicator.objects.filter(code="level").update(publicity="agency")
    level, soon = Indicator.objects.get(code="level"), timezone.now() + timedelta(days=1)
    reader = person_in_post("lala@mojokerto.test", "Lala", Role.VIEWER, region=Region.objects.get(pk="35.16.01"))

    def reads() -> bool:
        return Indicator.objects.visible_to(reader).filter(code="level").exists()

    region = Region.objects.get(pk="35.16")
    assert not reads()
    actions.declare(region=region, level="watch", until=soon, reason="Uji", by=sari, exercise=True, shared=[level])
    assert not reads(), "a drill shares nothing"
    actions.declare(region=region, level="watch", until=soon, reason="Banjir", by=sari, shared=[level])
    assert reads() and "level" in str(Entry.objects.filter(room="indicators", verb="share").first().after)  # type: ignore[union-attr]
    with patch("django.utils.timezone.now", return_value=soon + timedelta(seconds=1)):
        assert not reads(), "it runs out by itself"
    actions.declare(region=region, level="watch", until=soon, reason="Masih", by=sari, shared=[level])
    assert reads() and Share.objects.filter(ended=None).count() == 1
    actions.end(posture=Posture.objects.running(timezone.now()).get(), by=sari)
    assert not reads()


@pytest.mark.django_db
def test_whoever_measures_hears_how_often_to_send(sari: Person, regency: Region) -> None:
    first = running.look()
    assert [(word.level, word.cadence) for word in running.news({}, first)] == [("normal", 1.0)]
    place, soon = Region.objects.get(pk="35.16.13"), timezone.now() + timedelta(days=1)
    made = actions.declare(region=place, level="emergency", until=soon, reason="x", basis="SK 1/2026", by=sari)
    second = running.look()
    assert [(word.region, word.cadence) for word in running.news(first, second)] == [("35.16.13", 0.25)]
    actions.end(posture=made, by=sari)
    assert [(word.region, word.level) for word in running.news(second, running.look())] == [("35.16.13", "normal")]
