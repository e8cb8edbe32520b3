"""What the people of one agency may send together: a fixed cap, and the room that the network measures on the line to their site."""

import time

from django.conf import settings
from django.utils import timezone

from pendopo.network.usage import headroom_bps

from .logic import smaller_cap

KEPT_S = 60.0
_kept: dict[str, tuple[float, int]] = {}


def site_kbps(agency: str) -> int:
    """The smaller of PENDOPO_MEDIA_SITE_CAP and the measured headroom, in kbit/s; 0 where there is neither. Measured once a minute.

    An agency that is not in the inventory, or whose line nobody polls, has no measured headroom.
    """
    now = time.monotonic()
    if (kept := _kept.get(agency)) is None or now - kept[0] > KEPT_S:
        room = headroom_bps(agency, timezone.now())
        kept = _kept[agency] = (now, smaller_cap(settings.MEDIA_SITE_CAP_KBPS, None if room is None else room / 1000))
    return kept[1]
