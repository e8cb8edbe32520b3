"""Each indicator of the digital culture, computed again by SQL from the raw events."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.indicators.models import Latest
from pendopo.portal.actions import note_visits
from pendopo.portal.figures.actions import publish
from pendopo.portal.figures.reading import BY_VILLAGE, FIGURES
from pendopo.portal.guides.actions import say
from pendopo.portal.opendata.actions import count_use
from pendopo.regions.models import Region
from pendopo.reports import actions as reports
from pendopo.reports.models import Category, Report
from pendopo.wall.tests import river

SQL = {
    "sys.portal.places-read": """
        SELECT 100.0 * (SELECT count(DISTINCT v.path) FROM portal_visit v JOIN regions_region r ON v.path = '/w/' || r.code
                        WHERE r.code LIKE '35.16.%%' AND v.day > (now() AT TIME ZONE 'Asia/Jakarta')::date - 30)
             / (SELECT count(*) FROM regions_region WHERE code LIKE '35.16.%%' AND level IN ('district', 'village'))""",
    "sys.portal.satisfaction": """
        SELECT 100.0 * count(*) FILTER (WHERE rating >= 4) / count(*) FROM reports_report
        WHERE rating IS NOT NULL AND finished > clock_timestamp() - interval '90 days' AND finished <= clock_timestamp()""",
    "sys.portal.answered-in-time": """
        SELECT 100.0 * count(*) FILTER (WHERE finished <= complete_by) / count(*) FROM reports_report
        WHERE NOT held AND state <> 'merged' AND complete_by > clock_timestamp() - interval '90 days'
        AND (complete_by <= clock_timestamp() OR finished IS NOT NULL)""",
    "sys.portal.data-reuse": """
        SELECT 100.0 * (SELECT count(DISTINCT u.dataset) FROM portal_datasetuse u JOIN indicators_indicator i ON i.code = u.dataset
                        WHERE i.publicity = 'public' AND u.day > (now() AT TIME ZONE 'Asia/Jakarta')::date - 30)
             / (SELECT count(*) FROM indicators_indicator WHERE publicity = 'public')""",
    "sys.portal.datasets": """
        SELECT count(DISTINCT s.indicator_id) FROM indicators_latest l JOIN indicators_series s ON s.id = l.series_id
        JOIN indicators_indicator i ON i.id = s.indicator_id
        WHERE i.publicity = 'public' AND l.known_since > clock_timestamp() - interval '30 days'""",
    "sys.portal.guides-solved": """
        SELECT 100.0 * count(*) FILTER (WHERE solved) / count(*) FROM portal_guideanswer
        WHERE NOT held AND at > clock_timestamp() - interval '90 days' AND at <= clock_timestamp()""",
}


BY_VILLAGE_SQL = {
    "sys.portal.views": """
        SELECT r.code, coalesce(sum(v.times), 0)::float FROM regions_region r LEFT JOIN portal_visit v
        ON v.path = '/w/' || r.code AND v.day > (now() AT TIME ZONE 'Asia/Jakarta')::date - 30
        WHERE r.code LIKE '35.16.%%' AND r.level = 'village' GROUP BY r.code""",
}


@pytest.fixture
def events(regency: Region, rani: Person) -> None:
    """Something of everything, some of it too old or kept aside."""
    today = timezone.localdate()
    note_visits(visits={"/w/35.16.13": 4, "/w/35.16.13.2004": 1, "/w/99": 5, "/": 90})
    note_visits(visits={"/w/35.16.01": 4}, day=today - timedelta(days=40))
    for code in ("one", "two", "three"):
        river.indicator(code)
    river.forget_known()
    river.send("one", {"35.16.13": 3.0})
    count_use(dataset="one", form="csv", day=today)
    count_use(dataset="one", form="json", day=today)
    count_use(dataset="two", form="csv", day=today - timedelta(days=31))
    for solved, held in ((True, False), (True, False), (False, False), (False, True)):
        say(guide="melapor", solved=solved, question="?", held=held)
    sooko, category = Region.objects.get(pk="35.16.13"), Category.objects.get(code="jalan")
    for stars in (5, 4, 2, None, None):
        made = reports.submit(category=category, text=f"Jalan berlubang nomor {stars}", region=sooko)
        if stars:
            reports.answer(report=made, text="Sudah.", by=rani)
            reports.rate(report=made, stars=stars)
    late = Report.objects.filter(rating=None).order_by("pk")[0]
    Report.objects.filter(pk=late.pk).update(complete_by=timezone.now() - timedelta(days=1))


@pytest.mark.usefixtures("events")
def test_every_figure_is_what_sql_counts() -> None:
    assert FIGURES.keys() == SQL.keys()
    for code, read in FIGURES.items():
        with connection.cursor() as cursor:
            cursor.execute(SQL[code])
            expected = float(cursor.fetchone()[0])
        assert read(timezone.now()) == pytest.approx(expected), code
        assert 0 < expected < 100, f"{code} shows nothing"


@pytest.mark.usefixtures("events")
def test_they_go_down_the_river() -> None:
    receipt = publish()
    villages = Region.objects.within("35.16").filter(level="village").count()
    assert receipt is not None and receipt.accepted == len(FIGURES) + villages, receipt.problems
    latest = Latest.objects.filter(series__indicator__code__startswith="sys.portal.")
    assert latest.count() == len(FIGURES) + villages
    note_visits(visits={"/w/35.16.13.2004": 6})
    publish()
    told = latest.filter(series__indicator__code="sys.portal.views")
    assert told.get(series__region="35.16.13.2004").value == 7 and told.get(series__region="35.16.13.2001").value == 0


@pytest.mark.usefixtures("events")
def test_every_figure_of_villages_is_what_sql_counts() -> None:
    assert BY_VILLAGE.keys() == BY_VILLAGE_SQL.keys()
    for code, read in BY_VILLAGE.items():
        with connection.cursor() as cursor:
            cursor.execute(BY_VILLAGE_SQL[code].replace("%%", "%"))
            expected = dict(cursor.fetchall())
        found = read(timezone.now())
        assert found == expected and len(found) > 200 and sum(found.values()) == 1


@pytest.mark.usefixtures("regency")
def test_of_nothing_there_is_no_figure() -> None:
    assert all(
        read(timezone.now()) is None for code, read in FIGURES.items() if code not in ("sys.portal.places-read", "sys.portal.datasets")
    )
