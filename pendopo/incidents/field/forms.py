"""Forms of the field sheet: numbers of people, damage, services, shelters, families, resources, requests."""

import re
from collections import Counter
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Post
from pendopo.regions.models import Level, Region
from pendopo.ui.offers import offer

from ..cases.forms import MOMENT, home_regions
from .models import Age, Damage, NeedState, People, Resource, Service, Sex, Shelter, Vulnerable, Works

ANY = [("", _("all"))]


class FieldForm(forms.Form):
    """What every word from the field says: where, when, who says so. `villages` are offered first."""

    region = forms.ModelChoiceField(label=_("Village"), queryset=Region.objects.none(), empty_label=None)
    source = forms.CharField(label=_("Who reports it"), max_length=160)
    at = forms.DateTimeField(label=_("As of"), widget=MOMENT, required=False, help_text=_("Empty: just now."))

    def __init__(self, *args: Any, villages: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = home_regions().filter(level=Level.VILLAGE)
        field.label_from_instance = lambda obj: str(obj.name)  # type: ignore[method-assign]
        if villages:
            field.queryset = Region.objects.filter(pk__in=[village.pk for village in villages]).defer("boundary").order_by("code")


class PeopleForm(FieldForm):
    """How many people of one village; an empty field says nothing, 0 says that there are none."""

    dead = forms.IntegerField(label=People.DEAD.label, min_value=0, required=False)
    missing = forms.IntegerField(label=People.MISSING.label, min_value=0, required=False)
    injured = forms.IntegerField(label=People.INJURED.label, min_value=0, required=False)
    displaced = forms.IntegerField(label=People.DISPLACED.label, min_value=0, required=False)
    affected = forms.IntegerField(label=People.AFFECTED.label, min_value=0, required=False)
    sex = forms.ChoiceField(label=_("Of these only: sex"), choices=[*ANY, *Sex.choices], required=False)
    age = forms.ChoiceField(label=_("age"), choices=[*ANY, *Age.choices], required=False)
    vulnerable = forms.ChoiceField(label=_("group"), choices=[*ANY, *Vulnerable.choices], required=False)

    @property
    def told(self) -> dict[str, int]:
        """The numbers that were written."""
        return {what: self.cleaned_data[what] for what in People.values if self.cleaned_data.get(what) is not None}


class DamageForm(FieldForm):
    """One kind of damage in one village."""

    what = forms.ChoiceField(label=_("What"), choices=Damage.choices)
    number = forms.IntegerField(label=_("How many"), min_value=0)


class ServiceForm(FieldForm):
    """How one road or service stands."""

    what = forms.ChoiceField(label=_("What"), choices=Service.choices)
    place = forms.CharField(label=_("Which, where"), max_length=120)
    state = forms.ChoiceField(label=_("How it stands"), choices=Works.choices)
    note = forms.CharField(label=_("Way round, or what is missing"), max_length=500, required=False)


class ShelterReportForm(forms.Form):
    """What a shelter holds."""

    shelter = forms.ModelChoiceField(label=_("Shelter"), queryset=Shelter.objects.none(), empty_label=None)
    present = forms.IntegerField(label=_("People present"), min_value=0)
    needs = forms.CharField(label=_("What it needs"), max_length=500, required=False)
    source = forms.CharField(label=_("Who reports it"), max_length=160)
    at = forms.DateTimeField(label=_("As of"), widget=MOMENT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "shelter", Shelter.objects.filter(closed=None).select_related("region"))


class FamilyForm(forms.Form):
    """A family that comes into a shelter."""

    shelter = forms.ModelChoiceField(label=_("Shelter"), queryset=Shelter.objects.none(), empty_label=None)
    card = forms.CharField(
        label=_("Number of the family card (KK)"), max_length=24, help_text=_("Kept as a seal only: nobody can read it again.")
    )
    head = forms.CharField(label=_("Head of the family"), max_length=120)
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "shelter", Shelter.objects.filter(closed=None).select_related("region"))


