"""What the public is told of an incident, and how an incident answers the reports that it began with."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused, ensure_agency
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.models import Alert
from pendopo.audit.models import Entry
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import Incident
from pendopo.indicators.sources import add_source
from pendopo.portal.happening import actions
from pendopo.portal.happening.models import PublicIncident
from pendopo.regions.models import Region
from pendopo.reports.actions import note_clusters, submit
from pendopo.reports.models import Category, Report, State

SOOKO, JETIS = "35.16.13", "35.16.16"


@pytest.fixture
def flood(regency: Region, rani: Person) -> Incident:
    """An incident that four reports of one kecamatan led to, by the alert of their cluster."""
    source = add_source(by=rani, code="pendopo", name="Pendopo", agency=ensure_agency("Dinas Kominfo"))
    for number in range(1, 5):
        submit(
            category=Category.objects.get(code="banjir"),
            text=f"Banjir di dusun nomor {number}, air masuk rumah",
            region=Region.objects.get(pk=f"{SOOKO}.200{number}"),
            email=f"warga{number}@contoh.test",
        )
    note_clusters(source=source)
    return cases.open_from_alert(alert=Alert.objects.get(), by=rani)


def test_the_incident_answers_its_reports_in_one_deed(flood: Incident, rani: Person, camat: Person) -> None:
    browser = signed_in(rani)
    path = f"/incidents/{flood.pk}/reports"
    assert path in browser.get(flood.get_absolute_url()).content.decode()
    cases.move(incident=flood, to="resolved", by=rani)
    page = browser.get(path).content.decode()
    assert page.count("Banjir di dusun") == 4 and "Terima kasih" in page
    assert browser.post(path, {"text": "Air sudah surut, posko ditutup."}).status_code == 302
    assert Report.objects.filter(state=State.ANSWERED).count() == 4
    entry = Entry.objects.get(room="portal", verb="answer_reports")
    assert entry.about == flood.get_absolute_url() and entry.after == {"reports": 4}
    assert flood.entries.filter(text__contains="Air sudah surut").count() == 1
    browser.post(path, {"text": "Sekali lagi."})
    assert Entry.objects.filter(verb="answer_reports").count() == 1, "Nobody waits any more: nothing is done."
    assert signed_in(camat).post(path, {"text": "Saya"}).status_code == 302


def test_an_incident_without_reports_offers_none(regency: Region, rani: Person) -> None:
    other = cases.open_incident(title="Kebakaran", by=rani)
    browser = signed_in(rani)
    assert f"/incidents/{other.pk}/reports" not in browser.get(other.get_absolute_url()).content.decode()
    assert browser.get(f"/incidents/{other.pk}/reports").status_code == 200


def test_the_public_reads_what_a_person_chose_where_it_happens(client: Client, flood: Incident, rani: Person, sari: Person) -> None:
    assert flood.title not in client.get("/").content.decode()
    path = f"/incidents/{flood.pk}/public"
    given = {"do": "tell", "headline": "Banjir di sebagian Sooko", "text": "Hindari Jalan Raya Sooko."}
    assert signed_in(sari).post(path, given).status_code == 302
    for place, shown in (("/", True), (f"/w/{SOOKO}", True), (f"/w/{SOOKO}.2001", True), (f"/w/{JETIS}", False)):
        assert ("Hindari Jalan Raya" in client.get(place).content.decode()) == shown, place
    assert Entry.objects.filter(room="portal", verb="tell_incident").count() == 1
    cases.move(incident=flood, to="resolved", by=rani)
    now = timezone.now()
    assert [PublicIncident.objects.shown(now + timedelta(hours=h)).exists() for h in (0, 25)] == [True, False]
    assert signed_in(rani).post(path, {"do": "withdraw"}).status_code == 302
    assert "Hindari Jalan Raya" not in client.get("/").content.decode()


def test_drills_are_never_told_and_strangers_tell_nothing(client: Client, regency: Region, rani: Person, budi: Person) -> None:
    drill = cases.open_incident(title="Latihan banjir", by=rani, exercise=True)
    with pytest.raises(Refused):
        actions.tell(incident=drill, headline="Banjir", text="", by=rani)
    assert client.post(f"/incidents/{drill.pk}/public", {"do": "tell", "headline": "x"}).status_code == 302
    assert signed_in(budi).post(f"/incidents/{drill.pk}/public", {"do": "tell", "headline": "x"}).status_code == 403
    assert not PublicIncident.objects.exists()
