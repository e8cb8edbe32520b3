"""`pendopo goals`: targets with their owners and traffic lights, as a file."""

import json
from pathlib import Path

import click

from pendopo.indicators.declared import Faulty
from pendopo.wall.aimfile import as_file, load_goals

from .installation import data_option, open_installation
from .load import FILE, read_text, stop
from .people import json_option


@click.group()
def goals() -> None:
    """Goals: indicators with target, limit and owner, as a tree."""


@goals.command("load")
@click.argument("file", type=FILE)
@json_option
@data_option
def load(file: Path, as_json: bool, data: Path | None) -> None:
    """Set the goals of FILE.yaml (docs/rooms/wall.md).

    All or nothing: with a fault nothing is changed and every fault is told with its line, exit 1. The same file twice changes nothing;
    goals that the file does not name stay as they are.
    """
    text = read_text(file)
    with open_installation(data):
        try:
            counts = load_goals(text=text, by=None)
        except Faulty as error:
            raise stop(error.sentences) from None
    click.echo(json.dumps(counts) if as_json else f"goals: {counts['set']} set, {counts['unchanged']} unchanged. See /goals")


@goals.command("export")
@data_option
def export(data: Path | None) -> None:
    """Print the goals that count now as YAML, as `pendopo goals load` takes it."""
    with open_installation(data):
        text = as_file()
    click.echo(text, nl=False)
