"""What everyone sees: the list, reporting in three steps, one report, and what its reporter may do with the key."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pendopo.agencies.actions import Refused
from pendopo.regions.models import Region
from pendopo.ui.strangers import HOUR_S, Limits, Weight, address_of, count, weigh

from .. import actions, keys, logic
from ..forms import RateForm, ReportForm, WordsForm
from ..models import Category, Channel, Report, State

# From one address within an hour: beyond the first they are kept aside, beyond the second at most so many from everywhere together.
LIMITS = Limits(many=12, flood=60, house=600)
VOICES_AN_HOUR = 60
PER_PAGE = 20
ALIKE_DAYS = 30
ALIKE = 0.4
COOKIE = "pendopo_voice"
YEAR_S = 365 * 86_400


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What was reported and how it stands, newest first; by place, category and words; the overdue on their own."""
    found = Report.objects.published().exclude(state=State.MERGED).select_related("category", "region", "agency")
    found = found.annotate(voices=Count("agreements")).order_by("-created", "-pk")
    query, place, category = (request.GET.get(name, "").replace("\x00", "").strip()[:60] for name in ("q", "w", "category"))
    late = request.GET.get("late") == "1"
    if query:
        found = found.saying(query)
    if place:
        found = found.filter(Q(region=place) | Q(region__code__startswith=f"{place}."))
    if category:
        found = found.filter(category__code=category)
    if late:
        found = found.overdue()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "query": query,
        "place": place,
        "category": category,
        "late": late,
        "places": Region.objects.filter(parent=settings.REGION).values_list("code", "name"),
        "categories": Category.objects.filter(active=True),
        "overdue": Report.objects.published().overdue().count(),
    }
    return render(request, "reports/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Reporting: what, where, who. Without an account, and without JavaScript on one page."""
    start = {"region": request.GET.get("w", ""), "category": request.GET.get("category", "")}
    form = ReportForm(request.POST or None, request.FILES or None, initial={name: value for name, value in start.items() if value})
    if request.method == "POST" and form.is_valid():
        made = _submitted(request, form)
        if made is not None:
            messages.success(request, _("Thank you: your report has arrived. Keep this link; by it you can reply and rate."))
            return redirect(f"{made.get_absolute_url()}?key={keys.key_of(made.number)}")
    return render(request, "reports/new.html", {"form": form})


def _submitted(request: HttpRequest, form: ReportForm) -> Report | None:
    weight = weigh("report", address_of(request), LIMITS)
    if weight == Weight.TOO_MUCH:
        form.add_error(None, _("Very many reports come in just now: please try again in an hour, or call the command center."))
        return None
    given = form.cleaned_data
    # The stamp of the form and the words together: a double click is one report.
    once = salted_hmac("pendopo.reports.once", f"{given['opened']}{given['text']}").hexdigest()[:40]
    names = ("category", "text", "region", "place", "point", "photo", "name", "phone", "email", "anonymous", "confidential")
    try:
        return actions.submit(
            **{name: given[name] for name in names}, held=form.is_doubtful or weight != Weight.USUAL, channel=Channel.WEB, outside_id=once
        )
    except Refused as why:
        form.add_error("text", str(why))
        return None


def _find(request: HttpRequest, number: str) -> tuple[Report, bool]:
    """The report and whether the reader is its reporter; what is not public exists for the reporter only."""
    found = Report.objects.select_related("category", "region", "agency", "joined").filter(number=number.upper()[:12]).first()
    if found is None:
        raise Http404
    own = keys.opens(found.number, request.GET.get("key") or request.POST.get("key") or "")
    if not own and not found.is_public:
        raise Http404
    return found, own


@require_safe
def report(request: HttpRequest, number: str) -> HttpResponse:
    """One report with its history and clocks; with the key also reply, reopen, rate, and whether it was reported before."""
    found, own = _find(request, number)
    # Whoever wrote the report reads the own lines, too; what agencies tell each other stays with them.
    steps = [step for step in found.steps.select_related("by") if step.public or own and step.by is None]
    context = {
        "report": found,
        "own": own,
        "key": request.GET.get("key", "") if own else "",
        "steps": steps,
        "voices": found.agreements.count(),
        "alike": alike(found) if own and found.state == State.RECEIVED else [],
        "open": found.state in logic.OPEN,
        "can_reopen": own and found.finished is not None and found.reply_by is not None and timezone.now() < found.reply_by,
        "taken_out": found.was_taken_out,
        "can_rate": own and found.state in (State.ANSWERED, State.CLOSED),
        "reply": WordsForm(),
        "rate": RateForm(),
        "address": settings.SITE_URL + found.get_absolute_url(),
    }
    return render(request, "reports/report.html", context)


def alike(report: Report) -> list[Report]:
    """Public reports that may tell of the same thing: of the category and district, lately, in like words; at most three."""
    district = ".".join(report.region_id.split(".")[:3])
    near: QuerySet[Report] = (
        Report.objects.published()
        .open()
        .filter(
            Q(region=district) | Q(region__code__startswith=f"{district}."),
            category=report.category,
            created__gt=report.created - timedelta(days=ALIKE_DAYS),
        )
        .exclude(pk=report.pk)
        .select_related("region")
    )
    rated = [(logic.likeness(report.text, other.text), other) for other in near.order_by("-created")[:100]]
    return [other for rate, other in sorted(rated, key=lambda pair: -pair[0]) if rate >= ALIKE][:3]


@require_safe
def photo(request: HttpRequest, number: str) -> HttpResponseBase:
    """The photo: for its reporter at once, for everyone when somebody has looked at the report."""
    found, own = _find(request, number)
    if not found.photo or not (own or found.state != State.RECEIVED):
        raise Http404
    return FileResponse(found.photo.open("rb"), content_type="image/webp")


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """What a reader or reporter does: `do` is agree, reply, reopen, rate or same."""
    found, own = _find(request, number)
    wish = request.POST.get("do", "")
    back = redirect(found.get_absolute_url() + (f"?key={keys.key_of(found.number)}" if own else ""))
    who = request.COOKIES.get(COOKIE, "")[:64] or secrets.token_urlsafe(16)
    try:
        if wish == "agree":
            _agree(request, found, who)
            back.set_cookie(COOKIE, who, max_age=YEAR_S, samesite="Lax", httponly=True, secure=settings.SECURE)
        elif own:
            _own(request, found, wish, who)
    except Refused as why:
        messages.error(request, str(why))
    return back


def _agree(request: HttpRequest, found: Report, who: str) -> None:
    if count("voice", address_of(request), window_s=HOUR_S) > VOICES_AN_HOUR:
        raise Refused(_("Very many voices came from your address: please try again in an hour."))
    actions.agree(report=found, who=salted_hmac("pendopo.reports.voice", who).hexdigest()[:64])
    messages.success(request, _("Your voice counts."))


def _own(request: HttpRequest, found: Report, wish: str, who: str) -> None:
    text = request.POST.get("text", "").replace("\x00", "")[:2000]
    if wish == "reply":
        actions.reply(report=found, text=text)
    elif wish == "reopen":
        actions.reopen(report=found, text=text)
    elif wish == "rate":
        stars = request.POST.get("stars", "")
        actions.rate(report=found, stars=int(stars) if stars in tuple("12345") else 0, text=text[:500])
    elif wish == "same":
        into = Report.objects.published().filter(number=request.POST.get("into", "")[:12]).first()
        if into is None:
            raise Refused(_("There is no such report."))
        actions.join_own(report=found, into=into, who=salted_hmac("pendopo.reports.voice", who).hexdigest()[:64])
    messages.success(request, _("Noted. Thank you."))


@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """From a number to its report."""
    number = request.GET.get("number", "").strip().upper().replace(" ", "-")[:12]
    known = Report.objects.published().filter(number=number).exists()
    if not known:
        messages.error(request, _("There is no public report with this number. A confidential one opens by its own link only."))
        return redirect("reports:reports")
    return redirect(reverse("reports:report", args=[number]))
