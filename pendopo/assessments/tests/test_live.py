"""Live evidence: with the source running it is enough; broken, its sufficiency falls and the requirement is open again."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.utils import timezone

import pendopo
from pendopo.agencies.actions import ensure_agency
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.assessments import actions
from pendopo.assessments.catalogue import instrument_named
from pendopo.assessments.drawing import draw, live_figures, serving
from pendopo.assessments.instruments import shipped, shipped_codes
from pendopo.assessments.models import Assessment, Snapshot
from pendopo.assessments.sheet import gaps_of, standings_of
from pendopo.assessments.signing import canonical, holds, public_key
from pendopo.assessments.standing import PROVEN, REOPENED
from pendopo.assessments.sufficiency import Book, LiveFigure, River, judge, starts
from pendopo.assessments.tests.yard import answer_all, spbe
from pendopo.audit.models import Entry
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Source, Way
from pendopo.regions.models import Region

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
LIVE = {code: sorted({node for f in live_figures().values() for node in f.serves.get(code, ())}) for code in ("spbe-2020", "pemdi-2026")}


def test_enough_indicators_draw_live_evidence_and_all_names_exist() -> None:
    assert len(LIVE["spbe-2020"]) >= 8 and len(LIVE["pemdi-2026"]) >= 5
    leaves = {code: {node.code for node in shipped(code).leaves()} for code in shipped_codes()}
    for figure in live_figures().values():
        assert figure.name["id"] and figure.name["en"]
        for code, nodes in figure.serves.items():
            assert set(nodes) <= leaves[code], figure.code


def test_every_source_of_a_live_figure_is_really_told_by_a_room() -> None:
    """An indicator of a shipped catalogue, or a deed that a room's page names; else it could never be enough."""
    package = Path(pendopo.__file__).parent
    told = {one["code"] for path in package.glob("**/*.yaml") if "demonstration" not in path.parts for one in _indicators_of(path)}
    pages = "".join(path.read_text(encoding="utf-8") for path in (package.parent / "docs/rooms").glob("*.md"))
    for figure in live_figures().values():
        if isinstance(figure.drawn, River):
            assert figure.drawn.indicator in told, figure.code
        else:
            assert all(f"`{figure.drawn.room}.{verb}`" in pages for verb in figure.drawn.verbs), figure.code


