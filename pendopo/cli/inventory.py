"""`pendopo network import` and `export`: the inventory in and out."""

import json
import sys
from pathlib import Path

import click

from pendopo.indicators.declared import Faulty
from pendopo.network.actions import load_inventory
from pendopo.network.inventory import KINDS, parse
from pendopo.network.tables import as_csv, as_yaml, parse_csv

from .installation import data_option, open_installation
from .load import FILE_OR_STDIN, json_option, read_text, stop


@click.command("import")
@click.argument("file", type=FILE_OR_STDIN)
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@json_option
@data_option
def import_inventory(file: Path, dry_run: bool, as_json: bool, data: Path | None) -> None:
    """Take the inventory of FILE.yaml, or one of its tables as CSV (- reads YAML from stdin).

    What the file names is added or changed; nothing is taken away. All or nothing: with a fault nothing is changed and every fault is told
    with its line, exit 1. The same file twice changes nothing.
    """
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    with open_installation(data):
        try:
            inventory = parse_csv(text) if file.suffix.lower() == ".csv" else parse(text)
            changes = load_inventory(inventory=inventory, by=None, dry_run=dry_run)
        except Faulty as error:
            raise stop(error.sentences) from None
    if as_json:
        click.echo(json.dumps(changes.as_json()))
        return
    for kind, counts in changes.as_json().items():
        if any(counts.values()):
            click.echo(f"{kind}: {counts['created']} created, {counts['changed']} changed, {counts['unchanged']} unchanged")


@click.command("export")
@click.option("--table", type=click.Choice(list(KINDS)), help="One table as CSV; left out: everything as YAML.")
@data_option
def export_inventory(table: str | None, data: Path | None) -> None:
    """Print the inventory in the form that import takes: YAML, or one table as CSV."""
    with open_installation(data):
        click.echo(as_csv(table) if table else as_yaml(), nl=False)
