"""The template of a source: a workbook with drop-downs that says in a hidden sheet how it is read, so that nobody is asked."""

import io
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import save_workbook

from pendopo.agencies.requests import PersonRequest
from pendopo.regions.models import Region
from pendopo.ui.door import opens

from ..models import Indicator, Source
from ..views.scope import source_for
from .looking import OWN_SHEET

# So many lines have drop-downs and checks.
LINES = 2000
HEAD = PatternFill("solid", fgColor="E6EEF4")


@opens("observations.write")
def template(request: PersonRequest, code: str) -> HttpResponse:
    """The workbook, for those who may write the source."""
    source = source_for(request.user, "observations.write", code)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(workbook_of(source), kind)
    answer["Content-Disposition"] = f'attachment; filename="{source.code}.xlsx"'
    return answer


def workbook_of(source: Source) -> bytes:
    """The bytes of a source's template: one line a day (or time) and region, a column for each indicator."""
    indicators = list(Indicator.objects.writable_by(source).filter(derived__isnull=True).order_by("code"))
    places = Region.objects.within(settings.REGION).filter(level__in={one.level for one in indicators}).order_by("code")
    above = Region.objects.filter(level__in={one.level for one in indicators}, code__in=_above()).order_by("code")
    labels = [f"{code} {name}" for code, name in [*above.values_list("code", "name"), *places.values_list("code", "name")]]
    hourly = any(one.every[-1] not in "dwMy" for one in indicators)
    day, region = (_("Time") if hourly else _("Date")), _("Region")
    heads = {_head(one): one for one in indicators}
    book = Workbook()
    data = book.active
    assert data is not None
    data.title = _("Figures")
    data.append([day, region, *heads])
    _codes(book, labels, indicators)
    _checks(data, heads, labels, hourly)
    _dress(data, heads, hourly)
    rules = {
        "at": {"column": day, "zone": settings.TIME_ZONE},
        "region": {"column": region},
        "sheet": data.title,
        "values": {head: one.code for head, one in heads.items()},
        "empty": "leave",
    }
    own = book.create_sheet(OWN_SHEET)
    own["A1"] = yaml.safe_dump(rules, allow_unicode=True, sort_keys=False)
    own.sheet_state = "hidden"
    stream = io.BytesIO()
    save_workbook(book, stream)
    return stream.getvalue()


def _above() -> list[str]:
    """The government's own region and those above it."""
    parts = settings.REGION.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _head(indicator: Indicator) -> str:
    return f"{indicator.name} ({indicator.unit})" if indicator.unit else indicator.name


def _codes(book: Workbook, labels: list[str], indicators: list[Indicator]) -> None:
    """A second sheet with what may be chosen and what each figure means."""
    sheet = book.create_sheet(_("Codes"))
    sheet.append([_("Region"), "", _("Indicator"), _("Name"), _("Unit"), _("Comes every"), _("Allowed from"), _("Allowed to")])
    for place in range(max(len(labels), len(indicators))):
        label = labels[place] if place < len(labels) else None
        row: list[Any] = [label, None]
        if place < len(indicators):
            one = indicators[place]
            low, high = (one.checks or {}).get("range") or (None, None)
            row += [one.code, one.name, one.unit, one.every, low, high]
        sheet.append(row)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
    for letter, width in zip("ACDEFGH", (34, 26, 40, 12, 12, 14, 14), strict=True):
        sheet.column_dimensions[letter].width = width


def _checks(sheet: Any, heads: dict[str, Indicator], labels: list[str], hourly: bool) -> None:
    """Drop-downs for regions, days for days, numbers within their range."""
    when = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True, showErrorMessage=True)
    when.error = _("Write a day, for example 9/5/2026.") if not hourly else _("Write a day and a time, for example 9/5/2026 14:00.")
    when.add(f"A2:A{LINES}")
    where = DataValidation(type="list", formula1=f"'{_('Codes')}'!$A$2:$A${len(labels) + 1}", allow_blank=True, showErrorMessage=True)
    where.error = _("Choose the region from the list.")
    where.add(f"B2:B{LINES}")
    for rule in (when, where):
        sheet.add_data_validation(rule)
    for place, one in enumerate(heads.values(), 3):
        low, high = (one.checks or {}).get("range") or (None, None)
        number = DataValidation(
            type="decimal",
            operator="between",
            formula1=str(-1e15 if low is None else low),
            formula2=str(1e15 if high is None else high),
            allow_blank=True,
            showErrorMessage=True,
        )
        number.errorStyle = "warning"
        number.error = _("This is outside what is usual; it will wait for a steward.")
        number.add(f"{get_column_letter(place)}2:{get_column_letter(place)}{LINES}")
        sheet.add_data_validation(number)


def _dress(sheet: Any, heads: dict[str, Indicator], hourly: bool) -> None:
    """Widths, a frozen header, the notation of days, and the code of each indicator as a comment."""
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = (20 if hourly else 14), 34
    for cell in sheet[1]:
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, Alignment(wrap_text=True, vertical="top")
    for place, one in enumerate(heads.values(), 3):
        sheet.cell(1, place).comment = Comment(f"{one.code}: {one.every}", "Pendopo")
        sheet.column_dimensions[get_column_letter(place)].width = 18
    for row in range(2, LINES + 1):
        sheet.cell(row, 1).number_format = "yyyy-mm-dd hh:mm" if hourly else "yyyy-mm-dd"
