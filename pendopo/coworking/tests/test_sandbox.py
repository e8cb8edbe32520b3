"""What a sandbox key reads: what is public, its own tests, what was agreed; nothing of the government, and nothing after the end."""

import pytest
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.coworking.outcome.actions import open_sandbox
from pendopo.coworking.startups import actions
from pendopo.coworking.startups.models import Startup
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.tests.yard import Yard, lay_out

from .yard import member


@pytest.fixture
def yard(db: None, rani: Person) -> Yard:
    """The government has figures: `level` for its own eyes, `free` for one agency's, `cases` public."""
    made = lay_out()
    Indicator.objects.filter(code="level").update(publicity="government")
    Indicator.objects.filter(code="free").update(publicity="agency")
    return made


@pytest.fixture
def startup(yard: Yard, rani: Person) -> tuple[Startup, dict[str, str]]:
    """A published start-up with an open sandbox, and the head that its key makes."""
    made = actions.set_startup(code="pasar-tani", by=rani, name="Pasar Tani", line="Harga adil")
    actions.add_to_team(startup=made, name="Ayu", by=rani)
    actions.publish_startup(startup=made, by=rani)
    head = {"Authorization": f"Bearer {open_sandbox(startup=made, by=rani)}"}
    made.refresh_from_db()
    return made, head


def listed(client: Client, head: dict[str, str]) -> set[str]:
    """The codes of the indicators that the key is told of."""
    return {one["code"] for one in client.get("/api/v1/indicators", headers=head).json()["items"]}


def test_a_government_figure_is_closed_until_it_is_agreed_and_after_the_end(
    startup: tuple[Startup, dict[str, str]], rani: Person, client: Client
) -> None:
    row, head = startup
    own = {f"sandbox.pasar-tani.{name}" for name in "abc"}
    address = "/api/v1/latest?indicator=level&region=35.16.01"
    assert listed(client, head) == {"cases", *own} and client.get(address, headers=head).status_code == 403
    assert client.get("/refresh.csv?indicator=level", headers=head).status_code == 404
    level = Indicator.objects.get(code="level")
    keeper, do = signed_in(rani), f"{row.get_absolute_url()}/do"
    assert "level" in keeper.get(row.get_absolute_url()).content.decode().partition('id="agreed"')[2]
    keeper.post(do, {"deed": "agree", "indicator": level.pk, "purpose": "Peringatan banjir bagi petani"})
    assert listed(client, head) == {"cases", "level", *own} and client.get(address, headers=head).status_code == 200
    page = keeper.get(row.get_absolute_url()).content.decode()
    assert "Peringatan banjir bagi petani" in page and Entry.objects.filter(verb="agree").count() == 1
    assert row.sandbox is not None
    (agreement,) = row.sandbox.agreements.all()
    keeper.post(do, {"deed": "stop", "agreement": agreement.pk})
    assert client.get(address, headers=head).status_code == 403 and "level" not in listed(client, head)
    keeper.post(do, {"deed": "agree", "indicator": level.pk, "purpose": "Lagi"})
    assert client.get(address, headers=head).status_code == 200
    keeper.post(do, {"deed": "end"})
    assert client.get(address, headers=head).status_code == 401, "its keys are revoked"
    assert not row.sandbox.agreements.filter(ended=None).exists()


def test_a_steward_agrees_only_what_their_agency_reports(
    startup: tuple[Startup, dict[str, str]], budi: Person, rani: Person, client: Client
) -> None:
    row, head = startup
    assert budi.holdings.get().post.agency is not None
    actions.set_startup(code=row.code, by=rani, agency=budi.holdings.get().post.agency)
    level, free = Indicator.objects.get(code="level"), Indicator.objects.get(code="free")
    own = Source.objects.create(code="bpbd", name="BPBD", agency_id=budi.holdings.get().post.agency_id)
    free.sources.set([own])
    do = f"{row.get_absolute_url()}/do"
    for one in (level, free):
        signed_in(budi).post(do, {"deed": "agree", "indicator": one.pk, "purpose": "Uji"})
    assert "free" in listed(client, head) and "level" not in listed(client, head)
    ayu = member("Ayu")
    signed_in(ayu).post(do, {"deed": "agree", "indicator": level.pk, "purpose": "Uji"})
    assert "level" not in listed(client, head)
