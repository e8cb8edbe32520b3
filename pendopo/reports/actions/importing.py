"""An export of SP4N-LAPOR! comes in: each row once, however often the file is read."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from pendopo.agencies.actions import Refused
from pendopo.agencies.actions.agencies import find_agency
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from .. import logic
from ..models import Category, Channel, Classification, Kind, Report, State, Step
from ..places import in_words
from .submitting import submit

NEEDED = ("tracking_id", "tanggal_masuk", "isi_laporan_akhir")
CLASSES = {
    "permintaan informasi": Classification.INFORMATION,
    "pengaduan berkadar pengawasan": Classification.SUPERVISION,
    "berkadar pengawasan": Classification.SUPERVISION,
    "aspirasi": Classification.ASPIRATION,
}
STATES = {"selesai": State.CLOSED, "diproses": State.VERIFIED, "menunggu": State.RECEIVED, "belum terverifikasi": State.RECEIVED}
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
MOST_ROWS = 50_000
FALLBACK = "lainnya"


@dataclass
class Imported:
    """What a file brought: new reports, those known already, and by row why one was refused."""

    new: int = 0
    known: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


def rows_of(file: BinaryIO, name: str) -> list[dict[str, Any]]:
    """The rows of an XLSX or CSV file by its heading. Refused when it is neither, or lacks what is needed."""
    try:
        table = _sheet(file) if name.lower().endswith(".xlsx") else _csv(file)
    except (ValueError, KeyError, OSError, csv.Error):
        raise Refused(_("This is no XLSX or CSV file as SP4N-LAPOR! exports it.")) from None
    heading = [str(cell or "").strip().lower() for cell in table[0]] if table else []
    missing = [column for column in NEEDED if column not in heading]
    if missing:
        raise Refused(_("The file lacks the columns: %(columns)s.") % {"columns": ", ".join(missing)})
    if len(table) > MOST_ROWS:
        raise Refused(_("The file has too many rows: send at most 50,000 at a time."))
    return [dict(zip(heading, line, strict=False)) for line in table[1:]]


def _sheet(file: BinaryIO) -> list[list[Any]]:
    book = load_workbook(file, read_only=True, data_only=True)
    return [list(line) for line in book.worksheets[0].iter_rows(values_only=True)]


def _csv(file: BinaryIO) -> list[list[Any]]:
    return [list(line) for line in csv.reader(io.StringIO(file.read().decode("utf-8-sig")))]


def import_lapor(*, rows: Iterable[Mapping[str, Any]], by: Person) -> Imported:
    """Takes every row that can be read; a faulty one is refused by a sentence and its neighbours are taken.

    All of it stays confidential to its handlers: consent to publish was given elsewhere, and the texts may hold personal data.
    """
    outcome = Imported()
    categories = {one.code: one for one in Category.objects.all()}
    by_name = {one.name_id.lower(): one for one in categories.values()}
    keywords = {one.code: one.keywords for one in categories.values()}
    for number, row in enumerate(rows, 2):
        try:
            with transaction.atomic():
                _take(row, categories, by_name, keywords, outcome)
        except Refused as why:
            outcome.problems.append((number, str(why)))
    with transaction.atomic():
        after = {"new": outcome.new, "known": outcome.known, "refused": len(outcome.problems)}
        record(by=by, room="reports", verb="import_lapor", about="/handling", after=after)
    return outcome


def _take(
    row: Mapping[str, Any],
    categories: Mapping[str, Category],
    by_name: Mapping[str, Category],
    keywords: dict[str, Any],
    outcome: Imported,
) -> None:
    identifier = _text(row, "tracking_id")
    if not identifier:
        raise Refused(_("The row has no tracking_id."))
    if Report.objects.filter(channel=Channel.LAPOR, outside_id=identifier[:60]).exists():
        outcome.known += 1
        return
    text = _text(row, "isi_laporan_akhir") or _text(row, "isi_laporan_awal")
    named = _text(row, "kategori")
    category = by_name.get(named.lower()) or categories[logic.suggested(f"{named} {text}", keywords, FALLBACK)]
    report = submit(
        category=category,
        text=text,
        title=_text(row, "judul"),
        region=in_words(_text(row, "kecamatan_final")),
        confidential=True,
        anonymous=True,
        channel=Channel.LAPOR,
        outside_id=identifier[:60],
        created=_moment(row),
        classification=CLASSES.get(_text(row, "klasifikasi").lower(), Classification.COMPLAINT),
    )
    report.agency = find_agency(_text(row, "dinas_tujuan")) or report.agency
    report.state = STATES.get(_text(row, "status_final").lower(), State.RECEIVED)
    if report.state == State.CLOSED:
        Step.objects.create(report=report, kind=Kind.CLOSED, text=_text(row, "status")[:2000])
    report.save()
    outcome.new += 1


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").replace("\x00", "").strip()


def _moment(row: Mapping[str, Any]) -> datetime:
    given = row.get("tanggal_masuk")
    if isinstance(given, datetime):
        day = given
    else:
        text = str(given or "").strip()[:10]
        day = next((found for form in DAY_FORMATS if (found := _parsed(text, form))), None) or datetime.min
    if day.year < 2000:
        raise Refused(_("“tanggal_masuk” is a date such as 2026-05-09."))
    clock = str(row.get("waktu_masuk") or "00:00").strip()
    hours = _parsed(clock[:5], "%H:%M") or day
    return day.replace(hour=hours.hour, minute=hours.minute, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
