"""Forms of notices, and what one may ask the log."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.ui.offers import offer

from .channels import is_set_up
from .kinds import KINDS, MUTABLE
from .models import SILENT, Channel, Dispatch, Endpoint, State, Wishes

ALL = ("", _("all"))
DATE = {"type": "date"}
TIME = {"type": "time"}


class AddressForm(forms.Form):
    """Another address of one's own. Only channels that this installation can use are offered."""

    channel = forms.ChoiceField(label=_("Channel"))
    target = forms.CharField(
        label=_("Address"), max_length=200, help_text=_("An e-mail address, a phone number, or your number or name in the chat.")
    )
    urgent_only = forms.BooleanField(label=_("Urgent notices only"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = [(code, label) for code, label in Channel.choices if code not in SILENT and is_set_up(code)]
        offer(self, "channel", chosen or [(Channel.EMAIL, Channel.EMAIL.label)])


class PushForm(forms.Form):
    """What a browser says when it subscribes."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)


class WishesForm(forms.Form):
    """What one wishes to hear and when."""

    email = forms.BooleanField(label=_("Also to the e-mail address of my account"), required=False)
    wanted = forms.MultipleChoiceField(label=_("Kinds of notice"), required=False, choices=MUTABLE, widget=forms.CheckboxSelectMultiple)
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs=TIME, format="%H:%M"))
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
        help_text=_("What comes in these hours arrives when they end. Urgent notices come at once."),
    )

    @classmethod
    def of(cls, wishes: Wishes) -> "WishesForm":
        """The form as the person's wishes fill it."""
        wanted = [code for code, _label in MUTABLE if code not in wishes.muted]
        hours = {"quiet_from": wishes.quiet_from, "quiet_until": wishes.quiet_until}
        return cls(initial={"email": wishes.email, "wanted": wanted, **hours})

    @property
    def muted(self) -> list[str]:
        """The kinds that were left unticked."""
        return [code for code, _label in MUTABLE if code not in self.cleaned_data["wanted"]]

    @property
    def hours(self) -> dict[str, time | None]:
        """The two ends of the quiet hours."""
        return {name: self.cleaned_data[name] for name in ("quiet_from", "quiet_until")}


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """A webhook."""

    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https", help_text=_("https only."))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of notice"),
        required=False,
        choices=MUTABLE,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen = all."),
    )

    class Meta:
        model = Endpoint
        fields = ["name", "url", "kinds"]
        labels = {"name": _("Name")}


class DispatchFilters(forms.Form):
    """Every field is optional; what is given must all hold. Dates are days of the government's zone, both included."""

    person = forms.CharField(label=_("Person or webhook"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *((code, kind.label) for code, kind in KINDS.items())])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[ALL, *Channel.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *State.choices])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))

    def narrow(self, queryset: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
        """The dispatches that match."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("person", "").strip():
            named = Q(person__name__icontains=text) | Q(person__email__iexact=text) | Q(endpoint__name__icontains=text)
            queryset = queryset.filter(named)
        if asked.get("kind"):
            queryset = queryset.filter(notice__kind=asked["kind"])
        for name in ("channel", "state"):
            if asked.get(name):
                queryset = queryset.filter(**{name: asked[name]})
        if asked.get("since"):
            queryset = queryset.filter(created__gte=_midnight(asked["since"]))
        if asked.get("until"):
            queryset = queryset.filter(created__lt=_midnight(asked["until"] + timedelta(days=1)))
        return queryset


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
