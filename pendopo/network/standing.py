"""How devices stand: the newest word of presence about each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pendopo.indicators.models import Indicator
from pendopo.indicators.newest import rows

from .graph import Network

PRESENCE, RTT, LOSS, IN, OUT, LINE = "net.up", "net.rtt", "net.loss", "net.in", "net.out", "net.line"
# Uplinks every ten seconds, inward and outward.
FINE = ("net.uplink.in", "net.uplink.out")
# A word of presence comes each minute; after this it says nothing any more.
OLD = timedelta(minutes=5)

UP, DOWN, UNKNOWN = "well", "danger", ""


@dataclass(frozen=True)
class Standing:
    """A device as it stands: `state` is a state of the stylesheet, `at` when it was last told."""

    state: str
    at: datetime | None

    @property
    def word(self) -> str:
        """The state in words."""
        return {UP: _("connected"), DOWN: _("out of reach")}.get(self.state) or (_("no word lately") if self.at else _("not watched"))


NEVER = Standing(UNKNOWN, None)


def standings(now: datetime, as_of: datetime | None = None) -> dict[str, Standing]:
    """By device, as known at `as_of` (None: now). One query beyond that for the indicator."""
    found = {}
    for row in rows(list(Indicator.objects.filter(code=PRESENCE)), None, as_of):
        device = row.dims.get("device", "")
        state = UNKNOWN if now - row.at > OLD else UP if row.value else DOWN
        found[device] = Standing(state, row.at)
    return found


def state_of_span(network: Network, code: str, known: Mapping[str, Standing], cut: Collection[str] = ()) -> str:
    """A span is bad where it leads to a device that is not reached, or where it is named as cut."""
    span = network.by_code[code]
    states = {known.get(end, NEVER).state for end in (span.a, span.b)}
    if code in cut or DOWN in states:
        return DOWN
    return UP if states == {UP} else UNKNOWN
