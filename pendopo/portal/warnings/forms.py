"""The form by which one asks to be warned."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pendopo.notify.forms import PushForm
from pendopo.regions.models import Region
from pendopo.ui.offers import offer
from pendopo.ui.strangers import StrangerForm


class SubscribeForm(StrangerForm):
    """A place and an address."""

    region = forms.ModelChoiceField(
        label=_("District or village"), queryset=Region.objects.none(), to_field_name="code", empty_label=_("choose …")
    )
    email = forms.EmailField(label=_("E-mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Region.objects.within(settings.REGION).filter(level__in=["district", "village"]).defer("boundary").order_by("code")
        offer(self, "region", places)
        self.fields["region"].label_from_instance = lambda one: f"— {one.name}" if one.level == "village" else one.name  # type: ignore[attr-defined]


class BrowserForm(PushForm):
    """A kecamatan, and what a browser says when it subscribes."""

    region = forms.ModelChoiceField(
        label=_("District"),
        queryset=Region.objects.none(),
        to_field_name="code",
        empty_label=_("choose …"),
        widget=forms.Select(attrs={"id": "browser-region"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Region.objects.filter(parent=settings.REGION).defer("boundary").order_by("name")
        offer(self, "region", places)
