"""Forms of minutes, stated attendance and papers."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person, Post
from pendopo.meetings.actions import YEARS
from pendopo.meetings.models import Meeting, Minutes, PaperKind
from pendopo.orders.forms import MOMENT, within_reach
from pendopo.ui.offers import offer

from .actions import PointSpec, TaskSpec

SPARE = 2
MOST_POINTS, MOST_TASKS = 60, 60


class OpeningForm(forms.Form):
    """What stands before the points."""

    opening = forms.CharField(label=_("Opening"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PointForm(forms.Form):
    """A point of the agenda."""

    title = forms.CharField(label=_("Point"), max_length=200, required=False)
    discussion = forms.CharField(label=_("What was said"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    decision = forms.CharField(label=_("What was decided"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        """A point with words has a title."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("title") and (given.get("discussion") or given.get("decision")):
            self.add_error("title", _("Give this point a title."))
        return given


class TaskForm(forms.Form):
    """A task: what, by which post, until when."""

    what = forms.CharField(label=_("Task"), max_length=1000, required=False)
    to = forms.ModelChoiceField(label=_("By whom"), queryset=Post.objects.none(), required=False, empty_label="–")
    due = forms.DateTimeField(label=_("Due"), widget=MOMENT, required=False)

    def __init__(self, *args: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", posts)
        offer(self, "to", Post.objects.filter(pk__in=[pk for pk, _label in posts if pk]))
        self.fields["to"].widget.choices = posts

    def clean_due(self) -> datetime | None:
        """A day that calendars can reckon with."""
        due: datetime | None = self.cleaned_data["due"]
        if due and due.year not in YEARS:
            raise forms.ValidationError(_("Look at the year: this day is too far away."))
        return due

    def clean(self) -> dict[str, Any]:
        """What is to be done has somebody who does it."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("what") and not given.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose the post that does it."))
        if given.get("to") and not given.get("what") and "what" not in self.errors:
            self.add_error("what", _("Say what is to be done."))
        return given


class MinutesForms:
    """The page of the minutes: an opening, points, tasks, each list with empty lines at its end."""

    def __init__(self, meeting: Meeting, minutes: Minutes | None, person: Person, data: Any = None) -> None:
        points = list(minutes.points.all()) if minutes else []
        tasks = list(minutes.tasks.all()) if minutes else []
        agenda = [] if minutes else [line.strip(" \t-*•.0123456789)") for line in meeting.agenda.splitlines() if line.strip()]
        said = [{"title": p.title, "discussion": p.discussion, "decision": p.decision} for p in points]
        said += [{"title": line[:200]} for line in agenda[: MOST_POINTS - SPARE]]
        wanted = [{"what": task.what, "to": task.to_id, "due": task.due} for task in tasks]
        posts = [("", "–"), *within_reach(person).order_by("title").values_list("pk", "title")]
        first = {"opening": minutes.opening if minutes else "", "revision": minutes.revision if minutes else 0}
        self.opening = OpeningForm(data, initial=first)
        self.points = [PointForm(data, initial=initial, prefix=f"p{n}") for n, initial in enumerate(_spare(said, data, "p", MOST_POINTS))]
        self.tasks = [
            TaskForm(data, initial=initial, prefix=f"t{n}", posts=posts) for n, initial in enumerate(_spare(wanted, data, "t", MOST_TASKS))
        ]

    def is_valid(self) -> bool:
        """Whether everything can be read; every mistake is shown."""
        return sum(not form.is_valid() for form in (self.opening, *self.points, *self.tasks)) == 0

    def point_specs(self) -> list[PointSpec]:
        """The points that have a title."""
        rows = [form.cleaned_data for form in self.points]
        return [PointSpec(row["title"], row["discussion"], row["decision"]) for row in rows if row["title"]]

    def task_specs(self) -> list[TaskSpec]:
        """The tasks that say something."""
        rows = [form.cleaned_data for form in self.tasks]
        return [TaskSpec(row["what"], row["to"], row["due"]) for row in rows if row["what"]]


def _spare(rows: list[dict[str, Any]], data: Any, letter: str, most: int) -> list[dict[str, Any]]:
    """The rows with empty ones behind, as many as the page sent."""
    sent = 0
    if data is not None:
        name = "title" if letter == "p" else "what"
        while sent < most and f"{letter}{sent}-{name}" in data:
            sent += 1
    return rows + [{} for _n in range(max(SPARE, sent - len(rows)))]


class StateForm(forms.Form):
    """Who was there without being seen by us."""

    people = forms.CharField(
        label=_("Who else was there"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the hall or in another system, one a line: name, agency."),
    )

    def rows(self) -> list[tuple[str, str]]:
        """(name, agency) of each line."""
        found = []
        for line in self.cleaned_data["people"].splitlines():
            name, _comma, agency = (line.replace(";", ",")).partition(",")
            if name.strip():
                found.append((name.strip()[:120], agency.strip()[:120]))
        return found


class PressForm(forms.Form):
    """Which paper, under which number."""

    kind = forms.ChoiceField(label=_("Paper"), choices=PaperKind.choices)
    number = forms.CharField(label=_("Number of the letter"), max_length=80, required=False)
