"""`pendopo network collector`: a collector alone at a site."""

import asyncio
import os
from pathlib import Path

import click

from pendopo.supervise.refusal import Refusal
from pendopo.supervise.site import SiteOptions, run

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PASSWORD = "PENDOPO_COLLECTOR_PASSWORD"  # noqa: S105


@click.command("collector")
@click.option("--hub", required=True, metavar="tls://HOST:PORT", help="The house's PENDOPO_LEAF, as it is reached from here.")
@click.option("--name", required=True, help="The name by which sites of the inventory call this collector (`collector: NAME`).")
@click.option("--data", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder for what waits and for its files.")
@click.option("--ca", "authority", type=FILE, help="The house's /ca.crt.")
def run_collector(hub: str, name: str, data: Path, authority: Path | None) -> None:
    """Watch the devices of a site from there, and keep readings on disk while the line to the house is cut.

    Needs no database. PENDOPO_COLLECTOR_PASSWORD is what stands in `secrets/collector` of the house's data folder. Credentials of
    devices are read from `secrets/snmp.yaml` in this data folder. SIGTERM or Ctrl-C stops it.
    """
    password = os.environ.get(PASSWORD, "")
    if not password:
        raise click.UsageError(f"Set {PASSWORD} to what stands in secrets/collector of the house's data folder.")
    try:
        asyncio.run(run(SiteOptions(data, name, hub, password, authority.absolute() if authority else None)))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
