"""The page of a piece of evidence, its file, and its review."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import User, may_somewhere
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from .. import actions
from ..drawing import draw
from ..files import path_of, unchanged
from ..forms import ReviewForm
from ..models import Assessment, Evidence


def _found(user: User, pk: int) -> Evidence:
    return get_object_or_404(Evidence.objects.visible_to(user).select_related("by", "reviewer", "agency"), pk=pk)


@opens("assessments.see")
def evidence(request: PersonRequest, pk: int) -> HttpResponse:
    """What it is, what it proves, how it was reviewed, and whether the file is still the one that was added."""
    return _page(request, _found(request.user, pk))


def _page(request: PersonRequest, found: Evidence, status: int = 200, error: str = "") -> HttpResponse:
    uses = found.uses.filter(assessment__in=Assessment.objects.visible_to(request.user)).select_related("assessment")
    context = {
        "evidence": found,
        "unchanged": unchanged(found),
        "uses": [(use, use.assessment.page_of(use.node)) for use in uses],
        "drawn": draw([found.query], timezone.now()).get(found.query) if found.query else None,
        "expired": bool(found.until and found.until < timezone.localdate()),
        "review_form": ReviewForm() if may_somewhere(request.user, "assessments.assess") and found.by_id != request.user.pk else None,
        "error": error,
    }
    return render(request, "assessments/evidence.html", context, status=status)


@require_POST
@opens("assessments.assess")
def review(request: PersonRequest, pk: int) -> HttpResponse:
    """The reviewer's word."""
    found = _found(request.user, pk)
    try:
        actions.review(evidence=found, verdict=request.POST.get("verdict", ""), by=request.user, remark=request.POST.get("remark", ""))
    except Refused as why:
        return _page(request, found, 409, str(why))
    messages.success(request, _("The review is noted."))
    return redirect(found.get_absolute_url())


@require_safe
@opens("assessments.see")
def file(request: PersonRequest, pk: int) -> FileResponse:
    """The file itself, to be saved."""
    found = _found(request.user, pk)
    if not found.file or not path_of(found).exists():
        raise Http404
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)
