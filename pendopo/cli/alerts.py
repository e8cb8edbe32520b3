"""`pendopo alerts`: try a rule over a recorded series, without a server."""

import csv
import io
import json
import math
from datetime import UTC, datetime

import click
import yaml

from pendopo.alerts.logic import Firing
from pendopo.alerts.rules import Rule, WrongRule, rule_of


@click.group()
def alerts() -> None:
    """Rules on figures: try."""


@alerts.command("try")
@click.argument("rule_file", metavar="RULE.yaml", type=click.File("rb"))
@click.argument("series_file", metavar="FILE.csv", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a firing.")
def try_rule(rule_file: io.BufferedReader, series_file: io.BufferedReader, as_json: bool) -> None:
    """Show when a rule would have fired over a series.

    FILE.csv has the columns timestamp and value; a timestamp without an offset is UTC, an empty value is no report. Rows may stand in any
    order; of two with one time the later row counts. Silence is judged up to the last row. Rules: docs/rooms/alerts.md.
    """
    rule = read_rule(rule_file.read())
    points = read_points(series_file.read())
    heard = [(at, value) for at, value in points if value is not None]
    for firing in rule.firings(heard, until=points[-1][0] if points else None):
        click.echo(json.dumps(as_dict(firing), ensure_ascii=False) if as_json else as_text(firing))


def read_rule(raw: bytes) -> Rule:
    """The rule of a YAML file; a sentence when it is none."""
    try:
        return rule_of(yaml.safe_load(raw))
    except yaml.YAMLError as problem:
        raise click.ClickException(f"The rule is not YAML: {problem}") from None
    except WrongRule as wrong:
        raise click.ClickException(str(wrong)) from None


def read_points(raw: bytes) -> list[tuple[datetime, float | None]]:
    """The rows of a series in the order of time; a sentence with the row's number when one cannot be read."""
    try:
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
        if not {"timestamp", "value"} <= set(rows.fieldnames or ()):
            raise click.ClickException("The file needs a first line with the columns timestamp and value.")
        found = {}
        for number, row in enumerate(rows, 1):
            at, value = read_point(number, row["timestamp"], row["value"])
            found[at] = value
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8: save it as CSV UTF-8.") from None
    except csv.Error as problem:
        raise click.ClickException(f"The file is not CSV: {problem}.") from None
    return sorted(found.items())


def read_point(number: int, timestamp: str | None, value: str | None) -> tuple[datetime, float | None]:
    """One row."""
    try:
        at = datetime.fromisoformat((timestamp or "").strip())
    except ValueError:
        raise click.ClickException(f"Row {number}: {timestamp!r} is no time; write it as 2026-05-09T14:05:00Z.") from None
    text = (value or "").strip()
    try:
        number_read = float(text) if text else None
    except ValueError:
        number_read = math.nan
    if number_read is not None and not math.isfinite(number_read):
        raise click.ClickException(f"Row {number}: {value!r} is no number.")
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), number_read


def utc(at: datetime) -> str:
    """RFC 3339 in UTC, ending in Z."""
    return at.isoformat().replace("+00:00", "Z")


def as_dict(firing: Firing) -> dict[str, object]:
    """A firing for programs; `end` is null while it still fires."""
    return {"start": utc(firing.start), "end": utc(firing.end) if firing.end else None, "peak": firing.peak, "reason": firing.reason}


def as_text(firing: Firing) -> str:
    """A firing for people."""
    return f"{utc(firing.start)} to {utc(firing.end) if firing.end else 'now'}: {firing.reason}"
