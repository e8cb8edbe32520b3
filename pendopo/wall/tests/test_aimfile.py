"""Goals in a file: all or none, each fault with its line, the same file twice changes nothing, and out again as it came."""

import pytest
from django.utils import timezone

from pendopo.agencies.actions.posts import ensure_post
from pendopo.agencies.models import Person
from pendopo.audit.models import Entry
from pendopo.indicators.declared import Faulty
from pendopo.ui.telling import all_told
from pendopo.wall.aimfile import as_file, load_goals
from pendopo.wall.brief.gathering import gather
from pendopo.wall.models import Goal

from . import river

pytestmark = pytest.mark.usefixtures("regency")
FILE = """
goals:
  - {code: bor, below: sehat, weight: 2, name: {id: Keterisian, en: Occupancy}, owner: Kepala Dinas, indicator: beds, better: down,
     target: 60, limit: 80, due: 2026-12-31}
  - {code: sehat, name: Masyarakat sehat, rollup: weighted}
"""


def test_a_file_sets_goals_once_and_comes_out_again() -> None:
    ensure_post(by=None, title="Kepala Dinas", role="viewer", agency=None, region=None)
    assert load_goals(text=FILE, by=None) == {"set": 2, "unchanged": 0}
    bor = Goal.objects.get(code="bor")
    assert (bor.parent.code if bor.parent else "", str(bor.due), bor.weight, str(bor.owner)) == ("sehat", "2026-12-31", 2.0, "Kepala Dinas")
    for text in (FILE, as_file()):
        assert load_goals(text=text, by=None) == {"set": 0, "unchanged": 2}
    assert Entry.objects.filter(room="wall", verb="aimed").count() == 2
    changed = FILE.replace("target: 60", "target: 65")
    assert load_goals(text=changed, by=None) == {"set": 1, "unchanged": 1}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("code: bor", "code: new", "baris 3: sasaran new: kode terdiri atas"),
        ("below: sehat", "below: makmur", "baris 3: sasaran bor: tidak ada sasaran “makmur”"),
        ("owner: Kepala Dinas", "owner: Nobody", "baris 3: sasaran bor: tidak ada jabatan “Nobody”"),
        ("limit: 80", "limit: 50", "bila makin tinggi makin baik, batas berada di bawah target"),
        (", limit: 80", "", "sasaran dengan indikator memerlukan target dan batas"),
        ("weight: 2", "wait: 2", "tidak ada kunci “wait”"),
        ("name: Masyarakat sehat", "name: Sehat, below: bor", "tidak ada sasaran"),
        ("due: 2026-12-31", "due: soon", "baris 4: sasaran bor: “due”"),
    ],
)
def test_a_fault_is_told_with_its_line_and_nothing_is_changed(old: str, new: str, sentence: str) -> None:
    ensure_post(by=None, title="Kepala Dinas", role="viewer", agency=None, region=None)
    assert old in FILE
    with pytest.raises(Faulty) as refused:
        load_goals(text=FILE.replace(old, new), by=None)
    assert sentence in " ".join(all_told(refused.value.sentences))
    assert not Goal.objects.exists()


def test_a_missed_goal_stands_in_the_brief_with_its_target(sari: Person) -> None:
    """Also where no board judges the figure; the figure itself does not stand there a second time."""
    load_goals(text=FILE.replace("owner: Kepala Dinas, ", ""), by=None)
    river.indicator("beds", level="regency", rollup="none")
    river.send("beds", {"35.16": 70.0})
    news = gather(sari, now=timezone.now(), as_of=None, language="id").news
    assert [(item.aim, item.pulse.judged and item.pulse.judged.state) for item in news.red] == [("Keterisian", "attention")]
    assert not news.changed and (news.fresh, news.total) == (1, 1)
    river.send("beds", {"35.16": 60.0})
    assert not gather(sari, now=timezone.now(), as_of=None, language="id").news.red


def test_how_the_house_does_is_no_leaders_news_unless_it_is_judged(sari: Person) -> None:
    river.indicator("sys.backup.age", level="regency", rollup="none")
    river.indicator("beds", level="regency", rollup="none")
    assert [item.pulse.figure.indicator for item in gather(sari, now=timezone.now(), as_of=None, language="id").news.late] == ["beds"]