def _indicators_of(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    found = yaml.safe_load(text) if "\nindicators:" in text else {}
    return found.get("indicators", []) if isinstance(found, dict) else []


@pytest.mark.parametrize(
    ("per", "first", "last"),
    [("1d", "2026-11-26", "2026-11-29"), ("1w", "2026-11-02", "2026-11-23"), ("1M", "2026-08-01", "2026-11-01")],
)
def test_periods_are_the_last_complete_ones(per: str, first: str, last: str) -> None:
    edges = starts(per, 3, NOW, WIB)
    assert (edges[0].date().isoformat(), edges[-1].date().isoformat(), len(edges)) == (first, last, 4)


def test_91_of_92_is_enough_and_a_gap_is_named() -> None:
    figure = LiveFigure("x", {"id": "x"}, "1d", 92, Fraction("0.95"), {}, River("i", "max", at_most=26))
    edges = starts("1d", 92, NOW, WIB)
    values = {edge: [20.0, 25.0] for edge in edges[:-1]}
    values[edges[5]] = [20.0, 40.0]
    found = judge(figure, edges, values)
    assert (found.have, found.need, found.enough) == (91, 92, True)
    assert [(gap.start, gap.value) for gap in found.gaps] == [(edges[5], 40.0)]
    assert judge(figure, edges, {}).have == 0 and judge(figure, edges, {}).gaps[0].value is None


@pytest.fixture
def asri(db: None) -> Person:
    return person_in_post("asri@mojokerto.test", "Asri", Role.ASSESSOR)


def run_river(figure: LiveFigure, skip: int = 0) -> None:
    """Sends one good value for each complete period but the newest `skip`."""
    river = figure.drawn
    assert isinstance(river, River)
    Region.objects.get_or_create(code="35", defaults={"name": "Jawa Timur", "level": "province"})
    Region.objects.get_or_create(code="35.16", defaults={"name": "Mojokerto", "level": "regency", "parent_id": "35"})
    source, _new = Source.objects.get_or_create(code="pendopo", defaults={"name": "Pendopo", "agency": ensure_agency("Diskominfo")})
    indicator = Indicator.objects.create(code=river.indicator, name_id="x", every="5m", grace="5m", kind="gauge", level="regency")
    indicator.sources.add(source)
    forget_known()
    good = river.at_least if river.at_least is not None else river.at_most
    edges = starts(figure.per, figure.window, timezone.now(), WIB)[:-1]
    rows = [
        Observation(river.indicator, "35.16", (edge + timedelta(hours=6)).isoformat(), float(good or 0), dims=dict(river.dims))
        for edge in edges[: len(edges) - skip]
    ]
    assert take_delivery(source=source, rows=rows, digest="0" * 64, way=Way.SYSTEM).accepted == len(rows)


def run_book(figure: LiveFigure, skip: int = 0) -> None:
    """Writes a deed into each complete period but the newest `skip`."""
    book = figure.drawn
    assert isinstance(book, Book)
    edges = starts(figure.per, figure.window, timezone.now(), WIB)[:-1]
    for edge in edges[: len(edges) - skip]:
        Entry.objects.create(actor="x", room=book.room, verb=book.verbs[0], about="/", at=edge + timedelta(hours=1))


def proven(assessment: Assessment, figure: LiveFigure, by: Person) -> dict[str, str]:
    """How the requirements stand, with the figure attached wherever it serves."""
    evidence = actions.add_live(code=figure.code, by=by)
    nodes = figure.serves[assessment.instrument]
    for node in nodes:
        actions.attach(evidence=evidence, assessment=assessment, node=node, by=by)
    instrument = instrument_named(assessment.instrument)
    stands = standings_of(assessment, instrument, {node: Fraction(3) for node in nodes}, timezone.now())
    return {node: stands[node] for node in nodes}


CASES = [(code, figure) for figure in live_figures().values() for code in LIVE if code in figure.serves]


@pytest.mark.django_db
@pytest.mark.parametrize(("instrument", "figure"), CASES, ids=lambda value: value if isinstance(value, str) else value.code)
def test_a_broken_source_opens_its_requirements_again(instrument: str, figure: LiveFigure, asri: Person) -> None:
    assert figure in serving(instrument, figure.serves[instrument][0])
    run = run_book if isinstance(figure.drawn, Book) else run_river
    broken = int(figure.window * (1 - figure.enough)) + 1
    run(figure, skip=broken)
    found = draw([figure.code], timezone.now())[figure.code]
    assert (found.have, found.enough) == (figure.window - broken, False)
    assessment = spbe(None, instrument=instrument)
    assert set(proven(assessment, figure, asri).values()) == {REOPENED}


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["nightly-backup", "restore-test", "team-meets"])
def test_a_running_source_proves_its_requirements_and_is_frozen_when_signed(code: str, asri: Person) -> None:
    figure = live_figures()[code]
    run = run_book if isinstance(figure.drawn, Book) else run_river
    run(figure, skip=1)
    assessment = spbe(None)
    assert set(proven(assessment, figure, asri).values()) == {PROVEN}
    round = assessment.rounds.get()
    answer_all(round, asri)
    actions.sign(round=round, by=asri)
    snapshot = Snapshot.objects.get()
    assert (snapshot.have, snapshot.need, snapshot.enough) == (figure.window - 1, figure.window, True)
    assert holds(canonical(snapshot.body), snapshot.signature, public_key())
    ((gap, _value),) = gaps_of(snapshot)
    assert gap.date() == starts(figure.per, 1, timezone.now(), WIB)[0].date(), "the newest period was left out"
    page = signed_in(asri).get(assessment.page_of(figure.serves["spbe-2020"][0])).content.decode()
    assert "Periode yang tidak terpenuhi (1)" in page and f"{figure.window - 1}/{figure.window}" in page
