"""The rapid assessment (kaji cepat) of an incident as page and as PDF, now or as it was known at a moment."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.moments.asking import as_of_in
from pendopo.ui.door import opens

from ...cases.views.page import find
from ...papers.gathering import situation
from ...papers.views import on_paper

TEMPLATE = "incidents/field/_assessment.html"


@require_safe
@opens("incidents.see")
def assessment(request: PersonRequest, pk: int) -> HttpResponse:
    """The rapid assessment as a page."""
    found, at = find(request.user, pk), as_of_in(request, timezone.now()) or timezone.now()
    context = {
        "incident": found,
        "paper": situation(found, request.user, at),
        "stands": True,
        "template": TEMPLATE,
        "heading": _("Rapid assessment"),
        "pdf": "assessment.pdf",
    }
    return render(request, "incidents/papers/page.html", context)


@require_safe
@opens("incidents.see")
def assessment_pdf(request: PersonRequest, pk: int) -> HttpResponse:
    """The rapid assessment on paper."""
    found, at = find(request.user, pk), as_of_in(request, timezone.now()) or timezone.now()
    paper = {"paper": situation(found, request.user, at), "template": TEMPLATE, "heading": _("Rapid assessment")}
    return on_paper(request, found, at, paper, f"kaji-cepat-{found.pk}")
