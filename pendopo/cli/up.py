"""`pendopo up`: one machine, one command."""

import asyncio
from pathlib import Path

import click

from pendopo.supervise.folder import default_folder
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.run import Options, run

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Where the web application listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="On which address; 0.0.0.0 for all.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@click.option("--tls", is_flag=True, help="Speak HTTPS, with an own certificate unless --cert and --key are given.")
@click.option("--cert", "certificate", type=FILE, help="Certificate chain (PEM).")
@click.option("--key", type=FILE, help="Its key (PEM, without a passphrase).")
def up(port: int, host: str, data: Path | None, tls: bool, certificate: Path | None, key: Path | None) -> None:
    """Start an installation on this machine and keep it running.

    Prepares the data folder, starts PostgreSQL, NATS and the product, and prints the address and, the first time, a sign-in.
    SIGTERM or Ctrl-C stops everything.
    """
    if (certificate is None) != (key is None):
        raise click.UsageError("--cert and --key belong together.")
    options = Options(data or default_folder(), "real", host, port, tls or certificate is not None, certificate, key)
    supervise(options)


def supervise(options: Options) -> None:
    """Runs an installation; a refusal becomes a sentence and exit 1."""
    try:
        asyncio.run(run(options))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
