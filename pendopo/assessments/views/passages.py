"""What leaves the house: the package, the report, and the read-only door of an auditor."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.access import require
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.press import NoPress

from .. import report as paper
from ..actions.passages import digest_of_secret
from ..models import Assessment, Passage, Snapshot, Use
from ..package import package as packed
from ..sheet import sheet_of
from .assessments import found_or_404, place_of


@require_safe
@opens("assessments.assess")
def package(request: PersonRequest, code: str) -> FileResponse:
    """Everything as a ZIP with a signed manifest."""
    found = found_or_404(request.user, code)
    require(request.user, "assessments.assess", place_of(found))
    return _zip(found)


@require_safe
@opens("assessments.see")
def report(request: PersonRequest, code: str) -> HttpResponse:
    """The report as PDF."""
    found = found_or_404(request.user, code)
    try:
        made = paper.pdf(found, now=timezone.now(), reader=request.user.name)
    except NoPress as why:
        return render(request, "ui/problem.html", {"title": _("No PDF"), "message": str(why)}, status=503)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.code}.pdf"'
    return answer


def _zip(found: Assessment, signed: bool = False) -> FileResponse:
    return FileResponse(
        packed(found, now=timezone.now(), signed=signed), as_attachment=True, filename=f"{found.code}.zip", content_type="application/zip"
    )


def _passage(secret: str) -> Passage | None:
    open_ones = Passage.objects.filter(revoked=None, expires__gt=timezone.now()).select_related("assessment", "assessment__agency")
    return open_ones.filter(digest=digest_of_secret(secret)).first()


@require_safe
def door(request: HttpRequest, secret: str) -> HttpResponse:
    """What an auditor without an account reads: what was signed, the evidence, the package. Nothing can be changed here."""
    passage = _passage(secret)
    if passage is None:
        return render(request, "assessments/door_shut.html", status=410)
    found, now = passage.assessment, timezone.now()
    context = {
        "passage": passage,
        "assessment": found,
        "sheet": sheet_of(found, now, signed=True),
        "uses": Use.objects.filter(assessment=found).select_related("evidence").order_by("node", "pk"),
        "snapshots": Snapshot.objects.filter(round__assessment=found).select_related("round"),
        "findings": found.findings.select_related("owner"),
        "package": reverse("assessments:door-package", args=[secret]),
    }
    answer = render(request, "assessments/door.html", context)
    answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"] = "no-store", "no-referrer", "noindex"
    return answer


@require_safe
def door_package(request: HttpRequest, secret: str) -> HttpResponse | FileResponse:
    """The package, through the auditor's door."""
    passage = _passage(secret)
    return redirect("assessments:door", secret) if passage is None else _zip(passage.assessment, signed=True)
