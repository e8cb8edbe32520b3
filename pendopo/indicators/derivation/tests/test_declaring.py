"""Loading derived indicators: what is left out is filled in, and what cannot hold is refused with a sentence that names it."""

import pytest

from pendopo.indicators.catalogue import parse
from pendopo.indicators.declared import Faulty
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.models import Indicator, Series

from .garden import ONE, day, plant, send, settle_down

pytestmark = pytest.mark.django_db(transaction=True)

INPUTS = """
sources:
  - {code: dinkes, name: Dinkes, agency: "Dinas Kesehatan"}
indicators:
  - {code: beds, name: Tempat tidur, unit: tempat tidur, every: 1d, kind: gauge, level: district, rollup: sum, sources: [dinkes]}
  - {code: used, name: Terisi, unit: tempat tidur, every: 1d, kind: gauge, level: district, rollup: sum, sources: [dinkes]}
  - {code: rain, name: Hujan, unit: mm, every: 1h, kind: count, level: district, sources: [dinkes]}
"""


def load(derived: str, more: str = "") -> Indicator:
    load_catalogue(catalogue=parse(f"{INPUTS}  - {{code: figure, name: Angka, {more}derived: {derived}}}\n"))
    return Indicator.objects.get(code="figure")


def refusal(derived: str, more: str = "") -> str:
    with pytest.raises(Faulty) as refused:
        load(derived, more)
    return str(refused.value)


@pytest.mark.parametrize(
    ("derived", "more", "unit", "every", "kind"),
    [
        ("{ratio: {of: used, by: beds}}", "", "%", "1d", "percent"),
        ("{ratio: {of: used, by: beds}}", 'unit: "1", ', "1", "1d", "percent"),
        ("{per_100k: {of: beds, population: population}}", "", "tempat tidur/orang", "1d", "rate"),
        ("{per_100k: {of: cases, population: population}}", 'unit: "per 100.000", ', "per 100.000", "1d", "rate"),
        ("{per_100k: {of: cases, population: population}}", "", "per 100.000", "1d", "rate"),
        ("{difference: [beds, used]}", "", "tempat tidur", "1d", "gauge"),
        ("{moving_sum: {of: rain, window: 24h}}", "", "mm", "1h", "count"),
        ("{clamp: {of: {percent_change: used}, max: 100}}", "", "%", "1d", "percent"),
        ("{cumulative: cases}", "", "orang", "1d", "cumulative"),
        ("{rank: used}", "", "", "1d", "index"),
    ],
)
def test_what_is_left_out_follows_from_the_formula(derived: str, more: str, unit: str, every: str, kind: str) -> None:
    plant()
    found = load(derived, more)
    assert (found.unit, found.every, found.kind, found.level) == (unit, every, kind, "district")
    assert [source.code for source in found.sources.all()] == ["derived"]


def test_loading_again_changes_nothing() -> None:
    plant()
    load("{ratio: {of: used, by: beds}}")
    changes = load_catalogue(catalogue=parse(f"{INPUTS}  - {{code: figure, name: Angka, derived: {{ratio: {{of: used, by: beds}}}}}}\n"))
    assert changes.after == {}


@pytest.mark.parametrize(
    ("derived", "more", "words"),
    [
        ("{sum: [used, rain]}", "", "tempat tidur and mm together"),
        ("{ratio: {of: used, by: beds}}", "unit: mm, ", "gives “%”, but its unit is declared as “mm”"),
        ("{per_100k: {of: cases, population: beds}}", "", "needs a population in people"),
        ("{sum: [used, nothing]}", "", "there is no indicator “nothing”"),
        ("{sum: [used, figure]}", "", "figure → figure"),
        ("{mean: [used, beds]}", "", "there is no function “mean”"),
        ("{moving_sum: {of: used, window: 5h}}", "", "no whole number of periods"),
        ("{moving_sum: {of: used, windw: 5d}}", "", "has no “windw”: it takes of, window and coverage"),
        ("{moving_sum: {of: used}}", "", "lacks “window”"),
        ("{sum: [used]}", "", "at least two"),
        ("{cumulative: used}", "every: 1w, ", "cadence must be that of its fastest input “used” (1d), not 1w"),
        ("{cumulative: used}", "sources: [dinkes], ", "leave “sources” out"),
        ("{clamp: {of: used}}", "", "needs at least one of min and max"),
        ("{sum: [1, 2]}", "", "names no indicator"),
        ("{share: {of: used, within: kecamatan}}", "", "province, regency, district and village"),
    ],
)
def test_what_cannot_hold_is_refused_with_a_sentence(derived: str, more: str, words: str) -> None:
    plant()
    assert words in refusal(derived, more)
    assert not Indicator.objects.filter(code__in=["figure", "beds"]).exists()


def test_a_circle_over_two_loads_is_named() -> None:
    plant()
    load("{sum: [used, beds]}")
    load_catalogue(catalogue=parse("indicators:\n  - {code: other, name: Lain, derived: {cumulative: figure}}\n"))
    assert "figure → other → figure" in refusal("{sum: [used, other]}")


def test_a_change_of_an_input_that_breaks_a_known_formula_is_refused() -> None:
    plant()
    load("{sum: [used, beds]}")
    with pytest.raises(Faulty, match="indicator figure: its formula puts"):
        load_catalogue(catalogue=parse(INPUTS.replace("name: Terisi, unit: tempat tidur", "name: Terisi, unit: mm")))


def test_a_fraction_becomes_percent_in_the_declared_unit() -> None:
    yard = plant()
    for code, unit in (("percent", ""), ("fraction", 'unit: "1", ')):
        text = f"indicators:\n  - {{code: {code}, name: x, {unit}derived: {{ratio: [cases, population]}}}}\n"
        load_catalogue(catalogue=parse(text))
    assert yard
    send(("population", ONE, "2026-01-01", 8.0), ("cases", ONE, day(2), 1.0))
    settle_down()
    latest = {s.indicator.code: s.latest.value for s in Series.objects.filter(indicator__derived__isnull=False)}
    assert latest == {"percent": 12.5, "fraction": 0.125}
