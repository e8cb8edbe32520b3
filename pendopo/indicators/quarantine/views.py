"""Pages of waiting rows: the list with bulk decisions, and each row beside its series."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.models import Person
from pendopo.ui.charts import Chart, chart
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Listing
from pendopo.ui.templatetags.house import moment
from pendopo.ui.words import language_of, number_text

from ..latest import contract_of
from ..models import KeptRow, Source, Waiting, sources_for
from . import actions
from .forms import AcceptForm, CorrectForm, DecisionForm, WaitingFilters
from .neighbours import Neighbour, around, nearest

MOST_AT_ONCE = 5000


def _rows(request: HttpRequest) -> Any:
    rows = KeptRow.objects.visible_to(request.user)
    return rows.select_related("delivery__source", "series__indicator", "series__region").order_by("-delivery_id", "row")


def _columns(*, csv: bool, settled: bool) -> list[Column]:
    """On the page what a decision needs, and the decision where there may be one; in CSV everything."""
    columns = [
        Column(
            "indicator",
            _("Indicator"),
            lambda row: row.series.indicator.name if row.series else str(row),
            url=KeptRow.get_absolute_url,
            sort="series__indicator__code",
            csv_value=lambda row: row.series.indicator.code if row.series else "",
        ),
        Column(
            "region",
            _("Region"),
            lambda row: row.series.region.name if row.series else "–",
            sort="series__region__code",
            csv_value=lambda row: row.series.region_id if row.series else "",
        ),
        Column("at", _("Time"), lambda row: moment(row.at) if row.at else "–", sort="at", csv_value=lambda row: row.at),
        Column("value", _("Value"), _value, numeric=True, sort="value", csv_value=lambda row: row.value),
        Column("why", _("Why"), lambda row: row.message),
        Column("source", _("Source"), lambda row: row.delivery.source.code, sort="delivery__source__code"),
    ]
    if csv or settled:
        columns.append(Column("state", _("State"), lambda row: row.get_state_display(), sort="state", csv_value=lambda row: row.state))
        columns.append(Column("reason", _("Reason"), lambda row: row.reason))
    if csv:
        columns.append(Column("decided", _("Decided"), lambda row: row.decided))
        columns.append(Column("delivery", _("Delivery"), lambda row: row.delivery_id))
        columns.append(Column("row", _("Row"), lambda row: row.row))
        columns.append(Column("check", _("Check"), lambda row: row.code))
    return columns


def _value(row: KeptRow) -> str:
    decimals = row.series.indicator.decimals if row.series else 0
    return number_text(row.value, decimals, language_of(get_language()))


@opens("deliveries.see")
def waiting(request: HttpRequest) -> HttpResponse:
    """The rows of the reader's sources, waiting ones first; bulk decisions for those who may write."""
    may_decide = request.user.has_perm("observations.write")
    listing = Listing(
        request,
        title=_("Waiting rows"),
        lead=_("Rows that a check holds back. They are in no figure until a person accepts or corrects them; nothing is deleted."),
        queryset=_rows(request),
        columns=_columns(csv=request.GET.get("format") == "csv", settled=bool(request.GET.get("state"))),
        filters=WaitingFilters(request.GET, sources=sources_for(request.user, "deliveries.see")),
        bulk=[Bulk("accept", _("Accept")), Bulk("discard", _("Discard"))] if may_decide else [],
        csv_name="pendopo-quarantine",
        empty_title=_("Nothing waits"),
        empty_text=_("When a check holds a row back, it stands here with the reason."),
    )
    if request.method == "POST":
        return _confirm(request, listing.action, listing.selected())
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def _decider(request: HttpRequest, rows: Sequence[KeptRow]) -> Person:
    """The person, if the doorkeeper lets them decide about all of the rows."""
    user = request.user
    sources: set[Source] = {row.delivery.source for row in rows}
    allowed = set(sources_for(user, "observations.write").filter(pk__in=[source.pk for source in sources]))
    if not isinstance(user, Person) or sources - allowed:
        raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
    return user


