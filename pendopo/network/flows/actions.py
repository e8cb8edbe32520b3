"""The verb that takes a file of flow records, and the sums that a page shows."""

import hashlib
import ipaddress
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..models import FlowFile, Site, Talker
from .records import Network, owner, read, sums

KEPT = timedelta(days=400)

ADD_SQL = """
INSERT INTO network_talker (hour, address, sent, received)
SELECT * FROM unnest(%(hours)s::timestamptz[], %(addresses)s::inet[], %(sent)s::bigint[], %(received)s::bigint[])
ON CONFLICT (hour, address) DO UPDATE SET sent = network_talker.sent + excluded.sent, received = network_talker.received + excluded.received
"""


@dataclass(frozen=True)
class Share:
    """What somebody's addresses sent and received, in octets; `who` is an agency's name or an address."""

    who: str
    sent: int
    received: int

    @property
    def octets(self) -> int:
        """Both ways."""
        return self.sent + self.received


def networks_of() -> dict[Network, str]:
    """The networks of sites by the agency that works there (its name; the site's where there is none)."""
    sites = Site.objects.exclude(networks=[]).select_related("agency")
    return {ipaddress.ip_network(text): one.agency.label if one.agency else one.name for one in sites for text in one.networks}


@transaction.atomic
def take_flows(*, text: str, name: str, by: Person | None, now: datetime) -> int:
    """Adds the records of a file to the sums of their hours. Answers how many; 0 for a file that was taken already. Raises NoFlows."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept, new = FlowFile.objects.get_or_create(digest=digest, defaults={"name": name[:200], "flows": 0})
    if not new:
        return 0
    flows = list(read(text.splitlines(), ZoneInfo(settings.TIME_ZONE)))
    found = sums(flows, networks_of())
    keys = sorted(found)
    given: dict[str, Any] = {
        "hours": [hour for hour, _address in keys],
        "addresses": [address for _hour, address in keys],
        "sent": [found[key].sent for key in keys],
        "received": [found[key].received for key in keys],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_SQL, given)
    Talker.objects.filter(hour__lt=now - KEPT).delete()
    kept.flows = len(flows)
    kept.save(update_fields=["flows"])
    record(
        by=by,
        room="network",
        verb="take_flows",
        about="/network/capacity",
        after={"name": kept.name, "flows": len(flows), "digest": digest},
    )
    return len(flows)


def talkers(since: datetime, until: datetime, most: int = 10) -> tuple[list[Share], list[Share]]:
    """The greatest agencies and the greatest addresses between two moments."""
    told = Talker.objects.filter(hour__gte=since, hour__lt=until).order_by()
    rows = told.values_list("address").annotate(sent=Sum("sent"), received=Sum("received"))
    networks = networks_of()
    agencies: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    addresses = []
    for address, sent, received in rows:
        addresses.append(Share(address, sent, received))
        if who := owner(address, networks):
            agencies[who][0] += sent
            agencies[who][1] += received
    by_agency = [Share(who, sent, received) for who, (sent, received) in agencies.items()]
    return _greatest(by_agency, most), _greatest(addresses, most)


def _greatest(shares: list[Share], most: int) -> list[Share]:
    return sorted(shares, key=lambda share: (-share.octets, share.who))[:most]
