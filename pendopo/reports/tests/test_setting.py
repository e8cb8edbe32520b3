"""Categories with their owner and clocks, and how long contacts are kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pendopo.agencies.actions import ensure_agency
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.regions.models import Region
from pendopo.reports import actions
from pendopo.reports.models import Category, Report, State

FACTS: dict[str, Any] = {
    "name_id": "Ternak sakit",
    "name_en": "Sick cattle",
    "about_id": "Sapi, kambing",
    "about_en": "Cows, goats",
    "group": "Pertanian",
    "words": "Sapi, kambing,",
    "by_place": "",
    "classification": "complaint",
    "cluster": "3",
    "severity": "Severe",
    "position": "9",
    "active": "on",
}


def submitted(code: str, regency: Region, **more: Any) -> Report:
    place = Region.objects.get(pk="35.16.13")
    return actions.submit(category=Category.objects.get(code=code), text="Tiga sapi mati sejak kemarin", region=place, **more)


def test_an_administrator_makes_a_category_with_its_owner_and_clocks(regency: Region, rani: Person, sari: Person) -> None:
    office = ensure_agency("Dinas Pertanian")
    browser = signed_in(rani)
    given = {**FACTS, "code": "ternak", "agency": office.pk, "answer_days": "1", "complete_days": "2"}
    assert browser.post("/handling/categories/new", given).status_code == 302
    made = Category.objects.get(code="ternak")
    assert made.keywords == ["sapi", "kambing"] and made.agency == office
    now = timezone.now()
    slow, quick = submitted("jalan", regency, created=now), submitted("ternak", regency, created=now)
    assert quick.agency == office and quick.complete_by and slow.complete_by and quick.complete_by < slow.complete_by
    actions.verify(report=quick, by=rani)
    quick.refresh_from_db()
    later = actions.verify(report=slow, by=rani).answer_by
    assert quick.answer_by and later and quick.answer_by < later
    assert browser.post("/handling/categories/new", given).status_code == 200, "The code is taken."
    assert browser.post("/handling/categories/ternak", {**FACTS, "name_id": "Ternak"}).status_code == 302
    for _again in range(2):
        browser.post("/handling/categories/ternak", {**FACTS, "name_id": "Ternak"})
    assert Entry.objects.filter(verb="set_category").count() == 2
    assert "Ternak" in browser.get("/handling/categories").content.decode()
    assert signed_in(sari).get("/handling/categories").status_code == 403


@pytest.mark.parametrize(("kept", "forgotten"), [(None, False), (30, True), (0, True)])
def test_contacts_are_forgotten_when_their_time_is_over(regency: Region, settings: Any, kept: int | None, forgotten: bool) -> None:
    settings.CONTACT_DAYS = 90
    Category.objects.filter(code="jalan").update(keep_days=kept)
    contacts = {"name": "Ani", "phone": "081234567890", "email": "ani@contoh.test"}
    done, going = submitted("jalan", regency, **contacts), submitted("jalan", regency, **contacts)
    Report.objects.filter(pk=done.pk).update(state=State.CLOSED, finished=timezone.now() - timedelta(days=60))
    assert [actions.forget_contacts() for _again in range(2)] == [int(forgotten), 0]
    done.refresh_from_db()
    going.refresh_from_db()
    assert (done.name, done.phone, done.email) == (("", "", "") if forgotten else tuple(contacts.values()))
    assert going.email == "ani@contoh.test"
    entries = Entry.objects.filter(verb="forget_contacts")
    assert [entry.after for entry in entries] == [{"reports": 1}] * forgotten