def _confirm(request: HttpRequest, action: str, keys: list[str]) -> HttpResponse:
    """The chosen rows once more, with the reason to be written."""
    rows = list(_rows(request).filter(pk__in=[key for key in keys if key.isdigit()], state=Waiting.WAITING)[:MOST_AT_ONCE])
    if action not in ("accept", "discard") or not rows:
        messages.warning(request, _("Choose rows that wait, and what to do with them."))
        return redirect("indicators:quarantine")
    _decider(request, rows)
    form = AcceptForm() if action == "accept" else DecisionForm()
    return render(request, "indicators/quarantine_decide.html", {"rows": rows, "form": form, "action": action})


@require_POST
@opens("observations.write")
def decide(request: HttpRequest) -> HttpResponse:
    """Accepts or discards the chosen rows, one or many."""
    action = request.POST.get("action", "")
    keys = [int(key) for key in request.POST.getlist("selected") if key.isdigit()]
    rows = list(_rows(request).filter(pk__in=keys)[:MOST_AT_ONCE])
    by = _decider(request, rows)
    if not rows or action not in ("accept", "discard"):
        messages.warning(request, _("Choose rows that wait, and what to do with them."))
        return redirect("indicators:quarantine")
    form = AcceptForm(request.POST) if action == "accept" else DecisionForm(request.POST)
    if not form.is_valid():
        return render(request, "indicators/quarantine_decide.html", {"rows": rows, "form": form, "action": action}, status=422)
    chosen, reason = [row.pk for row in rows], form.cleaned_data["reason"]
    try:
        if action == "accept":
            decided = actions.accept(rows=chosen, reason=reason, by=by, quality=form.cleaned_data["quality"])
        else:
            decided = actions.discard(rows=chosen, reason=reason, by=by)
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("indicators:quarantine")
    _tell(request, decided)
    return redirect("indicators:quarantine")


def _tell(request: HttpRequest, decided: actions.Decided) -> None:
    counts = {"done": decided.done}
    messages.success(request, ngettext("%(done)s row decided.", "%(done)s rows decided.", decided.done) % counts)
    if decided.before:
        messages.warning(request, _("%(before)s had been decided before; nothing changed there.") % {"before": decided.before})
    if decided.left:
        messages.warning(request, _("%(left)s go on waiting: a newer row for the same time was taken.") % {"left": decided.left})


@opens("deliveries.see")
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row: why it waits, as it was sent, the series around it, and the three decisions."""
    found = get_object_or_404(_rows(request), pk=pk)
    form = CorrectForm(
        request.POST or None, initial={"value": found.value, "at": _at(found), "region": found.series and found.series.region_id}
    )
    if request.method == "POST":
        by = _decider(request, [found])
        if form.is_valid():
            try:
                _tell(request, actions.correct(row=found.pk, by=by, **form.cleaned_data))
                return redirect("indicators:quarantine")
            except actions.Refused as error:
                form.add_error(None, str(error))
    known = around(found) if found.series and found.at else []
    context = {
        "row": found,
        "raw": found.raw.items() if isinstance(found.raw, dict) else [("", found.raw)],
        "near": nearest(found, known),
        "chart": _chart(found, known),
        "may_decide": found.state == Waiting.WAITING and sources_for(request.user, "observations.write").contains(found.delivery.source),
        "correct": form,
        "accept": AcceptForm(auto_id="accept_%s"),
        "discard": DecisionForm(auto_id="discard_%s"),
        "again": found.again.select_related("delivery").order_by("-pk")[:20],
    }
    return render(request, "indicators/quarantine_row.html", context, status=422 if form.errors else 200)


def _at(row: KeptRow) -> str:
    if isinstance(row.raw, dict) and row.raw.get("at"):
        return str(row.raw["at"])
    return row.at.isoformat() if row.at else ""


def _chart(row: KeptRow, known: Sequence[Neighbour]) -> Chart | None:
    """The series around the row and, as a second line of one point, the row itself."""
    if row.series is None or row.at is None or row.value is None or len(known) < 2:
        return None
    times = [*(one.at for one in known), row.at]
    return chart(
        [[(one.at, one.value) for one in known if one.value is not None], [(row.at, row.value)]],
        since=min(times),
        until=max(times),
        every_s=float(contract_of(row.series.indicator).every.seconds),
        zone=ZoneInfo(settings.TIME_ZONE),
        language=language_of(get_language()),
    )
