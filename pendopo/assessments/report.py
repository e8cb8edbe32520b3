"""The report of an assessment as PDF, in the chapters in which evaluations of PANRB are written; for ISO 27001 with the statement of
applicability."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from pendopo.regions.models import Region
from pendopo.ui.press import MARK, pressed
from pendopo.ui.words import language_of, long_day_text, moment_text

from .models import Answer, Assessment, Snapshot, Use
from .sheet import figure_name, sheet_of
from .signing import public_key

STYLE = Path(__file__).with_name("report.css")


def pdf(assessment: Assessment, *, now: datetime, reader: str = "") -> bytes:
    """The report in the reader's language. Raises NoPress."""
    return pressed(html(assessment, now=now, reader=reader), STYLE)


def html(assessment: Assessment, *, now: datetime, reader: str = "") -> str:
    """The page that the press sets."""
    language, zone = language_of(get_language()), ZoneInfo(settings.TIME_ZONE)
    sheet = sheet_of(assessment, now)
    notes: dict[str, Answer] = {}
    for answer in Answer.objects.filter(round__assessment=assessment).exclude(note="").order_by("round_id"):
        notes[answer.node] = answer
    places = {node.code: place for place, node in enumerate(sheet.instrument.leaves())}
    context = {
        "language": language,
        "house": Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or "",
        "mark": MARK.as_uri(),
        "day": long_day_text(now, zone, language),
        "moment": moment_text(now, zone, language),
        "reader": reader,
        "demo": settings.DEMO,
        "assessment": assessment,
        "sheet": sheet,
        "groups": [line for line in sheet.lines if not line.url],
        "leaves": [(line, notes.get(line.node.code)) for line in sheet.lines if line.url],
        "exclusions": sheet.instrument.exclusions,
        "uses": sorted(
            Use.objects.filter(assessment=assessment).select_related("evidence"), key=lambda use: (places.get(use.node, 0), use.pk)
        ),
        "snapshots": [
            (figure_name(one.query), one) for one in Snapshot.objects.filter(round__assessment=assessment).select_related("round")
        ],
        "findings": assessment.findings.select_related("owner"),
        "public_key": public_key(),
    }
    return render_to_string("assessments/report.html", context)
