"""Where a person would be reached on a channel right now, and if not, why. For calls that cannot wait: wishes are not asked."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from pendopo.agencies.models import Person

from .channels import is_set_up
from .logic import masked, normal_phone
from .models import Channel

BY_PHONE = frozenset({Channel.SMS.value, Channel.CALL.value})


@dataclass(frozen=True)
class Reach:
    """A channel to a person: the address, and the obstacle ('' = none)."""

    channel: str
    target: str
    obstacle: str = ""

    @property
    def masked(self) -> str:
        """The address as others may see it."""
        return masked(self.channel, self.target) if self.target else ""


def reach(person: Person, channel: str) -> Reach:
    """The newest confirmed address of the channel; for e-mail else the account's, for telephone else the number in the account."""
    own = [a for a in person.addresses.all() if a.channel == channel and a.confirmed and not a.removed]
    target = own[-1].target if own else ""
    if not target and channel == Channel.EMAIL:
        target = person.email
    if not target and channel in BY_PHONE:
        target = normal_phone(person.phone) or ""
    if not person.is_active:
        return Reach(channel, target, _("has left"))
    if not is_set_up(channel):
        return Reach(channel, target, _("this channel is not set up here"))
    return Reach(channel, target, "" if target else _("no address on this channel"))
