"""Plans: what is used first for a hazard in an area, and where an incident finds its plan."""

import pytest

from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.field import actions as field
from pendopo.incidents.plans.actions import set_plan
from pendopo.incidents.plans.models import Plan, plan_of
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.procedures.models import newest
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


def test_an_incident_finds_the_plan_of_the_smallest_area(regency: Region, sari: Person, bpbd: Agency) -> None:
    load_shipped()
    flood, fire = (next(one for one in newest() if one.code == code) for code in ("flood", "fire"))
    sooko, village = Region.objects.get(pk="35.16.13"), Region.objects.get(pk="35.16.13.2004")
    hall = field.keep_shelter(shelter=None, by=None, name="Balai desa", region=village, capacity=90)
    school = field.keep_shelter(shelter=None, by=None, name="SDN 1", region=village, capacity=40)
    boats = field.keep_resource(resource=None, by=None, name="Perahu", kind="boat", agency=bpbd, quantity=2)
    set_plan(hazard=flood.procedure, region=regency, by=sari, shelters=[school], resources=[])
    set_plan(hazard=flood.procedure, region=sooko, by=sari, shelters=[school, hall], resources=[boats])
    again = set_plan(hazard=flood.procedure, region=sooko, by=sari, shelters=[hall, school], resources=[boats])
    incident = open_incident(title="Banjir", by=sari, regions=[village], procedure=flood)
    found = plan_of(incident)
    assert found == again and [str(line) for line in again.lines.all()] == ["Balai desa", "SDN 1", "Perahu"] and Plan.objects.count() == 2
    assert plan_of(open_incident(title="Api", by=sari, regions=[village], procedure=fire)) is None
    elsewhere = plan_of(open_incident(title="Banjir", by=sari, regions=[Region.objects.get(pk="35.16.03")], procedure=flood))
    assert elsewhere is not None and elsewhere.region == regency
    assert "Balai desa" in signed_in(sari).get(f"{incident.get_absolute_url()}/field").content.decode()


def test_it_is_written_by_names(regency: Region, sari: Person, camat: Person) -> None:
    load_shipped()
    village = Region.objects.get(pk="35.16.13.2004")
    field.keep_shelter(shelter=None, by=None, name="Balai desa", region=village, capacity=90)
    hazard = next(one for one in newest() if one.code == "flood").procedure
    client, given = signed_in(sari), {"hazard": hazard.pk, "region": "35.16.13", "shelters": "balai desa\nGedung Hantu"}
    assert "Gedung Hantu" in client.post("/field/plans/new", given).content.decode() and not Plan.objects.exists()
    assert client.post("/field/plans/new", {**given, "shelters": "balai desa"}).status_code == 302
    assert "Balai desa" in client.get("/field/plans").content.decode()
    assert "Balai desa" in client.get(Plan.objects.get().get_absolute_url()).content.decode()
    assert signed_in(camat).get("/field/plans/new").status_code == 403
