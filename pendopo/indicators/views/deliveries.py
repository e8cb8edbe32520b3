"""Pages about deliveries: what came in, what became of it, and every row that was kept with its reason."""

import json

from django.conf import settings
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import moment

from ..forms import DeliveryFilters, KeptFilters
from ..models import Delivery, KeptRow
from .scope import sources_for


@opens("deliveries.see")
def deliveries(request: PersonRequest) -> HttpResponse:
    """All deliveries of the sources within reach, newest first."""
    reach = sources_for(request.user, "deliveries.see")
    listing = Listing(
        request,
        title=_("Deliveries"),
        lead=_("Everything that was sent, with what became of it. Nothing that arrived is ever lost."),
        queryset=Delivery.objects.filter(source__in=reach).select_related("source", "by").order_by("-id"),
        columns=[
            Column(
                "delivery",
                _("Delivery"),
                lambda d: f"#{d.pk}",
                url=lambda d: reverse("indicators:delivery", args=[d.pk]),
                csv_value=lambda d: d.pk,
            ),
            Column("received", _("Received"), lambda d: moment(d.received), csv_value=lambda d: d.received, sort="received"),
            Column("source", _("Source"), lambda d: d.source.name, csv_value=lambda d: d.source.code, sort="source__code"),
            Column("way", _("Way"), lambda d: d.get_way_display(), csv_value=lambda d: d.way),
            Column("rows", _("Rows"), lambda d: d.rows, numeric=True, sort="rows"),
            Column("accepted", _("Accepted"), lambda d: d.accepted, numeric=True, sort="accepted"),
            Column("flagged", _("Flagged"), lambda d: d.flagged, numeric=True, sort="flagged"),
            Column("quarantined", _("Quarantined"), lambda d: d.quarantined, numeric=True, sort="quarantined"),
            Column("rejected", _("Rejected"), lambda d: d.rejected, numeric=True, sort="rejected"),
            Column("duplicates", _("Duplicates"), lambda d: d.duplicates, numeric=True, sort="duplicates"),
            Column("name", _("File"), lambda d: d.name),
        ],
        filters=DeliveryFilters(request.GET),
        csv_name="deliveries",
        empty_title=_("Nothing was sent yet"),
        empty_text=_("Upload the first file, or give a source its key."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("deliveries.see")
def delivery(request: PersonRequest, pk: int) -> HttpResponse:
    """One delivery: its verdicts, its origin, and the rows that did not become figures."""
    found = _within_reach(request, pk)
    listing = Listing(
        request,
        title=_("Delivery #%(number)s") % {"number": found.pk},
        queryset=found.kept.order_by("row", "pk"),
        columns=[
            Column("row", _("Row"), lambda k: k.row, numeric=True, sort="row"),
            Column("state", _("State"), lambda k: k.get_state_display(), csv_value=lambda k: k.state, sort="state"),
            Column("field", _("Field"), lambda k: k.field),
            Column("message", _("Why"), lambda k: k.message),
            Column("code", _("Reason"), lambda k: k.code, sort="code"),
            Column("raw", _("As it came"), raw_text, csv_value=lambda k: json.dumps(k.raw, ensure_ascii=False)),
        ],
        filters=KeptFilters(request.GET),
        csv_name=f"delivery-{found.pk}",
        empty_title=_("Every row became a figure, or was known already"),
        empty_text=_("Nothing was quarantined or rejected."),
    )
    if listing.wants_csv:
        return listing.csv()
    reasons = found.kept.values("code", "state").annotate(count=Count("pk")).order_by("-count")
    counts = [
        (_("Accepted"), found.accepted, "well" if found.accepted else ""),
        (_("Flagged"), found.flagged, "attention" if found.flagged else ""),
        (_("Quarantined"), found.quarantined, "attention" if found.quarantined else ""),
        (_("Rejected"), found.rejected, "danger" if found.rejected else ""),
        (_("Duplicates"), found.duplicates, ""),
    ]
    return render(request, "indicators/delivery.html", {"delivery": found, "listing": listing, "reasons": reasons, "counts": counts})


@require_safe
@opens("deliveries.see")
def file(request: PersonRequest, pk: int) -> FileResponse:
    """The file of a delivery, byte for byte as it came, for whoever sees the delivery."""
    found = _within_reach(request, pk)
    place = settings.FILES_DIR / found.file
    if not found.file or not place.is_file():
        raise Http404(_("This file is not here any more."))
    name = found.name or f"delivery-{found.pk}"
    return FileResponse(place.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _within_reach(request: PersonRequest, pk: int) -> Delivery:
    found = Delivery.objects.select_related("source__agency", "by").filter(pk=pk).first()
    if found is None or not sources_for(request.user, "deliveries.see").filter(pk=found.source_id).exists():
        raise Http404
    return found


def raw_text(kept: KeptRow) -> str:
    """The row as it came, in one line and not too long."""
    text = kept.raw if isinstance(kept.raw, str) else json.dumps(kept.raw, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:160]}…"
