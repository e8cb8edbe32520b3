"""Pages of goals: the tree with its lights, and a form for each goal."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.indicators.models import Indicator
from pendopo.indicators.moments.asking import as_of_in, bar
from pendopo.live.tickets import issue
from pendopo.ui.door import holds, opens

from .actions import end_goal, set_goal
from .editor import person_of
from .forms import GoalForm
from .logic import BoardSpec, Text, TileSpec
from .models import Goal
from .reading import read
from .tiles.goals import nodes_of


@opens("boards.see")
def goals(request: HttpRequest) -> HttpResponse:
    """All goals as trees, as they stand now or as it was known at `?as_of=`."""
    now = timezone.now()
    as_of = as_of_in(request, now)
    spec = BoardSpec("goals", Text("", ""), Text("", ""), (TileSpec("goals", (12, 4)),))
    reading = read(spec, Indicator.objects.visible_to(request.user), now=now, language=get_language(), as_of=as_of)
    shown = [indicator for plan in reading.plans for indicator in plan.indicators]
    context = {
        "as_of": as_of,
        "bar": bar(request, as_of, now, indicators=shown),
        "nodes": nodes_of(reading),
        "today": reading.now.astimezone(reading.zone).date(),
        "follows": " ".join(sorted({indicator.code for indicator in shown})),
        "may_change": holds(request.user, "boards.change"),
        "ticket": "" if as_of else issue(reading.follows()),
        "names": {"sources": reading.sources},
    }
    answer = render(request, "wall/goals.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@opens("boards.change", house=True)
def new_goal(request: HttpRequest) -> HttpResponse:
    """A new goal."""
    return _form(request, Goal())


@opens("boards.change", house=True)
def goal(request: HttpRequest, code: str) -> HttpResponse:
    """One goal: change it, or end it."""
    found = get_object_or_404(Goal.objects.filter(ended=None), code=code)
    if request.method == "POST" and request.POST.get("do") == "end":
        end_goal(goal=found, by=person_of(request))
        messages.success(request, _("The goal ended. It stays in the book of deeds."))
        return redirect("wall:goals")
    return _form(request, found)


def _form(request: HttpRequest, goal: Goal) -> HttpResponse:
    form = GoalForm(request.POST or None, instance=goal)
    if request.method == "POST" and form.is_valid():
        try:
            set_goal(goal=form.instance, by=person_of(request))
        except ValidationError as wrong:
            form.add_error(None, ValidationError(wrong.messages))
        else:
            return redirect("wall:goals")
    indicators = [(one.code, one.name) for one in Indicator.objects.order_by("code")]
    return render(request, "wall/goal.html", {"form": form, "goal": goal, "indicators": indicators})
