"""Incidents and the parts of the network that their alerts lead to: each page leads to the other, as far as its reader may see."""

import pytest

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.actions import apply
from pendopo.alerts.models import Alert
from pendopo.alerts.tests.yard import word
from pendopo.incidents.cases.actions import move, open_from_alert
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db
LINK, DEVICE = "/network/links/core-dinkes", "/network/devices/r-dinkes"


def test_an_incident_and_the_parts_of_the_network_lead_to_each_other(regency: Region, sari: Person) -> None:
    lay_network()
    apply(
        verdicts=[
            word("Serat putus", 1, region="35.16.12", group="network", link=LINK),
            word("Router Dinkes", 2, region="35.16.12", group="network", link=DEVICE),
            word("Log penuh", 3, region="35.16.12", group="network", link="/network/log"),
        ]
    )
    client = signed_in(sari)
    found = open_from_alert(alert=Alert.objects.get(name="Serat putus"), by=sari)
    type(found).objects.filter(pk=found.pk).update(title="Gangguan jaringan Dinkes")
    page = client.get(found.get_absolute_url()).content.decode()
    parts = page.split("Bagian jaringan")[1].split("</section>")[0]
    assert f'href="{LINK}"' in parts and f'href="{DEVICE}"' in parts and "Router Dinkes" in parts and "/network/log" not in parts
    for path in (LINK, DEVICE):
        assert f'<a href="{found.get_absolute_url()}">Gangguan jaringan Dinkes</a>' in client.get(path).content.decode()
    assert "Gangguan jaringan" not in client.get("/network/devices/core").content.decode()
    elsewhere = person_in_post("tono@mojokerto.test", "Tono", Role.ENGINEER, region=Region.objects.get(pk="35.16.08"))
    page = signed_in(elsewhere).get(LINK)
    assert page.status_code == 200 and "Gangguan jaringan" not in page.content.decode(), "of another region"
    move(incident=found, to="resolved", by=sari)
    assert "Gangguan jaringan" not in client.get(LINK).content.decode(), "it is over"
