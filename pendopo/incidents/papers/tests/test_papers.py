"""Papers: a situation report drafts itself and stays as it was issued; the after-action report has the clocks; both come as PDF."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.incidents.cases import actions
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.procedures.actions import load, load_shipped
from pendopo.incidents.procedures.models import newest
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import lay_out
from pendopo.orders import actions as orders
from pendopo.regions.models import Region
from pendopo.ui.words import moment_text

try:
    from pendopo.ui import pressing
except OSError:  # the libraries of the machine that set type are not there
    pressing = None  # type: ignore[assignment]
needs_press = pytest.mark.skipif(pressing is None, reason="Pango is not on this machine: `pendopo doctor` names its packages.")
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


def test_an_issued_report_keeps_title_state_lead_and_orders_of_its_moment(sari: Person, rani: Person, flood: Incident) -> None:
    client = signed_in(sari)
    post = sari.holdings.select_related("post").get().post
    (order,) = actions.order(incident=flood, what="Siapkan perahu", to=[post], by=rani)
    link = client.post(f"{flood.get_absolute_url()}/sitrep/issue")["Location"]
    orders.accept(order=order, by=sari)
    actions.change(
        incident=flood,
        by=sari,
        title="Banjir bandang",
        severity="Extreme",
        detail="",
        regions=list(flood.regions.all()),
        agencies=[],
        known=actions.edition(flood),
    )
    actions.take_lead(incident=flood, lead=rani, by=rani, instead_of=None)
    actions.move(incident=flood, to="resolved", by=sari)
    stays = client.get(link).content.decode()
    stands = stays[stays.index("1. ") : stays.index("2. ")]
    assert "<b>Banjir Sooko</b>: Berlangsung" in stands and "Rani" not in stands and "Diberikan" in stays
    assert "Banjir bandang" in client.get(f"{flood.get_absolute_url()}/report").content.decode()


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


@needs_press
def test_both_come_as_pdf(sari: Person, flood: Incident) -> None:
    client = signed_in(sari)
    for name in ("sitrep", "report", "assessment"):
        answer = client.get(f"{flood.get_absolute_url()}/{name}.pdf")
        assert answer.status_code == 200, name
        assert answer.content[:5] == b"%PDF-" and answer["Content-Type"] == "application/pdf"


def test_figures_of_a_situation_report_show_the_time_of_the_government(sari: Person) -> None:
    yard = lay_out()
    load(text="code: air\nname: Air\nfigures: [level]\nsteps: [{code: verify, do: Pastikan}]", by=sari)
    at = timezone.now().replace(minute=0, second=0, microsecond=0)
    take_delivery(source=yard.source, rows=[Observation("level", "35.16.01", at.isoformat(), 3.5)], digest="x" * 64, way=Way.API)
    region = Region.objects.get(pk="35.16.01")
    made = actions.open_incident(title="Air", by=sari, regions=[region], procedure=newest()[0])
    page = signed_in(sari).get(f"{made.get_absolute_url()}/sitrep").content.decode()
    row = page[page.index("3,5</b>") :].split("</tr>")[0]
    assert moment_text(at, ZoneInfo(settings.TIME_ZONE)) in row and "+00:00</td>" not in row and "Z</td>" not in row
