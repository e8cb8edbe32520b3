"""The list that every room uses: filters, order, pages, bulk, CSV."""

import csv
import io

import pytest
from django import forms
from django.db.models import QuerySet
from django.test import RequestFactory

from pendopo.regions.models import Region
from pendopo.ui.lists import Bulk, Column, Listing


class ByName(forms.Form):
    q = forms.CharField(required=False)

    def narrow(self, queryset: QuerySet[Region]) -> QuerySet[Region]:
        return queryset.filter(name__icontains=self.cleaned_data["q"]) if self.is_valid() and self.cleaned_data["q"] else queryset


def listing(query: str = "", **post: object) -> Listing:
    factory = RequestFactory()
    request = factory.post(f"/x{query}", post) if post else factory.get(f"/x{query}")
    return Listing(
        request,
        title="Regions",
        queryset=Region.objects.filter(parent="35.16"),
        columns=[
            Column("code", "Code", lambda r: r.code, sort="code"),
            Column("name", "Name", lambda r: r.name, sort="name"),
            Column("trap", "Trap", lambda r: "=1+1"),
        ],
        filters=ByName(request.GET),
        bulk=[Bulk("close", "Close")],
        per_page=5,
    )


@pytest.mark.usefixtures("regency")
class TestListing:
    def test_pages_filters_and_order(self) -> None:
        assert [row.cells[0].text for row in listing().rows][0] == "35.16.01"
        assert len(list(listing().rows)) == 5 and listing().page.paginator.count == 18
        assert next(iter(listing("?sort=-name").rows)).cells[1].text == "Trowulan"
        assert listing("?sort=boundary").page.paginator.count == 18
        found = listing("?q=mojo")
        assert found.is_filtered and {row.cells[1].text for row in found.rows} == {"Mojosari", "Mojoanyar"}
        assert listing("?page=99").page.number == 4

    def test_headings_ask_for_the_other_way_when_clicked_again(self) -> None:
        heading = listing("?sort=name").headings[1]
        assert (heading.sorted, heading.next_sort) == ("up", "-name")

    def test_bulk_takes_only_its_own_actions(self) -> None:
        assert listing(action="close", selected=["35.16.01"]).action == "close"
        assert listing(action="close", selected=["35.16.01"]).selected() == ["35.16.01"]
        assert listing(action="burn").action == ""

    def test_csv_has_all_filtered_rows_and_no_formula(self) -> None:
        rows = list(csv.reader(io.StringIO(listing("?q=mojo&format=csv").csv().content.decode())))
        assert rows[0] == ["code", "name", "trap"] and len(rows) == 3
        assert rows[1][2] == "'=1+1"
