"""The shelf of guides, one guide, whether it helped, and the questions that are still open."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.strangers import address_of, count
from pendopo.ui.words import language_of

from ..keeping import kept
from . import actions
from .forms import SolvedForm
from .models import GuideAnswer
from .shelf import Guide, guides

FRESH_S = 60
ANSWERS_AN_HOUR = 20
HOUR_S = 3600


@require_safe
@kept(FRESH_S)
def shelf(request: HttpRequest) -> HttpResponse:
    """All guides by audience."""
    return render(request, "portal/guides/shelf.html", {"guides": guides(language_of(get_language()))})


def find(code: str) -> Guide:
    """The guide, or nothing there."""
    found = next((one for one in guides(language_of(get_language())) if one.code == code), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """One guide; by POST whether it helped."""
    found = find(code)
    form = SolvedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        flood = count("guide", address_of(request), window_s=HOUR_S) > ANSWERS_AN_HOUR
        solved = request.POST.get("solved") == "yes"
        actions.say(guide=code, solved=solved, question=form.cleaned_data["question"], held=flood or form.is_doubtful)
        messages.success(request, _("Thank you. What is still open becomes part of a guide."))
        return redirect("portal:guide", code)
    return render(request, "portal/guides/guide.html", {"guide": found, "form": form})


@opens("portal.change")
def questions(request: PersonRequest) -> HttpResponse:
    """What people still ask after a guide, and how many each guide helped."""
    told = GuideAnswer.objects.filter(held=False)
    tallies = {row["guide"]: row for row in told.values("guide").annotate(all=Count("pk"), solved=Count("pk", filter=Q(solved=True)))}
    context = {
        "open": told.filter(solved=False, taken_up=None).exclude(question="")[:200],
        "tallies": [(one, tallies.get(one.code, {"all": 0, "solved": 0})) for one in guides(language_of(get_language()))],
    }
    return render(request, "portal/guides/questions.html", context)


@require_POST
@opens("portal.change")
def take_up(request: PersonRequest, pk: int) -> HttpResponse:
    """A question went into a guide."""
    actions.take_up(answer=get_object_or_404(GuideAnswer, pk=pk), by=request.user)
    return redirect("portal:guide-questions")
