"""`pendopo instruments`: the instruments that measure a government; loading one's own."""

import sys
from pathlib import Path

import click

from pendopo.agencies.actions import Refused
from pendopo.assessments.actions import load_instrument
from pendopo.assessments.catalogue import all_instruments
from pendopo.assessments.logic import WrongInstrument

from .installation import data_option, open_installation
from .load import FILE_OR_STDIN, read_text, stop

TEMPLATE = Path(__file__).parents[1] / "assessments/template.yaml"


@click.group()
def instruments() -> None:
    """Instruments of assessment: load, list, template."""


@instruments.command("load")
@click.argument("file", type=FILE_OR_STDIN)
@data_option
def load(file: Path, data: Path | None) -> None:
    """Load an own instrument from FILE.yaml (- reads stdin).

    Every fault is told and nothing is loaded then, exit 1. The same file twice changes nothing; a new version takes a new code, because
    answers rest on the old one.
    """
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    with open_installation(data):
        try:
            instrument, new = load_instrument(text=text, by=None)
        except WrongInstrument as wrong:
            raise stop(wrong.problems) from None
        except Refused as why:
            raise stop([str(why)]) from None
    click.echo(f"{instrument.code}: {len(instrument.leaves())} requirements, {'loaded' if new else 'unchanged'}")


@instruments.command("list")
@data_option
def list_all(data: Path | None) -> None:
    """List the shipped instruments and one's own."""
    with open_installation(data):
        found = all_instruments()
    for one in found:
        click.echo(f"{one.code}: {one.root.name['id']}, {len(one.leaves())} requirements")


@instruments.command("template")
def template() -> None:
    """Print an empty instrument to fill in: SNI 8799, Indeks KAMI or any other whose text you hold."""
    click.echo(TEMPLATE.read_text(encoding="utf-8"), nl=False)
