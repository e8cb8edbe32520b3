"""A small network for tests: a data centre, a ring over two districts, and a leaf."""

from pendopo.agencies.actions import ensure_agency
from pendopo.network.actions import Changes, load_inventory
from pendopo.network.inventory import parse

# ruff: noqa: E501
INVENTORY = """
sites:
  - {code: dc, name: "Pusat Data", kind: data_centre, agency: "Dinas Komunikasi dan Informatika", region: "35.16.13", latitude: -7.48, longitude: 112.43, state: in_service, since: 2025-01-10}
  - {code: dinkes, name: "Dinas Kesehatan", agency: "Dinas Kesehatan", region: "35.16.12", state: in_service, since: 2025-03-01}
  - {code: bpbd, name: "BPBD", agency: "Badan Penanggulangan Bencana Daerah (BPBD)", region: "35.16.11", state: in_service, since: 2025-06-01}
  - {code: gudang, name: "Gudang BPBD", agency: "Badan Penanggulangan Bencana Daerah (BPBD)", region: "35.16.10", state: built}
devices:
  - code: core
    site: dc
    name: "Router inti"
    role: core
    address: 10.0.0.1
    interfaces: [{name: ge-0/0/1, number: 1, speed: 1G}, {name: ge-0/0/2, number: 2, speed: 1G}, {name: uplink, number: 3, speed: 1G}]
  - {code: r-dinkes, site: dinkes, name: "Router Dinkes", address: 10.0.1.1, interfaces: [{name: ether1, number: 1, speed: 1G}]}
  - {code: r-bpbd, site: bpbd, name: "Router BPBD", address: 10.0.2.1}
  - {code: r-gudang, site: gudang, name: "Router gudang", address: 10.0.3.1}
links:
  - {code: core-dinkes, a: core/ge-0/0/1, b: r-dinkes/ether1, capacity: 1G, cores: 12, spare_cores: 8, ducts: [pipa-1], length_m: 4200, state: in_service, since: 2025-03-01}
  - {code: core-bpbd, a: core/ge-0/0/2, b: r-bpbd, capacity: 1G, ducts: [pipa-1], state: in_service, since: 2025-06-01}
  - {code: dinkes-bpbd, a: r-dinkes, b: r-bpbd, medium: radio, capacity: 100M, state: in_service, since: 2025-06-02}
  - {code: bpbd-gudang, a: r-bpbd, b: r-gudang, capacity: 100M, route: [[112.41, -7.5], [112.44, -7.52]], state: in_service, since: 2025-07-01}
services:
  - {code: simpus, name: "SIMPUS", devices: [core], agencies: ["Dinas Kesehatan"]}
units:
  - {code: ups-dc, site: dc, kind: ups, name: "UPS ruang server", capacity: 20, unit: kVA}
"""


def lay_network() -> Changes:
    """Writes the small network; the regions must be there."""
    for name in ("Dinas Komunikasi dan Informatika", "Dinas Kesehatan", "Badan Penanggulangan Bencana Daerah (BPBD)"):
        ensure_agency(name)
    return load_inventory(inventory=parse(INVENTORY), by=None)
