"""The list of assessments, opening one, its page, and its rounds."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import User, may, may_somewhere, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column as ListColumn
from pendopo.ui.lists import Link, Listing
from pendopo.ui.words import DASH, language_of, number_text

from .. import actions
from ..availability import CLASSES
from ..forms import OpenForm, PassageForm
from ..measured import INSTRUMENT, measured
from ..models import Assessment, Round, RoundKind
from ..sheet import sheet_of


def found_or_404(user: User, code: str) -> Assessment:
    """The assessment, if the reader sees it."""
    found = Assessment.objects.visible_to(user).select_related("agency").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def place_of(assessment: Assessment) -> Assessment | None:
    """What the doorkeeper is asked about: the assessment of an agency, or (None) the house as a whole."""
    return assessment if assessment.agency_id else None


def may_answer(user: User, assessment: Assessment, kind: str) -> bool:
    """Whether the reader answers in this round: the government itself in its own, assessors in theirs."""
    verb = "assessments.prove" if kind == RoundKind.SELF else "assessments.assess"
    return may(user, verb, place_of(assessment))


def _last(assessment: Assessment) -> Round | None:
    signed = [one for one in assessment.rounds.all() if one.signed is not None]
    return max(signed, key=lambda one: RoundKind.values.index(one.kind), default=None)


def _index(assessment: Assessment) -> str:
    found = _last(assessment)
    return DASH if found is None or found.index is None else number_text(float(found.index), 2, language_of(get_language()))


@opens("assessments.see")
def assessments(request: PersonRequest) -> HttpResponse:
    """Every assessment that the reader sees, the newest year first."""
    listing = Listing(
        request,
        title=_("Assessments"),
        lead=_("What the government is measured by, computed from answers and evidence."),
        queryset=Assessment.objects.visible_to(request.user).select_related("agency").prefetch_related("rounds"),
        columns=[
            ListColumn("title", _("Assessment"), lambda a: a.title, url=Assessment.get_absolute_url, sort="title"),
            ListColumn("year", _("Year"), lambda a: str(a.year), numeric=True, sort="year"),
            ListColumn("agency", _("Agency"), lambda a: a.agency.label if a.agency else _("the government as a whole")),
            ListColumn("index", _("Index"), _index, numeric=True),
            ListColumn("predicate", _("Predicate"), lambda a: found.predicate if (found := _last(a)) else _("not signed yet")),
            ListColumn("round", _("By"), lambda a: found.get_kind_display() if (found := _last(a)) else DASH),
            ListColumn("instrument", _("Instrument"), lambda a: a.instrument, csv_only=True),
        ],
        links=[
            Link(_("Trend"), reverse("assessments:trend")),
            Link(_("Findings"), reverse("assessments:findings")),
            Link(_("Risks"), reverse("assessments:risks")),
            *([Link(_("Begin an assessment"), reverse("assessments:new"))] if may_somewhere(request.user, "assessments.assess") else []),
        ],
        csv_name="pendopo-assessments",
        empty_title=_("Nothing is assessed yet"),
        empty_text=_("Choose an instrument and a year; the answers and evidence of last year can be used again."),
    )
    if listing.wants_csv:
        return listing.csv()
    return render(request, "ui/list.html", {"listing": listing})


@opens("assessments.assess")
def new(request: PersonRequest) -> HttpResponse:
    """Begins an assessment."""
    form = OpenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        require(request.user, "assessments.assess", wish["agency"])
        try:
            made = actions.open_assessment(by=request.user, **wish)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            return redirect(made.get_absolute_url())
    context = {"title": _("Begin an assessment"), "form": form, "submit": _("Begin"), "cancel": reverse("assessments:assessments")}
    return render(request, "ui/form.html", context)


@opens("assessments.see")
def assessment(request: PersonRequest, code: str) -> HttpResponse:
    """The tree with every side's answers, the index or its range, and how each requirement stands."""
    return _page(request, found_or_404(request.user, code))


def _page(request: PersonRequest, found: Assessment, status: int = 200, secret: str = "", error: str = "") -> HttpResponse:
    now = timezone.now()
    sheet = sheet_of(found, now)
    open_kinds = [kind for kind in RoundKind if kind not in {column.round.kind for column in sheet.columns}]
    assesses = may(request.user, "assessments.assess", place_of(found))
    context = {
        "assessment": found,
        "sheet": sheet,
        "signable": [c.round for c in sheet.columns if c.round.signed is None and may_answer(request.user, found, c.round.kind)],
        "open_kinds": open_kinds if assesses else [],
        "assesses": assesses,
        "passages": found.passages.select_related("by") if assesses else [],
        "passage_form": PassageForm() if assesses else None,
        "door": request.build_absolute_uri(reverse("assessments:door", args=[secret])) if secret else "",
        "findings": found.findings.open().count(),
        "measured": measured(now) if found.instrument == INSTRUMENT else None,
        "classes": CLASSES if found.instrument == INSTRUMENT else (),
        "now": now,
        "error": error,
    }
    return render(request, "assessments/assessment.html", context, status=status)


@require_POST
@opens("assessments.see")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Opens a round, signs one, makes a door for an auditor or shuts it."""
    found = found_or_404(request.user, code)
    what = request.POST.get("do", "")
    try:
        if what == "sign":
            return _sign(request, found)
        require(request.user, "assessments.assess", place_of(found))
        if what == "open":
            actions.open_round(assessment=found, kind=request.POST.get("kind", ""), by=request.user)
        elif what == "door":
            form = PassageForm(request.POST)
            if not form.is_valid():
                return _page(request, found, 400, error=_("Say for whom the door is, and for how many days (1 to 90)."))
            _made, secret = actions.new_passage(assessment=found, by=request.user, **form.cleaned_data)
            return _page(request, found, secret=secret)
        elif what == "shut":
            passage = found.passages.filter(pk=request.POST.get("passage") or 0).first()
            if passage is not None:
                actions.revoke_passage(passage=passage, by=request.user)
    except Refused as why:
        return _page(request, found, 409, error=str(why))
    except ValueError:
        return _page(request, found, 400, error=_("There is no such door."))
    return redirect(found.get_absolute_url())


def _sign(request: PersonRequest, found: Assessment) -> HttpResponse:
    round = found.rounds.filter(kind=request.POST.get("kind", "")).first()
    if round is None:
        raise Http404
    verb = "assessments.prove" if round.kind == RoundKind.SELF else "assessments.assess"
    require(request.user, verb, place_of(found))
    signed = actions.sign(round=round, by=request.user)
    messages.success(
        request,
        _("Signed: %(index)s %(word)s.")
        % {"index": number_text(float(signed.index or 0), 2, language_of(get_language())), "word": signed.predicate},
    )
    return redirect(found.get_absolute_url())
