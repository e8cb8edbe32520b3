"""Forms of orders and what one may ask their list."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import VERBS, grants_of
from pendopo.agencies.models import Person, Post
from pendopo.ui.offers import offer
from pendopo.ui.paths import own_path

from .models import Order, State

MINE, GIVEN, ALL = "mine", "given", "all"
WHOSE = [(MINE, _("For my posts")), (GIVEN, _("Given by me")), (ALL, _("All that I may see"))]
OPEN, OVERDUE, ENDED = "open", "overdue", "ended"
STATES = [(OPEN, _("Open")), (OVERDUE, _("Overdue")), *State.choices, ("all", _("all"))]
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def within_reach(person: Person) -> QuerySet[Post]:
    """The posts to which the person may give orders: those of the house, of an agency, or of a region with everything below it."""
    reach = Q(pk__in=[])
    for grant in grants_of(person):
        if grant.role not in VERBS["orders.give"]:
            continue
        if grant.agency_id is None and grant.region is None:
            return Post.objects.filter(active=True)
        reach |= Q(agency__in=grant.agencies)
        if grant.region is not None:
            reach |= Q(region=grant.region) | Q(region__code__startswith=f"{grant.region}.")
    return Post.objects.filter(reach, active=True)


class GiveForm(forms.Form):
    """An order to one post or several."""

    what = forms.CharField(label=_("What is to be done"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    to = forms.ModelMultipleChoiceField(
        label=_("To"),
        queryset=Post.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Several get one order each."),
    )
    post = forms.ModelChoiceField(label=_("In the name of"), queryset=Post.objects.none(), required=False, empty_label=_("myself"))
    due = forms.DateTimeField(label=_("Due"), widget=MOMENT, required=False)
    about = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    title = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", within_reach(person))
        own = Post.objects.filter(holdings__in=person.holdings.current(), active=True).distinct()
        offer(self, "post", own)

    def clean_about(self) -> str:
        """A path of this house, or nothing."""
        return own_path(str(self.cleaned_data["about"]))

    def clean_due(self) -> Any:
        """A due time that has not passed."""
        due = self.cleaned_data["due"]
        if due and due < timezone.now():
            raise forms.ValidationError(_("This time has passed: choose a later one."))
        return due


class WordForm(forms.Form):
    """A word about an order, with proof."""

    text = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    link = forms.URLField(label=_("Address of the proof"), max_length=500, required=False, assume_scheme="https")
    file = forms.FileField(label=_("File as proof"), required=False)


class OrderFilters(forms.Form):
    """Whose orders, in which state, about what. Without a choice: the open ones for my posts."""

    whose = forms.ChoiceField(label=_("Whose"), choices=WHOSE, required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    text = forms.CharField(label=_("Text"), max_length=200, required=False)

    def __init__(self, data: Any, *, person: Person) -> None:
        super().__init__({"whose": MINE, "state": OPEN, **{name: value for name, value in data.items() if value}})
        self.person = person

    def narrow(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """The orders that match."""
        self.is_valid()
        asked = self.cleaned_data
        found = Order.objects.filter(pk__in=queryset.values("pk"))
        whose, state = asked.get("whose") or ALL, asked.get("state") or OPEN
        if whose == MINE:
            found = found.of(self.person)
        elif whose == GIVEN:
            found = found.given_by(self.person)
        if state == OPEN:
            found = found.open()
        elif state == OVERDUE:
            found = found.overdue(timezone.now())
        elif state != "all":
            found = found.filter(state=state)
        if text := asked.get("text", "").strip():
            found = found.filter(what__icontains=text) | found.filter(title__icontains=text)
        return found.select_related("to", "by", "post").order_by("due", "pk")
