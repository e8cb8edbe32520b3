"""The catalogue: read strictly, loaded as a whole, and quiet when nothing differs."""

from pathlib import Path

import pytest
from django.utils.translation import override

from pendopo.agencies.models import Agency
from pendopo.audit.models import Entry
from pendopo.indicators.catalogue import parse
from pendopo.indicators.declared import Faulty
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.models import Indicator, Source
from pendopo.ui.telling import all_told

CATALOGUES = Path(__file__).resolve().parent.parent / "catalogues"

TEXT = """\
sources:
  - {code: psda, name: "Dinas PU SDA", agency: "Dinas PU SDA Jawa Timur"}
indicators:
  - code: river-level
    name: {id: "Tinggi muka air", en: "River level"}
    unit: m
    every: 1h
    grace: 45m
    kind: gauge
    rollup: mean
    level: regency
    sources: [psda]
    publicity: public
    checks: {range: [0, 20], step: 1.5, monotonic: false, future: 5m}
  - code: population
    name: Penduduk
    every: 1y
    kind: gauge
    rollup: sum
    level: district
  - code: river-level-mean
    name: {id: "Rata-rata", en: "Mean"}
    rollup: {weighted: population}
    derived: {moving_mean: {of: river-level, window: 7d}}
"""


def faults(text: str) -> list[str]:
    """The sentences with which a text is refused."""
    with pytest.raises(Faulty) as refused:
        parse(text)
    return refused.value.sentences


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("    rollup: mean", "    rolup: mean"), "line 10: indicator river-level: there is no key “rolup”."),
        (("every: 1h", "every: hourly"), "line 4: indicator river-level: “every”: “hourly” is not a duration"),
        (("kind: gauge", "kind: meter"), "line 9: indicator river-level: “kind”: “meter” is none of the known words."),
        (("    unit: m\n", ""), None),
        (("    every: 1h\n", ""), "line 4: indicator river-level: the key “every” is missing."),
        (("range: [0, 20]", "range: [20, 0]"), "line 4: indicator river-level: the range begins at 20, above its end 0."),
        (
            ("range: [0, 20]", "range: 20"),
            "line 14: indicator river-level: “checks.range”: here stands a whole number, not a list or nothing.",
        ),
        (("monotonic: false", "monotonous: false"), "line 14: indicator river-level: there is no key “monotonous” in “checks”."),
        (("rollup: mean", "rollup: average"), "line 4: indicator river-level: “rollup” is sum, mean"),
        (("code: population", "code: river-level"), "indicator river-level was declared in line 4 already."),
        (("code: psda", "code: PSDA 1"), "line 2: source PSDA 1: a code has small letters"),
        (("moving_mean", "moving_average"), "there is no function “moving_average”"),
        (("window: 7d", "window: soon"), "“window” of “moving_mean”: “soon” is not a duration"),
        (("unit: m\n", "unit: m\n    unit: cm\n"), "line 7: the key “unit” stands here twice."),
        (("sources:\n", "source:\n"), "line 1: there is no key “source” in a catalogue"),
    ],
)
def test_a_fault_is_told_with_its_line(change: tuple[str, str], sentence: str | None) -> None:
    """Strict: what would be misunderstood is refused where it stands."""
    text = TEXT.replace(*change, 1)
    if sentence is None:
        assert parse(text).indicators[0].unit == ""
    else:
        assert any(sentence in fault for fault in faults(text)), faults(text)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "sources: 7", "sources: [7]", "sources: []", "\x00", "a: &x [*x]", "? [1]\n: 2"])
def test_what_is_no_catalogue_gets_a_sentence(text: str) -> None:
    """Never a stack trace."""
    assert all(sentence.endswith(".") for sentence in faults(text))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("window: 7d", "window: soon"), "“window” dari “moving_mean”: “soon” bukan lama waktu"),
        (("range: [0, 20]", "range: 20"), "“checks.range”: di sini tertulis bilangan bulat, seharusnya daftar atau tidak ada."),
        (("moving_mean", "moving_average"), "tidak ada fungsi “moving_average”: gunakan salah satu dari"),
        (("kind: gauge", "kind: meter"), "baris 9: indikator river-level: “kind”: “meter” bukan salah satu kata yang dikenal."),
        (("grace: 45m", "grace: x: y"), "ada titik dua di tempat yang salah"),
        (("unit: m\n", "unit: m\n    keep: 3d\n"), "“keep” paling sedikit 7d"),
    ],
)
def test_a_fault_is_told_in_the_language_of_the_page(change: tuple[str, str], sentence: str) -> None:
    """Also those of formulas, of the decoder and of YAML itself."""
    with override("id"):
        told = all_told(faults(TEXT.replace(*change, 1)))
    assert any(sentence in fault for fault in told), told


