"""Flow records of both kinds of nfdump, summed once, and whose addresses they are."""

import ipaddress
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.network.actions import load_inventory
from pendopo.network.flows.actions import take_flows, talkers
from pendopo.network.flows.records import NoFlows, owner, read, sums
from pendopo.network.inventory import parse
from pendopo.network.models import Talker
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

WIB = ZoneInfo("Asia/Jakarta")
OLD = """ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt
2026-11-29 10:05:00,2026-11-29 10:05:10,10.0,10.20.1.5,142.250.4.1,50000,443,TCP,.AP.SF,0,0,10,1000,0,0
2026-11-29 10:55:00,2026-11-29 10:55:10,10.0,142.250.4.1,10.20.1.5,443,50000,TCP,.AP.SF,0,0,90,90000,0,0
2026-11-29 11:00:00,2026-11-29 11:00:10,10.0,10.20.1.5,10.20.2.7,50000,445,TCP,.AP.SF,0,0,9,500,0,0
Summary
flows,bytes,packets,avg_bps,avg_pps,avg_bpp
3,91500,109,1,1,1
"""
NEW = """firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,bpp,flows
2026-11-29 10:05:00.123,10.0,TCP,fd00::5,50000,2001:db8::1,443,10,1000,100,1
"""


def test_both_headers_the_summary_and_the_hours() -> None:
    flows = list(read(OLD.splitlines(), WIB))
    assert [flow.octets for flow in flows] == [1000, 90000, 500] and flows[0].at.astimezone(UTC).hour == 3
    found = sums(flows, [ipaddress.ip_network("10.20.0.0/16")])
    assert {(hour.hour, address): (talk.sent, talk.received) for (hour, address), talk in found.items()} == {
        (10, "10.20.1.5"): (1000, 90000),
        (11, "10.20.1.5"): (500, 0),
        (11, "10.20.2.7"): (0, 500),
    }
    assert [str(flow.source) for flow in read(NEW.splitlines(), WIB)] == ["fd00::5"]
    with pytest.raises(NoFlows):
        list(read(["a,b,c"], WIB))


def test_an_address_is_of_the_narrowest_network() -> None:
    networks = {ipaddress.ip_network("10.0.0.0/8"): "Pemkab", ipaddress.ip_network("10.20.1.0/24"): "Dinkes"}
    assert [owner(address, networks) for address in ("10.20.1.5", "10.9.9.9", "8.8.8.8", "fd00::1")] == ["Dinkes", "Pemkab", "", ""]


@pytest.mark.django_db
def test_a_file_counts_once_and_the_page_tells_agencies_to_all_and_addresses_to_engineers(
    regency: Region, rani: Person, camat: Person
) -> None:
    lay_network()
    load_inventory(
        inventory=parse(
            'sites:\n  - {code: dinkes, name: "Dinas Kesehatan", agency: "Dinas Kesehatan", region: "35.16.12", '
            "state: in_service, since: 2025-03-01, networks: [10.20.1.0/24]}\n"
        ),
        by=None,
    )
    now = timezone.now()
    hour = (now - timedelta(hours=2)).astimezone(WIB)
    text = OLD.replace("2026-11-29 10:", f"{hour:%Y-%m-%d %H}:").replace("2026-11-29 11:", f"{hour:%Y-%m-%d %H}:")
    assert take_flows(text=text, name="nfcapd.csv", by=None, now=now) == 3
    assert take_flows(text=text, name="lagi.csv", by=None, now=now) == 0
    agencies, addresses = talkers(now - timedelta(days=1), now)
    assert [(share.who, share.sent, share.received) for share in agencies] == [("Dinas Kesehatan", 1500, 90000)]
    assert [share.who for share in addresses] == ["10.20.1.5"] and Talker.objects.count() == 1
    assert "10.20.1.5" in signed_in(rani).get("/network/capacity").content.decode()
    seen = signed_in(camat).get("/network/capacity").content.decode()
    assert "Dinas Kesehatan" in seen and "10.20.1.5" not in seen
    with pytest.raises(Exception, match="10.20.1.0/33 is no network"):
        parse('sites:\n  - {code: a, name: "A", region: "35.16.12", networks: [10.20.1.0/33]}\n')
