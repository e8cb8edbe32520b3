"""Rules in and out: `pendopo rules load`, `pendopo rules list`."""

import json
import sys
from pathlib import Path

import click

from pendopo.alerts.catalogue import load_rules
from pendopo.alerts.models import Rule
from pendopo.indicators.declared import Faulty

from .installation import data_option, open_installation
from .load import FILE_OR_STDIN, json_option, read_text, stop


@click.group()
def rules() -> None:
    """Rules that alert, and river stations, declared in YAML."""


@rules.command("load")
@click.argument("file", type=FILE_OR_STDIN)
@json_option
@data_option
def load(file: Path, as_json: bool, data: Path | None) -> None:
    """Declare the rules and river stations of FILE.yaml (- reads stdin).

    All or nothing: with a fault nothing is changed and every fault is told, exit 1. The same file twice changes nothing.
    """
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    with open_installation(data):
        try:
            loaded = load_rules(text)
        except Faulty as error:
            raise stop(error.sentences) from None
    if as_json:
        click.echo(json.dumps(loaded.as_json()))
    else:
        click.echo(f"Declared: {', '.join([*loaded.stations, *loaded.rules]) or 'nothing new'}; unchanged: {loaded.same}.")


@rules.command("list")
@json_option
@data_option
def listed(as_json: bool, data: Path | None) -> None:
    """Print every rule: its code, kind, figure and region."""
    with open_installation(data):
        for rule in Rule.objects.select_related("indicator"):
            told = {
                "code": rule.code,
                "kind": rule.kind,
                "indicator": rule.indicator.code if rule.indicator else None,
                "region": rule.region_id,
                "severity": rule.severity,
                "active": rule.active,
                "automatic": rule.automatic,
            }
            click.echo(json.dumps(told) if as_json else "  ".join(str(value) for value in told.values() if value is not None))
