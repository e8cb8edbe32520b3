"""Forms that strangers fill in: a trap for programs, how long the page was open, and how often one address may send.

What looks automatic is never thrown away, because it may be a person: the form says that it is doubtful, and the room keeps it aside for
somebody to look at. Only a flood from one address is refused, with a sentence.
"""

import time
from hashlib import sha256
from typing import Any

from django import forms
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SALT = "pendopo.strangers"
# Nobody reads and fills in a form in less; a page that is older than a day was kept by a program.
FASTEST_S, SLOWEST_S = 2.0, 86_400


def stamp() -> str:
    """The signed moment at which a form was shown."""
    return signing.dumps(round(time.time(), 1), salt=SALT)


class StrangerForm(forms.Form):
    """A form without an account. `asked` are the fields that people see; the template writes the two others for programs."""

    website = forms.CharField(label=_("Leave this field empty"), required=False, max_length=200)
    opened = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = stamp()
        self.fields["website"].widget.attrs.update({"tabindex": "-1", "autocomplete": "off"})

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields for people."""
        return [field for field in self if field.name not in ("website", "opened")]

    @property
    def is_doubtful(self) -> bool:
        """Whether a program may have filled it in: the trap is full, or it came faster than one reads, or without the page."""
        if self.cleaned_data.get("website"):
            return True
        try:
            shown = signing.loads(self.cleaned_data.get("opened") or "", salt=SALT, max_age=SLOWEST_S)
        except signing.BadSignature:
            return True
        return time.time() - float(shown) < FASTEST_S


def address_of(request: HttpRequest) -> str:
    """Who asks, as a hash: addresses of readers are not kept."""
    return sha256(f"{SALT}{request.META.get('REMOTE_ADDR', '')}".encode()).hexdigest()[:32]


def count(what: str, who: str, *, window_s: int) -> int:
    """How often `who` did this within the window, this time included."""
    key = f"strangers:{what}:{who}"
    if cache.add(key, 1, window_s):
        return 1
    try:
        return cache.incr(key)
    except ValueError:
        # It ran out between the two calls.
        cache.set(key, 1, window_s)
        return 1
