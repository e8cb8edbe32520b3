"""Guides: complete, followable, and asked whether they helped."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.portal.guides.models import GuideAnswer
from pendopo.portal.guides.shelf import AUDIENCES, Guide, guides
from pendopo.regions.models import Region
from pendopo.ui import strangers


def test_five_guides_for_every_audience() -> None:
    assert len(guides()) == 5 and {guide.audience for guide in guides()} == set(AUDIENCES)


@pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.code)
def test_whoever_follows_a_guide_finds_every_page(client: Client, regency: Region, guide: Guide) -> None:
    assert "<ol>" in guide.html, "A guide has steps."
    places = re.findall(r'href="([^"]+)"', guide.html)
    assert places
    for place in places:
        assert client.get(place).status_code == 200, place
    assert guide.title in client.get(f"/guides/{guide.code}").content.decode()


@pytest.mark.parametrize(
    ("guide", "path", "words"),
    [("melapor", "/reports/new", ["Apa?", "Di mana?", "Siapa?", "Anonim", "Rahasia", "Kirim laporan"]),
     ("data-usaha", "/open/requests", ["Minta data"])],
)  # fmt: skip
def test_the_words_of_a_guide_stand_on_the_page(client: Client, regency: Region, guide: str, path: str, words: list[str]) -> None:
    html = client.get(path).content.decode()
    assert [word for word in words if word not in html] == []


def test_was_it_solved(client: Client, regency: Region, rani: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(strangers, "FASTEST_S", -1.0)
    page = client.get("/guides/melapor").content.decode()
    opened = page.partition('name="opened" value="')[2].partition('"')[0]
    client.post("/guides/melapor", {"solved": "yes", "question": "", "opened": opened})
    client.post("/guides/melapor", {"solved": "no", "question": "Bagaimana melampirkan video?", "opened": opened})
    client.post("/guides/melapor", {"solved": "no", "question": "spam", "website": "x", "opened": opened})
    assert GuideAnswer.objects.filter(held=False).count() == 2
    browser = signed_in(rani)
    html = browser.get("/guides/questions").content.decode()
    assert "Bagaimana melampirkan video?" in html and "spam" not in html
    browser.post(f"/guides/questions/{GuideAnswer.objects.get(question__startswith='Bagaimana').pk}")
    assert "Bagaimana melampirkan video?" not in browser.get("/guides/questions").content.decode()