@pytest.mark.django_db
def test_a_running_total_of_what_is_forgotten_is_refused() -> None:
    text = TEXT.replace("unit: m\n", "unit: m\n    keep: 40d\n").replace(
        "moving_mean: {of: river-level, window: 7d}", "cumulative: river-level"
    )
    with pytest.raises(Faulty, match="adds up all of “river-level”, which keeps its rows for 40d only"):
        load_catalogue(catalogue=parse(text))


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_writes_no_entry() -> None:
    """The first load declares, tells it once; the second is silent."""
    first = load_catalogue(catalogue=parse(TEXT))
    assert first.as_json() == {
        "sources": {"created": 1, "changed": 0, "unchanged": 0},
        "indicators": {"created": 3, "changed": 0, "unchanged": 0},
    }
    entries = Entry.objects.count()
    second = load_catalogue(catalogue=parse(TEXT))
    assert second.as_json()["indicators"] == {"created": 0, "changed": 0, "unchanged": 3}
    assert Entry.objects.count() == entries
    assert Entry.objects.filter(verb="declared", about="/indicators").count() == 1


@pytest.mark.django_db
def test_what_is_declared_is_kept() -> None:
    """Agency made, writers, checks, decimals; a derived indicator inherits its cadence and is kept, not computed."""
    load_catalogue(catalogue=parse(TEXT))
    river = Indicator.objects.get(code="river-level")
    assert Source.objects.get(code="psda").agency == Agency.objects.get(name="Dinas PU SDA Jawa Timur")
    assert (river.name_en, river.decimals, [source.code for source in river.sources.all()]) == ("River level", 2, ["psda"])
    assert river.checks == {"range": [0, 20], "step": 1.5, "future": "5m"}
    mean = Indicator.objects.get(code="river-level-mean")
    assert (mean.every, mean.level, mean.rollup, mean.weight) == ("1h", "regency", "weighted", Indicator.objects.get(code="population"))
    assert mean.derived == {"moving_mean": {"of": "river-level", "window": "7d"}}


@pytest.mark.django_db
def test_a_change_is_told_with_before_and_after() -> None:
    """Only what differs is written into the book."""
    load_catalogue(catalogue=parse(TEXT))
    changes = load_catalogue(catalogue=parse(TEXT.replace("step: 1.5", "step: 2")))
    assert changes.indicators.changed == 1
    entry = Entry.objects.filter(verb="declared", about="/indicators").latest("id")
    assert entry.before == {"indicator river-level": {"checks": {"range": [0, 20], "step": 1.5, "future": "5m"}}}
    assert entry.after == {"indicator river-level": {"checks": {"range": [0, 20], "step": 2, "future": "5m"}}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("sources: [psda]", "sources: [nobody]"), "line 4: indicator river-level: there is no source “nobody”"),
        (("of: river-level", "of: sea-level"), "there is no indicator “sea-level”"),
    ],
)
def test_an_unknown_name_refuses_the_whole(change: tuple[str, str], sentence: str) -> None:
    """All or nothing: also the agency and the source are not made."""
    with pytest.raises(Faulty, match=sentence):
        load_catalogue(catalogue=parse(TEXT.replace(*change, 1)))
    assert not Source.objects.exists()
    assert not Agency.objects.exists()


@pytest.mark.django_db
def test_a_circle_is_refused_by_name() -> None:
    """Derived figures that need each other."""
    text = "indicators:\n  - {code: a, name: A, derived: {cumulative: {of: b}}}\n  - {code: b, name: B, derived: {cumulative: {of: a}}}\n"
    with pytest.raises(Faulty, match="a → b → a"):
        load_catalogue(catalogue=parse(text))


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_catalogues_load(path: Path) -> None:
    """And a second time without a change."""
    catalogue = parse(path.read_text(encoding="utf-8"))
    load_catalogue(catalogue=catalogue)
    again = load_catalogue(catalogue=catalogue)
    assert again.after == {}
