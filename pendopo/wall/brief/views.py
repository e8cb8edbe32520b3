"""Pages of the brief: for a leader's phone, as a PDF, and when it comes by e-mail."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.models import Person
from pendopo.indicators.moments.asking import as_of_in, bar
from pendopo.live.tickets import issue
from pendopo.notify.channels import is_set_up
from pendopo.ui.door import opens
from pendopo.ui.press import NoPress

from . import actions, paper
from .forms import WishForm
from .gathering import gather
from .models import BriefWish


@opens("boards.see")
def brief(request: HttpRequest) -> HttpResponse:
    """What is red, what changed most, what is late, what waits for a decision; `?as_of=` the brief of a day gone by."""
    return _page(request, WishForm.of(_wish(request)))


def _page(request: HttpRequest, form: WishForm) -> HttpResponse:
    person, now = request.user, timezone.now()
    assert isinstance(person, Person)  # the door let only people in
    as_of: datetime | None = as_of_in(request, now)
    found = gather(person, now=now, as_of=as_of, language=get_language())
    context = {
        "news": found.news,
        "decisions": found.decisions,
        "decided": found.decided,
        "now": found.reading.now,
        "as_of": as_of,
        "may_order": as_of is None and may_somewhere(person, "orders.give"),
        "bar": bar(request, as_of, now),
        "ticket": "" if as_of else issue(found.reading.follows()),
        "names": {"sources": found.reading.sources},
        "form": form,
        "wish": _wish(request),
        "email": person.email,
        "mail_works": is_set_up("email"),
    }
    answer = render(request, "wall/brief.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _wish(request: HttpRequest) -> BriefWish | None:
    return BriefWish.objects.filter(person=request.user.pk).first()


@require_safe
@opens("boards.see")
def on_paper(request: HttpRequest) -> HttpResponse:
    """The brief as PDF, as known now or at `?as_of=`."""
    person, now = request.user, timezone.now()
    assert isinstance(person, Person)
    as_of = as_of_in(request, now) or now
    found = gather(person, now=as_of, as_of=as_of, language=get_language())
    try:
        body = paper.pdf(found, reader=person.name)
    except NoPress as problem:
        messages.error(request, str(problem))
        return redirect("wall:brief")
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{paper.name_of(as_of)}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@opens("boards.see")
def wish(request: HttpRequest) -> HttpResponse:
    """When the reader wants the brief by e-mail, or not at all."""
    form = WishForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    assert isinstance(request.user, Person)
    made = actions.wish(person=request.user, by=request.user, **form.cleaned_data)
    if made.on:
        messages.success(request, _("The brief comes by e-mail at %(time)s on the days you chose.") % {"time": f"{made.at:%H.%M}"})
    else:
        messages.success(request, _("The brief does not come by e-mail any more."))
    return redirect("wall:brief")
