"""The book of deeds on the screen: a list with filters and CSV, and one page for each entry with the values before and after."""

import json
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import moment

from .forms import EntryFilters
from .models import Entry


class Change(NamedTuple):
    """One field of an entry; a side without the field is None."""

    name: str
    before: str | None
    after: str | None
    differs: bool


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields of both sides in order, as text; values that differ are marked."""
    answer = []
    for name in sorted({*before, *after}):
        sides = [json.dumps(side[name], ensure_ascii=False) if name in side else None for side in (before, after)]
        answer.append(Change(name, _text(sides[0]), _text(sides[1]), bool(before) and sides[0] != sides[1]))
    return answer


def _text(value: str | None) -> str | None:
    """Plain texts without their quotation marks."""
    return json.loads(value) if value is not None and value.startswith('"') else value


@opens("audit.see", house=True)
def entries(request: HttpRequest) -> HttpResponse:
    """The newest deeds first; by person, deed, thing and day; as CSV with the number and hash of each."""
    listing = Listing(
        request,
        title=_("Book of deeds"),
        lead=_("Who did what, when, and what it was before. Each entry is sealed with the hash of the one before it."),
        queryset=Entry.objects.order_by("-id"),
        columns=[
            Column(
                "at", _("Time"), lambda entry: moment(entry.at), url=Entry.get_absolute_url, sort="at", csv_value=lambda entry: entry.at
            ),
            Column("actor", _("Person"), lambda entry: entry.actor, sort="actor"),
            Column("deed", _("Deed"), lambda entry: entry.deed),
            Column("about", _("About"), lambda entry: entry.about, sort="about"),
            Column("region", _("Region"), lambda entry: entry.region),
            Column("seq", _("Seal"), lambda entry: entry.seq, numeric=True),
        ],
        filters=EntryFilters(request.GET),
        csv_name="pendopo-audit",
        empty_title=_("No deed matches."),
        empty_text=_("Take a filter away or choose other days."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("audit.see", house=True)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One deed with everything that its seal covers."""
    found = get_object_or_404(Entry, pk=pk)
    digest = bytes(found.hash).hex() if found.hash else ""
    return render(request, "audit/entry.html", {"entry": found, "digest": digest, "changes": changes(found.before, found.after)})
