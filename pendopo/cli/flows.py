"""`pendopo network flows`: flow records of an existing collector."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pendopo.network.flows.actions import take_flows
from pendopo.network.flows.records import NoFlows

from .installation import data_option, open_installation
from .load import FILE, read_text, stop


@click.command("flows")
@click.argument("files", type=FILE, metavar="FILE…", nargs=-1, required=True)
@data_option
def take_flow_files(files: tuple[Path, ...], data: Path | None) -> None:
    """Take flow records (NetFlow, IPFIX) as nfdump writes them with `-o csv`, for the top talkers of the page Capacity.

    Each file is added once; the same one again changes nothing. Whose an address is, the `networks` of sites in the inventory say.
    """
    with open_installation(data):
        for file in files:
            try:
                count = take_flows(text=read_text(file), name=file.name, by=None, now=datetime.now(UTC))
            except NoFlows as problem:
                raise stop([f"{file}: {problem}"]) from None
            click.echo(f"{file}: {count} flows" if count else f"{file}: taken already, or empty")
