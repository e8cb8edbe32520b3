"""A dataset as a file: CSV, JSON, XLSX and GeoJSON, with small counts of people left out."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import msgspec
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from pendopo.indicators.concealing.reading import hidden_figures, hidden_in, key_of, key_of_row
from pendopo.indicators.exporting import COLUMNS
from pendopo.indicators.history import SUPPRESSED, Question, iterate
from pendopo.indicators.latest import single, utc_text
from pendopo.indicators.newest import rows
from pendopo.regions.models import BoundaryKind, Region

from .dcat import LICENCE_URL, address
from .reading import Dataset

# What a sheet of a workbook holds, less its heading.
MOST_SHEET_ROWS = 1_048_575


def lines(dataset: Dataset, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Every value in the shape of GET /api/v1/observations; a concealed one has no value and the note `suppressed`."""
    question = Question([dataset.indicator.pk], since=since, until=until)
    hidden = hidden_in(question) if dataset.conceals else frozenset()
    for known in iterate(question):
        yield (known._replace(hidden=True) if key_of_row(known) in hidden else known).as_json()


def newest(dataset: Dataset) -> list[dict[str, Any]]:
    """The newest value of every series, in the same shape and with the same concealment, by region."""
    found = sorted(rows([dataset.indicator], None), key=lambda row: (row.region, row.dims_key))
    known = [single(dataset.indicator, row) for row in found]
    hidden = hidden_figures(known, {dataset.code: dataset.indicator})
    return [
        {
            "region": one.region,
            "dims": one.dims,
            "at": one.at,
            "value": None if key_of(one) in hidden else one.value,
            "note": SUPPRESSED if key_of(one) in hidden else "",
            "source": one.source,
            "quality": row.quality,
        }
        for one, row in zip(known, found, strict=True)
    ]


def write_csv(found: Iterator[dict[str, Any]], stream: IO[bytes]) -> None:
    """A heading and one line a value, the columns of `pendopo export`."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_flat(line) for line in found)
    text.detach()


def write_json(found: Iterator[dict[str, Any]], stream: IO[bytes]) -> None:
    """All values as one list of the API's shape."""
    stream.write(b'{"items":[')
    for number, line in enumerate(found):
        stream.write((b",\n" if number else b"\n") + msgspec.json.encode(line))
    stream.write(b'\n],"next":null}\n')


def write_xlsx(dataset: Dataset, found: Iterator[dict[str, Any]], stream: IO[bytes]) -> None:
    """A workbook: the values, and a sheet that says what they are. What no sheet holds is said there, too."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append([_bold(sheet, name) for name in COLUMNS])
    written = 0
    for line in found:
        if written == MOST_SHEET_ROWS:
            break
        written += 1
        flat = _flat(line)
        sheet.append([flat.get(name, "") for name in COLUMNS])
    about = book.create_sheet("about")
    indicator = dataset.indicator
    facts = [
        (_("Name"), indicator.name),
        (_("What it says"), indicator.description),
        (_("Unit"), indicator.unit),
        (_("Comes every"), indicator.every),
        (_("Published by"), ", ".join(agency.name for agency in dataset.publishers)),
        (_("Licence"), LICENCE_URL),
        (_("Page"), address("dataset", dataset.code)),
        (_("Newest figure"), utc_text(dataset.newest) or ""),
        (_("Rows"), written),
    ]
    if written == MOST_SHEET_ROWS:
        facts.append((_("Cut off"), _("A sheet holds no more rows: take the CSV for all of them.")))
    for label, value in facts:
        about.append([_bold(about, label), value])
    book.save(stream)


def write_geojson(dataset: Dataset, stream: IO[bytes]) -> None:
    """The newest values as features: the official boundary of the region where one was imported, else its centre, else no place."""
    found = newest(dataset)
    places = Region.objects.in_bulk([line["region"] for line in found])
    features = [
        {
            "type": "Feature",
            "geometry": geometry(places[line["region"]]),
            "properties": {
                "indicator": dataset.code,
                "region": line["region"],
                "name": places[line["region"]].name,
                "at": utc_text(line["at"]),
                "value": line["value"],
                "unit": dataset.indicator.unit,
                **({"note": line["note"]} if line["note"] else {}),
                **line["dims"],
            },
        }
        for line in found
    ]
    stream.write(msgspec.json.encode({"type": "FeatureCollection", "features": features}))


def geometry(region: Region) -> dict[str, Any] | None:
    """Where a region lies for others: a schematic boundary is ours and stays here."""
    if region.boundary and region.boundary_kind == BoundaryKind.OFFICIAL:
        kept: dict[str, Any] = region.boundary
        return kept
    if region.longitude is None or region.latitude is None:
        return None
    return {"type": "Point", "coordinates": [float(region.longitude), float(region.latitude)]}


def _flat(line: dict[str, Any]) -> dict[str, Any]:
    dims = line.get("dims")
    note = line.get("note") or ""
    # No note is taken for a formula by a spreadsheet.
    harmless = f"'{note}" if note[:1] in ("=", "+", "-", "@", "\t", "\r") else note
    return {**line, "dims": msgspec.json.encode(dict(sorted(dims.items()))).decode() if dims else "", "note": harmless}


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell
