"""Every list of the product has the same shape: filters, sorting, pages, bulk actions, CSV out (and a link for CSV in).

A view builds a `Listing`, answers `listing.csv()` when `listing.wants_csv`, and else renders `ui/list.html`:

    listing = Listing(
        request, title=_("Agencies"), queryset=Agency.objects.visible_to(request.user),
        columns=[Column("name", _("Name"), lambda a: a.name, url=lambda a: reverse("agencies:agency", args=[a.code]), sort="name")],
        filters=AgencyFilters(request.GET),            # a Form with `narrow(queryset) -> queryset`
        bulk=[Bulk("close", _("Close"))],              # arrives as POST action=close&selected=…: `listing.selected()`
    )
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

PER_PAGE = 50
Text = str | Promise


class Filters(Protocol):
    """A form over the query string that narrows a queryset. Unknown or invalid values narrow nothing."""

    def narrow(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that match what was chosen."""
        ...


@dataclass(frozen=True)
class Column:
    """One column: its name in CSV, its heading, and how a row fills it. `sort` is the field path that orders by it; `csv_only` leaves it
    out of the page."""

    key: str
    label: Text
    value: Callable[[Any], Any]
    url: Callable[[Any], str] | None = None
    numeric: bool = False
    sort: str = ""
    csv_value: Callable[[Any], Any] | None = None
    csv_only: bool = False


@dataclass(frozen=True)
class Bulk:
    """Something that can be done with all chosen rows at once."""

    code: str
    label: Text


@dataclass(frozen=True)
class Link:
    """A button beside the heading. The last one is the main one."""

    label: Text
    url: str


@dataclass(frozen=True)
class Heading:
    """A column's heading as this page shows it: `sorted` is '', up or down."""

    label: Text
    numeric: bool
    sort: str
    sorted: str
    next_sort: str


@dataclass(frozen=True)
class Cell:
    """One cell as the page shows it."""

    text: Any
    url: str
    numeric: bool
    label: Text


@dataclass(frozen=True)
class RowView:
    """One row: its key for bulk actions, its name for screen readers, its cells."""

    key: Any
    name: str
    cells: list[Cell]


@dataclass
class Listing:
    """A list as one request asks for it. `key` gives the value of a row's box (default: its primary key)."""

    request: HttpRequest
    title: Text
    queryset: QuerySet[Any]
    columns: Sequence[Column] = ()
    lead: Text = ""
    filters: Any = None
    bulk: Sequence[Bulk] = ()
    links: Sequence[Link] = ()
    csv_in: str = ""
    csv_name: str = "pendopo"
    empty_title: Text = ""
    empty_text: Text = ""
    empty_url: str = ""
    empty_action: Text = ""
    per_page: int = PER_PAGE
    key: Callable[[Any], Any] = field(default=lambda row: row.pk)

    @cached_property
    def narrowed(self) -> QuerySet[Any]:
        """The rows that pass the filters, in the order asked for."""
        rows = self.filters.narrow(self.queryset) if self.filters is not None else self.queryset
        path = self._sort.removeprefix("-")
        if path and any(column.sort == path for column in self.columns):
            rows = rows.order_by(self._sort, "pk")
        return rows

    @property
    def _sort(self) -> str:
        return self.request.GET.get("sort", "")

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; the nearest one where the number is out of range."""
        return Paginator(self.narrowed, self.per_page).get_page(self.request.GET.get("page"))

    @property
    def is_filtered(self) -> bool:
        """Whether the reader narrowed the list."""
        names = getattr(self.filters, "fields", ())
        return any(self.request.GET.get(name) for name in names)

    @property
    def headings(self) -> list[Heading]:
        """The headings, with the order they ask for when clicked."""
        return [self._heading(column) for column in self._shown]

    def _heading(self, column: Column) -> Heading:
        now = ""
        if column.sort:
            now = {column.sort: "up", f"-{column.sort}": "down"}.get(self._sort, "")
        return Heading(column.label, column.numeric, column.sort, now, f"-{column.sort}" if now == "up" else column.sort)

    @property
    def _shown(self) -> list[Column]:
        return [column for column in self.columns if not column.csv_only]

    @property
    def rows(self) -> Iterable[RowView]:
        """The rows of this page."""
        for row in self.page.object_list:
            cells = [Cell(column.value(row), column.url(row) if column.url else "", column.numeric, column.label) for column in self._shown]
            yield RowView(self.key(row), str(cells[0].text) if cells else "", cells)

    def selected(self) -> list[str]:
        """The keys of the rows that a POST chose."""
        return self.request.POST.getlist("selected")

    @property
    def action(self) -> str:
        """The bulk action that a POST asks for; '' unless it is one of this list's."""
        code = self.request.POST.get("action", "")
        return code if any(bulk.code == code for bulk in self.bulk) else ""

    @property
    def wants_csv(self) -> bool:
        """Whether the reader asked for all rows as CSV."""
        return self.request.GET.get("format") == "csv"

    def csv(self) -> HttpResponse:
        """All rows that pass the filters, as CSV in UTF-8 with the columns' keys as header."""
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.csv_name}.csv"'
        writer = csv.writer(answer)
        writer.writerow([column.key for column in self.columns])
        for row in self.narrowed:
            writer.writerow([_plain((column.csv_value or column.value)(row)) for column in self.columns])
        return answer


def _plain(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
