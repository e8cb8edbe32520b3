"""`pendopo network`: which devices are there, and the inventory."""

import asyncio
import dataclasses
import json
import sys

import click

from pendopo.collect.credentials import Credentials, WrongCredentials, user_of
from pendopo.collect.devices import Device
from pendopo.collect.discovery import Target, Unheard, WrongTarget, discover, targets_of
from pendopo.collect.snmp import PORT

from .inventory import export_inventory, import_inventory


@click.group()
def network() -> None:
    """The intra-government network: import, export, discover."""


network.add_command(import_inventory)
network.add_command(export_inventory)


@network.command("discover")
@click.argument("targets", metavar="HOST|CIDR…", nargs=-1, required=True)
@click.option("--community", default="public", show_default=True, help="SNMP v2c community.")
@click.option("--v3", metavar="USER:SHA-256:AUTH:AES-256:PRIV", help="SNMP v3 user, in place of a community.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help="UDP port of the agents.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a device.")
def discover_devices(targets: tuple[str, ...], community: str, v3: str | None, port: int, as_json: bool) -> None:
    """Ask hosts and networks by SNMP which devices and interfaces are there.

    A silent address of a network is no error. A host named by itself that does not answer makes the exit 1; the others are still printed.
    No server is needed.
    """
    try:
        credentials = Credentials(user=user_of(v3)) if v3 else Credentials(community=community)
        found, unknown = targets_of(targets)
    except (WrongCredentials, WrongTarget) as wrong:
        raise click.UsageError(str(wrong)) from None
    for item in unknown:
        click.echo(f"{item.named} {item.why}.", err=True)
    unheard = asyncio.run(show(found, credentials, port, as_json))
    sys.exit(1 if unknown or unheard else 0)


async def show(targets: list[Target], credentials: Credentials, port: int, as_json: bool) -> int:
    """Prints what is found, as it is found; returns how many named hosts were not heard."""
    unheard = 0
    async for found in discover(targets, credentials, port=port):
        if isinstance(found, Unheard):
            unheard += 1
            click.echo(f"{found.named} {found.why}.", err=True)
        else:
            click.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False) if as_json else as_text(found))
    return unheard


def as_text(device: Device) -> str:
    """A device for people: a line, and one for each interface."""
    lines = [f"{device.address}  {device.name}  {device.description}"]
    for item in device.interfaces:
        speed = f"{item.speed_bps / 1e6:,.0f} Mbit/s" if item.speed_bps else "speed unknown"
        lines.append(f"  {item.index:>5}  {item.name:<20}  {item.oper:<5}  {speed}")
    return "\n".join(lines)
