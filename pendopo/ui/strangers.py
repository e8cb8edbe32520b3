"""Forms that strangers fill in: a trap for programs, how long the page was open, and how often one address may send.

What looks automatic is never thrown away, because it may be a person: the form says that it is doubtful, and the room keeps it aside for
somebody to look at. So is a flood from one address, behind which a whole village may stand (the NAT of a telephone company). Only when such
floods together exceed what the house can look through are they refused, with a sentence.
"""

import enum
import time
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

SALT = "pendopo.strangers"
# Nobody reads and fills in a form in less; a page that is older than a day was kept by a program.
FASTEST_S, SLOWEST_S = 2.0, 86_400
HOUR_S = 3600


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


def sender(peer: str, forwarded: str, trusted: Collection[IPv4Network | IPv6Network]) -> str:
    """The address that a question came from. Pure.

    `peer` is who holds the line, `forwarded` the header X-Forwarded-For. It is believed as far as trusted proxies wrote it: from the right,
    the first address that is no trusted proxy. What stands further left was written by who asks, and may be anything.
    """
    found = peer
    for part in [peer, *reversed(forwarded.split(","))]:
        try:
            address = ip_address(part.strip())
        except ValueError:
            break
        plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
        found = str(plain)
        if not any(plain in network for network in trusted):
            break
    return found


def household(address: str) -> str:
    """What one line is counted by: its address, or the /64 that an IPv6 line may choose addresses from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def sender_of(request: HttpRequest) -> str:
    """The address that a request came from, behind the proxies of PENDOPO_PROXIES."""
    return sender(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.PROXIES)


def address_of(request: HttpRequest) -> str:
    """Who asks, as a hash: addresses of readers are not kept."""
    return sha256(f"{SALT}{household(sender_of(request))}".encode()).hexdigest()[:32]


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


def to_wait(what: str, request: HttpRequest, *, most: int, window_s: int = HOUR_S) -> int:
    """Counts one more reading by this address: 0 while it read no more than `most` within this window, else the seconds until the next.

    What this machine asks itself is not counted.
    """
    try:
        if ip_address(sender_of(request)).is_loopback:
            return 0
    except ValueError:
        pass
    now = int(time.time())
    if count(f"{what}:{now // window_s}", address_of(request), window_s=window_s) <= most:
        return 0
    return window_s - now % window_s


def too_often(request: HttpRequest, what: str, most: int) -> HttpResponse | None:
    """The refusal of a reader who read more than `most` within this hour, saying when to go on; None for others."""
    wait = to_wait(what, request, most=most)
    if not wait:
        return None
    words = _("Your address asked more than %(most)s times within an hour. Wait as long as Retry-After says (seconds), then go on.")
    answer = HttpResponse(words % {"most": most} + "\n", status=429, content_type="text/plain; charset=utf-8")
    answer["Retry-After"], answer["Access-Control-Allow-Origin"] = str(wait), "*"
    return answer


class Weight(enum.Enum):
    """How much somebody sent: as usual, so much that it is kept aside, or more than the house can look through."""

    USUAL = 1
    MANY = 2
    TOO_MUCH = 3


@dataclass(frozen=True)
class Limits:
    """Within an hour: beyond `many` from one address it is kept aside; what comes beyond `flood`, at most `house` from all together."""

    many: int
    flood: int
    house: int


def weigh(what: str, who: str, limits: Limits) -> Weight:
    """Counts one more from this address."""
    sent = count(what, who, window_s=HOUR_S)
    if sent > limits.flood and count(f"{what}-flood", "house", window_s=HOUR_S) > limits.house:
        return Weight.TOO_MUCH
    return Weight.MANY if sent > limits.many else Weight.USUAL
