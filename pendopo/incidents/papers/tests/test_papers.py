"""Papers: a situation report drafts itself and stays as it was issued; the after-action report has the clocks; both come as PDF."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.incidents.cases import actions
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.procedures.models import newest
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def flood(sari: Person, regency: Region) -> Incident:
    """A flood an hour old with a report and a step done."""
    load_shipped()
    version = next(one for one in newest() if one.code == "flood")
    noticed = timezone.now() - timedelta(hours=1)
    made = actions.open_incident(title="Banjir Sooko", by=sari, procedure=version, detected=noticed, began=noticed - timedelta(hours=1))
    actions.write(incident=made, text="Air 60 cm", by=sari, at=timezone.now() - timedelta(minutes=30))
    actions.mark_step(incident=made, step="verify", state="done", by=sari, text="camat membenarkan")
    return made


def test_a_situation_report_that_was_issued_stays_as_it_was_and_the_next_tells_what_is_new(sari: Person, flood: Incident) -> None:
    client = signed_in(sari)
    url = f"{flood.get_absolute_url()}/sitrep"
    draft = client.get(url).content.decode()
    assert "Air 60 cm" in draft and "camat membenarkan" in draft and "Panggil tim reaksi cepat" in draft and "sitrep/issue" in draft
    first = client.post(f"{url}/issue")["Location"]
    actions.write(incident=flood, text="Air surut", by=sari)
    stays = client.get(first).content.decode()
    assert "Air 60 cm" in stays and "Air surut" not in stays and "sitrep/issue" not in stays
    following = client.get(url).content.decode()
    assert "Air surut" in following and "Air 60 cm" not in following and "Laporan situasi 2" in following


def test_the_after_action_report_has_clocks_and_seven_one_seven(sari: Person, flood: Incident) -> None:
    actions.move(incident=flood, to="resolved", by=sari)
    page = signed_in(sari).get(f"{flood.get_absolute_url()}/report").content.decode()
    assert "7-1-7" in page and "tercapai" in page and "1 dari" in page and "Air 60 cm" in page and "Sari" in page


def test_a_drill_shows_its_score_by_parts(sari: Person, regency: Region) -> None:
    drill = actions.open_incident(title="Uji", by=sari, exercise=True)
    actions.write(incident=drill, text="mulai", by=sari)
    done = actions.move(incident=drill, to="resolved", by=sari)
    page = signed_in(sari).get(f"{drill.get_absolute_url()}/report").content.decode()
    assert f"{done.score}/100" in page and "LATIHAN" in page and "tidak dinilai" in page


def test_both_come_as_pdf(sari: Person, flood: Incident) -> None:
    client = signed_in(sari)
    for name in ("sitrep", "report"):
        answer = client.get(f"{flood.get_absolute_url()}/{name}.pdf")
        assert answer.status_code in (200, 302)
        if answer.status_code == 200:
            assert answer.content[:5] == b"%PDF-" and answer["Content-Type"] == "application/pdf"
