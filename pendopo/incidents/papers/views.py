"""The situation report and the after-action report, as pages and as PDF."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may, may_somewhere, require
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.moments.asking import as_of_in
from pendopo.regions.models import Region
from pendopo.ui.door import holds, opens
from pendopo.ui.press import MARK, PAPER, NoPress, pressed

from ..cases import actions
from ..cases.models import EntryKind, Incident
from ..cases.views.page import find
from ..learning.forms import FindingForm
from ..learning.reading import steps_of
from .gathering import after_action, issued, situation

STYLE = Path(__file__).with_name("paper.css")


@require_safe
@opens("incidents.see")
def sitrep(request: PersonRequest, pk: int) -> HttpResponse:
    """The situation report as it drafts itself, now or as it was known at `?as_of=`."""
    found, at = _asked(request, pk)
    context = {
        "incident": found,
        "paper": situation(found, request.user, at),
        "issued": issued(found),
        "stands": "as_of" in request.GET,
        "template": "incidents/papers/_sitrep.html",
        "heading": _("Situation report"),
        "pdf": "sitrep.pdf",
    }
    return render(request, "incidents/papers/page.html", context)


@require_safe
@opens("incidents.see")
def sitrep_pdf(request: PersonRequest, pk: int) -> HttpResponse:
    """The situation report on paper."""
    found, at = _asked(request, pk)
    paper = situation(found, request.user, at)
    return on_paper(
        request,
        found,
        at,
        {"paper": paper, "template": "incidents/papers/_sitrep.html", "heading": f"{_('Situation report')} {paper.number}"},
        f"sitrep-{found.pk}-{paper.number}",
    )


@require_POST
@opens("incidents.handle")
def issue(request: PersonRequest, pk: int) -> HttpResponse:
    """The report as it stands now gets its number and a line of the timeline that leads to it for ever."""
    found = find(request.user, pk)
    require(request.user, "incidents.handle", found)
    with transaction.atomic():
        Incident.objects.select_for_update(of=("self",)).get(pk=found.pk)  # two who issue at once get two numbers
        now = timezone.now()
        number = len(issued(found)) + 1
        link = f"{found.get_absolute_url()}/sitrep?{urlencode({'as_of': now.isoformat()})}"
        actions.note(incident=found, kind=EntryKind.PAPER, text=_("Situation report %(n)s") % {"n": number}, by=request.user, link=link)
    return redirect(link)


@require_safe
@opens("incidents.see")
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """The after-action report."""
    found, at = _asked(request, pk)
    learns = "as_of" not in request.GET and may(request.user, "incidents.handle", found)
    context = {
        "incident": found,
        "paper": after_action(found, request.user, at),
        "stands": True,
        "template": "incidents/papers/_report.html",
        "heading": _("After-action report"),
        "pdf": "report.pdf",
        "learns": FindingForm(steps=steps_of(found)) if learns else None,
        "changes": learns and holds(request.user, "incidents.handle"),
        "may_order": "as_of" not in request.GET and may_somewhere(request.user, "orders.give"),
    }
    return render(request, "incidents/papers/page.html", context)


@require_safe
@opens("incidents.see")
def report_pdf(request: PersonRequest, pk: int) -> HttpResponse:
    """The after-action report on paper."""
    found, at = _asked(request, pk)
    paper = {
        "paper": after_action(found, request.user, at),
        "template": "incidents/papers/_report.html",
        "heading": _("After-action report"),
    }
    return on_paper(request, found, at, paper, f"after-action-{found.pk}")


def _asked(request: PersonRequest, pk: int) -> tuple[Incident, datetime]:
    now = timezone.now()
    return find(request.user, pk), as_of_in(request, now) or now


def on_paper(request: PersonRequest, found: Incident, at: datetime, context: dict[str, Any], name: str) -> HttpResponse:
    """A paper of an incident as PDF; back to the incident with the reason where the press is not there."""
    house = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or ""
    shown = {
        **context,
        "incident": found,
        "house": house,
        "mark": MARK.as_uri(),
        "at": at,
        "reader": request.user.name,
        "demo": settings.DEMO,
        "language": get_language() or "id",
    }
    try:
        body = pressed(render_to_string("incidents/papers/paper.html", shown), PAPER, STYLE)
    except NoPress as why:
        messages.error(request, str(why))
        return redirect(found)
    answer = HttpResponse(body, content_type="application/pdf")
    stamp = at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d-%H%M")
    answer["Content-Disposition"] = f'inline; filename="{name}-{stamp}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
