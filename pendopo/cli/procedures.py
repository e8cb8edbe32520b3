"""Procedures in and out: `pendopo procedures load`, `pendopo procedures list`."""

import json
import sys
from pathlib import Path

import click
import yaml

from pendopo.incidents.procedures import actions
from pendopo.incidents.procedures.logic import WrongProcedure
from pendopo.incidents.procedures.models import newest

from .installation import data_option, open_installation
from .load import FILE_OR_STDIN, json_option, read_text, stop


@click.group()
def procedures() -> None:
    """Kinds of incident and their procedures (SOP), declared in YAML."""


@procedures.command("load")
@click.argument("file", type=FILE_OR_STDIN)
@json_option
@data_option
def load(file: Path, as_json: bool, data: Path | None) -> None:
    """Load one procedure, or a list under `procedures`, from FILE.yaml (- reads stdin).

    What differs becomes a new version; incidents that go on keep theirs. All or nothing: with a fault nothing is changed and every fault
    is told, exit 1. The same file twice changes nothing.
    """
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    with open_installation(data):
        try:
            loaded = actions.load(text=text, by=None)
        except WrongProcedure as wrong:
            raise stop(wrong.problems) from None
    if as_json:
        click.echo(json.dumps(loaded.as_json()))
    else:
        click.echo(f"New versions: {', '.join(loaded.new) or 'none'}; unchanged: {loaded.same}.")


@procedures.command("list")
@json_option
@data_option
def listed(as_json: bool, data: Path | None) -> None:
    """Name every procedure with its newest version and how many steps it has."""
    with open_installation(data):
        rows = [{"code": one.code, "name": one.spec.name["id"], "version": one.number, "steps": len(one.spec.steps)} for one in newest()]
    if as_json:
        click.echo(json.dumps({"items": rows, "next": None}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['code']:20} {row['name']} (version {row['version']}, {row['steps']} steps)")


@procedures.command("export")
@click.argument("code")
@data_option
def export(code: str, data: Path | None) -> None:
    """Print a procedure as YAML, as `pendopo procedures load` takes it."""
    with open_installation(data):
        found = next((one.definition for one in newest() if one.procedure.code == code), None)
    if found is None:
        raise click.ClickException(f"There is no procedure {code}. `pendopo procedures list` names all.")
    click.echo(yaml.safe_dump(found, allow_unicode=True, sort_keys=False), nl=False)
