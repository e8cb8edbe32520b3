"""Findings of an assessment, and the register of risks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, may_somewhere, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.orders.models import posts_of
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import moment
from pendopo.ui.words import DASH

from .. import actions
from ..forms import RiskForm
from ..models import Assessment, Finding, Risk
from .assessments import place_of


def finding_state(finding: Finding) -> str:
    """How a finding stands, in words."""
    if finding.verified:
        return _("verified")
    if finding.done:
        return _("reported as done")
    return _("overdue") if finding.is_overdue else _("not put right yet")


@opens("assessments.see")
def findings(request: PersonRequest) -> HttpResponse:
    """Every finding that the reader sees."""
    seen = Finding.objects.filter(assessment__in=Assessment.objects.visible_to(request.user)).select_related("assessment", "owner")
    listing = Listing(
        request,
        title=_("Findings"),
        lead=_("What assessors found, who puts it right until when, and what is verified."),
        queryset=seen,
        columns=[
            Column("text", _("Finding"), lambda f: f.text, url=lambda f: f.assessment.page_of(f.node)),
            Column("assessment", _("Assessment"), lambda f: f"{f.assessment.title}, {f.node}"),
            Column("weight", _("Weight"), lambda f: f.get_weight_display(), sort="weight", csv_value=lambda f: f.weight),
            Column("owner", _("Who puts it right"), lambda f: f.owner.title if f.owner else DASH),
            Column("due", _("Until"), lambda f: moment(f.due), sort="due", csv_value=lambda f: f.due),
            Column("state", _("State"), finding_state),
        ],
        csv_name="pendopo-findings",
        empty_title=_("No findings"),
        empty_text=_("Assessors note findings on the page of a requirement."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@require_POST
@opens("assessments.see")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """Reports what was done (the owner, or an assessor), or verifies it (an assessor)."""
    seen = Finding.objects.filter(assessment__in=Assessment.objects.visible_to(request.user)).select_related("assessment")
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    assesses = may(request.user, "assessments.assess", place_of(found.assessment))
    verifies = request.POST.get("do") == "verify"
    if not assesses and (verifies or found.owner_id not in posts_of(request.user)):
        raise PermissionDenied(_("The owner reports what was done, and an assessor verifies it."))
    try:
        if verifies:
            actions.verify_finding(finding=found, by=request.user)
        else:
            actions.report_finding(finding=found, done=request.POST.get("done", ""), by=request.user)
    except Refused as why:
        messages.error(request, str(why))
    return redirect(found.assessment.page_of(found.node))


@opens("assessments.see")
def risks(request: PersonRequest) -> HttpResponse:
    """The register, the greatest risk first."""
    ranked = (
        Risk.objects.visible_to(request.user)
        .select_related("owner", "assessment", "agency")
        .extra(select={"score": "likelihood * impact"})
        .order_by("closed", "-score", "pk")
    )
    changes = may_somewhere(request.user, "assessments.assess")
    listing = Listing(
        request,
        title=_("Register of risks"),
        lead=_("Likelihood times impact (1 to 25), what is done about it, and who answers for it."),
        queryset=ranked,
        columns=[
            Column("text", _("Risk"), lambda r: r.text, url=lambda r: reverse("assessments:risk", args=[r.pk])),
            Column(
                "score",
                _("Score"),
                lambda r: f"{r.likelihood} × {r.impact} = {r.likelihood * r.impact}",
                numeric=True,
                csv_value=lambda r: r.likelihood * r.impact,
            ),
            Column("state", _("State"), risk_state),
            Column("likelihood", _("Likelihood"), lambda r: r.likelihood, csv_only=True),
            Column("impact", _("Impact"), lambda r: r.impact, csv_only=True),
            Column("treatment", _("Treatment"), lambda r: r.get_treatment_display(), csv_value=lambda r: r.treatment),
            Column("plan", _("What is done about it"), lambda r: r.plan or DASH, csv_only=True),
            Column("agency", _("Agency"), lambda r: r.agency.label if r.agency else _("the government as a whole")),
            Column("owner", _("Owner"), lambda r: r.owner.title if r.owner else DASH),
            Column("review", _("Judge again on"), lambda r: r.review or DASH, sort="review"),
        ],
        links=[Link(_("Add a risk"), reverse("assessments:new-risk"))] if changes else (),
        csv_name="pendopo-risks",
        empty_title=_("No risks yet"),
        empty_text=_("Write down what may happen to the government's systems and services, and who answers for it."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def risk_state(risk: Risk) -> str:
    """How a risk stands, in words."""
    if risk.closed:
        return _("closed")
    return _("to be judged again") if risk.review and risk.review <= timezone.localdate() else _("open")


@opens("assessments.assess")
def new_risk(request: PersonRequest) -> HttpResponse:
    """Puts a risk into the register."""
    form = RiskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        require(request.user, "assessments.assess", form.cleaned_data["agency"])
        try:
            actions.add_risk(by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            return redirect("assessments:risks")
    return render(request, "ui/form.html", {"title": _("Add a risk"), "form": form, "cancel": reverse("assessments:risks")})


@opens("assessments.see")
def risk(request: PersonRequest, pk: int) -> HttpResponse:
    """A risk to be read; by an assessor judged anew, or closed."""
    found = Risk.objects.visible_to(request.user).select_related("agency", "owner", "assessment").filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method != "POST" and (found.closed or not may(request.user, "assessments.assess", found.agency)):
        asked = found.assessment.page_of(found.node) if found.assessment and found.node else ""
        context = {"risk": found, "score": found.likelihood * found.impact, "state": risk_state(found), "asked": asked}
        return render(request, "assessments/risk_read.html", context)
    require(request.user, "assessments.assess", found.agency)
    initial = {name: getattr(found, f"{name}_id" if name in ("owner", "agency") else name) for name in RiskForm.base_fields}
    form = RiskForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "close":
                actions.close_risk(risk=found, by=request.user)
                return redirect("assessments:risks")
            if form.is_valid():
                require(request.user, "assessments.assess", form.cleaned_data["agency"])
                actions.change_risk(risk=found, by=request.user, **form.cleaned_data)
                return redirect("assessments:risks")
        except Refused as why:
            form.add_error(None, str(why))
    return render(request, "assessments/risk.html", {"risk": found, "form": form})
