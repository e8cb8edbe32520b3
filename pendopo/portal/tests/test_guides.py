"""Guides: complete, followable, and asked whether they helped."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.portal.guides.models import GuideAnswer
from pendopo.portal.guides.shelf import AUDIENCES, Guide, guides
from pendopo.regions.models import Region
from pendopo.reports.actions import answer, submit
from pendopo.reports.keys import key_of
from pendopo.reports.models import Category
from pendopo.ui import strangers
from pendopo.wall.tests import river

EVERY = [*guides("id"), *guides("en")]
# Where a step leads without a link: the dataset that somebody chose, and the link that a reporter keeps.
ONWARD = ("/open/river-level", "/reports/{report}?key={key}")


def test_five_guides_for_every_audience_in_both_languages() -> None:
    for language in ("id", "en"):
        assert len(guides(language)) == 5 and {guide.audience for guide in guides(language)} == set(AUDIENCES)
    assert [guide.code for guide in guides("id")] == [guide.code for guide in guides("en")]


@pytest.mark.parametrize("guide", EVERY, ids=lambda guide: f"{guide.code}-{guide.language}")
def test_whoever_follows_a_guide_finds_every_page_and_every_word(client: Client, regency: Region, rani: Person, guide: Guide) -> None:
    """Every link opens, and every button or heading that a step names (in italics) stands on a page that the guide leads to."""
    client.cookies["django_language"] = guide.language
    river.indicator("river-level", unit="m")
    river.send("river-level", {"35.16.13": 2.5})
    report = submit(category=Category.objects.get(code="jalan"), text="Jalan berlubang besar", region=Region.objects.get(pk="35.16.13"))
    answer(report=report, text="Sudah ditambal.", by=rani)
    assert "<ol>" in guide.html, "A guide has steps."
    places = re.findall(r'href="([^"]+)"', guide.html)
    assert places
    onward = [path.format(report=report.number, key=key_of(report.number)) for path in ONWARD]
    pages = [client.get(place) for place in (*places, *onward)]
    assert [place for place, page in zip((*places, *onward), pages, strict=True) if page.status_code != 200] == []
    shown = "".join(unescape(page.content.decode()) for page in pages)
    named = re.findall(r"<em>([^<]+)</em>", guide.html)
    assert [unescape(word) for word in named if unescape(word) not in shown] == []
    assert guide.title in client.get("/guides").content.decode()
    assert guide.title in client.get(f"/guides/{guide.code}").content.decode()


LESSON = """---
title: {title}
audience: villages
minutes: 5
about: Dari sumur sampai keran.
course: Air bersih
---
1. Buka [halaman depan](/). <script>alert(1)</script>
"""


def test_a_government_adds_guides_and_courses_of_its_own(client: Client, regency: Region, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "guides" / "id"
    assert len(guides("id")) == 5
    folder.mkdir(parents=True)
    for name, title in (("6-sumur", "Merawat sumur"), ("7-keran", "Memasang keran"), ("8-uji", "Menguji air")):
        (folder / f"{name}.md").write_text(LESSON.format(title=title))
    (folder / "9-rusak.md").write_text("tanpa kepala")
    (folder / "questions.md").write_text(LESSON.format(title="Alamat yang terpakai"))
    assert [one.code for one in guides("id")][5:] == ["sumur", "keran", "uji"] and len(guides("en")) == 5
    html = client.get("/guides/keran").content.decode()
    assert "Air bersih: pelajaran 2 dari 3" in html and "<script>alert" not in html
    assert 'href="/guides/sumur" rel="prev"' in html and 'href="/guides/uji" rel="next"' in html
    assert 'rel="prev"' not in client.get("/guides/sumur").content.decode()
    (folder / "7-keran.md").write_text(LESSON.format(title="Memasang keran umum"))
    (folder / "1-melapor.md").write_text(LESSON.format(title="Melapor di desa kami").replace("course: Air bersih\n", ""))
    assert "Memasang keran umum" in client.get("/guides/keran").content.decode(), "It is read again when it changed."
    assert "Melapor di desa kami" in client.get("/guides/melapor").content.decode() and guides("id")[0].code == "melapor"


def test_the_lessons_of_a_course_lead_to_each_other(client: Client, regency: Region) -> None:
    html = client.get("/guides/membaca-angka").content.decode()
    assert "pelajaran 1 dari 2" in html and 'href="/guides/data-usaha" rel="next"' in html


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
