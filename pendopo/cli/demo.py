"""`pendopo demo`: an installation of its own with a demonstration regency."""

from pathlib import Path

import click

from pendopo.supervise.folder import default_folder
from pendopo.supervise.run import Options, Step

from .up import FILE, supervise

FILLED_BY = ("-m", "pendopo.cli.demonstration")


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Where the web application listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="On which address; 0.0.0.0 for all.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder; a real installation's is refused.")
@click.option("--tls", is_flag=True, help="Speak HTTPS, with an own certificate unless --cert and --key are given.")
@click.option("--cert", "certificate", type=FILE, help="Certificate chain (PEM).")
@click.option("--key", type=FILE, help="Its key (PEM, without a passphrase).")
@click.option(
    "--real",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    metavar="DIR",
    help="Take the real files of a folder by the ordinary ingestion, and simulate only what they do not tell.",
)
def demo(port: int, host: str, data: Path | None, tls: bool, certificate: Path | None, key: Path | None, real: Path | None) -> None:
    """Start a demonstration: Kabupaten Mojokerto with its agencies, people, sources that move, and months of history.

    Names and codes are real, figures come from a model and are marked SIMULASI. It keeps a folder of its own and never mixes with a
    real installation. The rest is as in `pendopo up`.
    """
    if (certificate is None) != (key is None):
        raise click.UsageError("--cert and --key belong together.")
    step = Step("Demonstration", (*FILLED_BY, str(real)) if real else FILLED_BY, [real] if real else [])
    folder = data or default_folder(demo=True)
    supervise(Options(folder, "demo", host, port, tls or certificate is not None, certificate, key, steps=(step,)))
