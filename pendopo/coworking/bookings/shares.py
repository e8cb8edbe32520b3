"""The page of fair shares: what is kept for whom, changed by who keeps the place (of all places: by who keeps the whole house)."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pendopo.agencies.access import may
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.members.models import Group
from pendopo.coworking.places.models import Kind, Place
from pendopo.ui.door import holds, opens
from pendopo.ui.offers import offer

from . import actions
from .models import FairShare
from .reckoning import GROUP_WORDS

LONGEST_HOURS = 14 * 24


class ShareForm(forms.Form):
    """For whom, of what, how much, until when."""

    group = forms.ChoiceField(label=gettext_lazy("For whom"), choices=[one for one in Group.choices if one[0] in GROUP_WORDS])
    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=Kind.choices)
    place = forms.ModelChoiceField(
        label=gettext_lazy("Where"), queryset=Place.objects.none(), required=False, empty_label=gettext_lazy("everywhere")
    )
    percent = forms.IntegerField(label=gettext_lazy("Share in percent"), min_value=1, max_value=50, initial=20)
    hours = forms.IntegerField(
        label=gettext_lazy("Until how many hours before"),
        min_value=1,
        max_value=LONGEST_HOURS,
        initial=24,
        help_text=gettext_lazy("Later than that, what is still free is for everybody."),
    )


def _may(person: Person, place: Place | None) -> bool:
    return may(person, "coworking.keep", place) if place else holds(person, "coworking.keep")


@opens("coworking.keep")
def shares(request: PersonRequest) -> HttpResponse:
    """Every share, and a form for one more or another number."""
    form = ShareForm(request.POST or None, initial={name: request.GET[name] for name in ShareForm.base_fields if name in request.GET})
    kept = [place.pk for place in Place.objects.filter(active=True) if may(request.user, "coworking.keep", place)]
    offer(form, "place", Place.objects.filter(pk__in=kept))
    if request.method == "POST" and form.is_valid():
        if _may(request.user, form.cleaned_data["place"]):
            actions.set_share(by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("coworking:shares")
        form.add_error("place", _("Your post does not reach every place: choose your own."))
    rows = FairShare.objects.select_related("place").order_by("place__name", "kind", "group")
    context = {"rows": [(row, _may(request.user, row.place)) for row in rows], "form": form}
    return render(request, "coworking/shares.html", context)


@opens("coworking.keep")
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    """One share is kept no more."""
    found = get_object_or_404(FairShare.objects.select_related("place"), pk=pk)
    if request.method == "POST":
        if _may(request.user, found.place):
            actions.drop_share(share=found, by=request.user)
        else:
            messages.error(request, _("Your post does not reach every place: choose your own."))
    return redirect("coworking:shares")