class MoveForm(forms.Form):
    """So many are sent or come back."""

    resource = forms.ModelChoiceField(label=_("Resource"), queryset=Resource.objects.none(), empty_label=None)
    way = forms.ChoiceField(label=_("Way"), choices=[("out", _("Send")), ("back", _("Comes back"))])
    number = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["resource"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Resource.objects.filter(closed=None).select_related("agency")
        field.label_from_instance = _free  # type: ignore[method-assign]


def _free(obj: Resource) -> str:
    """A resource with how many of it are free."""
    return f"{obj.name} ({obj.agency.short_name or obj.agency.name}): {obj.free}"


class NeedForm(forms.Form):
    """What is needed, by whom it is answered, until when."""

    what = forms.CharField(label=_("What is needed"), max_length=300)
    place = forms.CharField(label=_("Where"), max_length=160, required=False)
    owner = forms.ModelChoiceField(label=_("Who answers for it"), queryset=Post.objects.none(), required=False)
    due = forms.DateTimeField(label=_("Until"), widget=MOMENT, required=False)
    source = forms.CharField(label=_("Who asks"), max_length=160, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", Post.objects.filter(active=True).order_by("title"))


class SayForm(forms.Form):
    """How a request stands."""

    state = forms.ChoiceField(choices=NeedState.choices)
    text = forms.CharField(max_length=300, required=False)
    owner = forms.CharField(max_length=240, required=False)
    due = forms.DateTimeField(required=False)

    def clean_owner(self) -> Post | None:
        """The post of this title, or of the number behind it."""
        written = self.cleaned_data["owner"].strip()
        posts = Post.objects.filter(active=True)
        number = re.search(r"\((\d{1,9})\)$", written)
        found = list(posts.filter(title__iexact=written)[:2]) or list(posts.filter(pk=number[1]) if number else [])
        if written and len(found) != 1:
            raise forms.ValidationError(_("Choose a post from the list."))
        return found[0] if found else None


def posts_offered() -> list[str]:
    """The posts as `SayForm` reads them: by title, with the number behind it where several share one."""
    posts = list(Post.objects.filter(active=True).values_list("pk", "title"))
    often = Counter(title.casefold() for _pk, title in posts)
    return [title if often[title.casefold()] == 1 else f"{title} ({pk})" for pk, title in posts]


class KeptForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of a register; one that is there already may be left out from now on."""

    retired = forms.BooleanField(
        label=_("Not kept any more"), required=False, help_text=_("It is offered nowhere from now on; what it was used for stays.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["retired"]

    @property
    def facts(self) -> dict[str, Any]:
        """What was written, with the moment from which the row is not kept any more."""
        given = dict(self.cleaned_data)
        retired = given.pop("retired", False)
        return {**given, "closed": timezone.now()} if retired else given


class ShelterForm(KeptForm):
    """A shelter of the register."""

    class Meta:
        model = Shelter
        fields = ["name", "region", "agency", "capacity", "contact", "facilities", "readiness", "latitude", "longitude"]
        labels = {
            "name": _("Name"),
            "region": _("Village"),
            "agency": _("Agency"),
            "capacity": _("Capacity (people)"),
            "contact": _("Contact"),
            "facilities": _("Facilities"),
            "readiness": _("Readiness"),
            "latitude": _("Latitude"),
            "longitude": _("Longitude"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "region", home_regions().filter(level=Level.VILLAGE))
        offer(self, "agency", Agency.objects.filter(active=True))


class ResourceForm(KeptForm):
    """A resource of the register."""

    class Meta:
        model = Resource
        fields = ["name", "kind", "agency", "region", "quantity", "contact", "readiness"]
        labels = {
            "name": _("Name"),
            "kind": _("Kind"),
            "agency": _("Agency"),
            "region": _("Where it stands"),
            "quantity": _("How many"),
            "contact": _("Contact"),
            "readiness": _("Readiness"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "region", home_regions().exclude(level=Level.VILLAGE))
        offer(self, "agency", Agency.objects.filter(active=True))
