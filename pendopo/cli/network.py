"""`pendopo network`: which devices are there, and the inventory."""

import click

from .collector import run_collector
from .flows import take_flow_files
from .inventory import export_inventory, import_inventory
from .searching import discover_devices


@click.group()
def network() -> None:
    """The intra-government network: import, export, discover, collector, flows."""


network.add_command(import_inventory)
network.add_command(export_inventory)
network.add_command(discover_devices)
network.add_command(run_collector)
network.add_command(take_flow_files)
