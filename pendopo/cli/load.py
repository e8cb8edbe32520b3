"""Figures in and out: `pendopo catalogue`, `ingest`, `replay`, `export`, `key`."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from pendopo.indicators import exporting
from pendopo.indicators.actions import QuotaExceeded
from pendopo.indicators.catalogue import parse
from pendopo.indicators.declared import Faulty
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.files import VERDICTS, Outcome, take_file
from pendopo.indicators.mapping import Mapping, parse_mapping
from pendopo.indicators.models import Source
from pendopo.indicators.sources import Refused, new_key

from .installation import data_option, open_installation
from .replaying import replay_file

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_OR_STDIN = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
source_option = click.option("--source", "code", required=True, metavar="CODE", help="In whose name the rows are written.")
map_option = click.option("--map", "map_file", type=FILE, metavar="FILE.yaml", help="How the columns are read; see docs/mapping.md.")
# So many rows with one reason are told one by one; --json tells up to 1,000 rows.
TOLD = 5


def stop(sentences: list[str]) -> SystemExit:
    """Prints why nothing was done; exit 1."""
    for sentence in sentences:
        click.echo(f"✗ {sentence}", err=True)
    return SystemExit(1)


def read_text(path: Path) -> str:
    """A text file that people write, in UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise stop([f"{path} is not UTF-8: save it as UTF-8."]) from None


def source_named(code: str) -> Source:
    """The source, or exit 1 with the codes there are."""
    source = Source.objects.select_related("agency").filter(code=code).first()
    if source is None:
        known = ", ".join(Source.objects.values_list("code", flat=True)[:50]) or "none yet: load a catalogue first"
        raise stop([f"There is no source “{code}”. Known sources: {known}."])
    if not source.active:
        raise stop([f"The source “{code}” is retired."])
    return source


def mapping_in(path: Path | None) -> Mapping | None:
    """The mapping in a file, or exit 1 with every fault."""
    if path is None:
        return None
    try:
        return parse_mapping(read_text(path))
    except Faulty as error:
        raise stop([f"{path.name}: {sentence}" for sentence in error.sentences]) from None


@click.group()
def catalogue() -> None:
    """Sources and indicators, declared in YAML."""


@catalogue.command("load")
@click.argument("file", type=FILE_OR_STDIN)
@json_option
@data_option
def load(file: Path, as_json: bool, data: Path | None) -> None:
    """Declare the sources and indicators of FILE.yaml (- reads stdin).

    All or nothing: with a fault nothing is changed and every fault is told with its line, exit 1. The same file twice changes nothing.
    """
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    with open_installation(data):
        try:
            changes = load_catalogue(catalogue=parse(text))
        except Faulty as error:
            raise stop(error.sentences) from None
    if as_json:
        click.echo(json.dumps(changes.as_json()))
        return
    for name, tally in (("sources", changes.sources), ("indicators", changes.indicators)):
        click.echo(f"{name}: {tally.created} created, {tally.changed} changed, {tally.unchanged} unchanged")


@contextmanager
def as_file(path: Path) -> Iterator[Path]:
    """The file itself; stdin (`-`) as a temporary file."""
    if str(path) != "-":
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="pendopo-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)


@click.command()
@click.argument("files", type=FILE_OR_STDIN, nargs=-1, required=True)
@source_option
@map_option
@click.option("--dry-run", is_flag=True, help="Judge the rows and write nothing.")
@json_option
@data_option
def ingest(files: tuple[Path, ...], code: str, map_file: Path | None, dry_run: bool, as_json: bool, data: Path | None) -> None:
    """Take figures from CSV, XLSX or JSON lines (- reads stdin).

    Without --map the columns are indicator, region, at, value and perhaps quality, note, dims.NAME. Prints how many rows were accepted,
    flagged, quarantined, rejected and duplicates, and why, by row (data rows counted from 1). Exit 0 when every file was read, also
    when rows were refused: they are kept with their reason. Exit 1 when a file could not be read at all.
    """
    mapping = mapping_in(map_file)
    failed = False
    with open_installation(data):
        source = source_named(code)
        for path in files:
            name = "stdin" if str(path) == "-" else path.name
            try:
                with as_file(path) as real:
                    outcome = take_file(source=source, path=real, name=name, mapping=mapping, dry_run=dry_run)
            except (Faulty, QuotaExceeded) as error:
                failed = True
                for sentence in error.sentences if isinstance(error, Faulty) else [str(error)]:
                    click.echo(json.dumps({"file": name, "error": sentence}) if as_json else f"✗ {name}: {sentence}", err=not as_json)
                continue
            click.echo(json.dumps({**outcome.as_json(), "dry_run": dry_run}, ensure_ascii=False) if as_json else as_text(outcome, dry_run))
    if failed:
        raise SystemExit(1)


def as_text(outcome: Outcome, dry_run: bool) -> str:
    """What became of a file, for people."""
    counts = ", ".join(f"{getattr(outcome, verdict)} {verdict}" for verdict in VERDICTS)
    lines = [f"{outcome.file}: {outcome.rows} rows: {counts}{' (dry run, nothing written)' if dry_run else ''}"]
    lines += [f"  note: {notice}" for notice in outcome.notices]
    telling = [problem for problem in outcome.problems if problem["code"] != "duplicate"]
    for code, group in groupby(sorted(telling, key=lambda problem: problem["code"]), key=lambda problem: problem["code"]):
        alike = list(group)
        lines += [f"  row {p['row']}: {p['field'] + ': ' if p['field'] else ''}{p['message']}" for p in alike[:TOLD]]
        if len(alike) > TOLD:
            lines.append(f"  … and {len(alike) - TOLD} more rows with “{code}”; --json tells up to 1,000.")
    return "\n".join(lines)


@click.command()
@click.argument("file", type=FILE)
@source_option
@map_option
@click.option("--speed", default=60.0, show_default=True, type=click.FloatRange(min=0.001), help="How many times faster than it happened.")
@click.option("--limit", default=0, help="Stop after so many rows (0 = all).")
@data_option
def replay(file: Path, code: str, map_file: Path | None, speed: float, limit: int, data: Path | None) -> None:
    """Send a recorded file as if it arrived live.

    Rows are sent in the order of their times, each when its turn comes, with the time at which it is sent: the distances between rows
    are those of the file divided by --speed. Ctrl-C ends it.
    """
    mapping = mapping_in(map_file)
    with open_installation(data):
        try:
            sent = replay_file(source=source_named(code), path=file, mapping=mapping, speed=speed, limit=limit, sleep=time.sleep)
        except Faulty as error:
            raise stop(error.sentences) from None
        except KeyboardInterrupt:
            raise click.ClickException("Ended before the file did.") from None
    click.echo(f"{sent} rows sent.")


def moment(_context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """RFC 3339, or a date at 00:00 in the government's zone."""
    if value is None:
        return None
    try:
        return exporting.moment_of(value)
    except ValueError:
        hint = "write RFC 3339 with an offset, for example 2026-05-09T14:05:00+07:00, or a date."
        raise click.BadParameter(f"“{value}” is not a time: {hint}", param=parameter) from None


@click.command()
@click.option("--indicator", "codes", required=True, multiple=True, metavar="CODE", help="May be given several times.")
@click.option("--region", metavar="CODE", help="This region and everything below it.")
@click.option("--from", "since", callback=moment, metavar="TIME", help="At this time or later.")
@click.option("--to", "until", callback=moment, metavar="TIME", help="Before this time.")
@click.option("--as-of", callback=moment, metavar="TIME", help="What was known then.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True, help="How it is written."
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path, writable=True), help="Into this file instead of stdout.")
@data_option
def export(
    codes: tuple[str, ...],
    region: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    form: str,
    output: Path | None,
    data: Path | None,
) -> None:
    """Write what was known at a moment, ordered by region, dims, at.

    JSON is one array, CSV a header and the same names; Parquet needs the package pyarrow. Where rows are no longer kept (`keep` in the
    catalogue), standard error says from when on they are.
    """
    with open_installation(data):
        try:
            question = exporting.question(codes, region, since, until, as_of or datetime.now(UTC))
            for code, kept in exporting.forgotten(question):
                click.echo(f"{code}: rows before {kept} are no longer kept; /api/v1/observations tells their hours or days.", err=True)
            if output is None:
                exporting.write(question, form, sys.stdout.buffer)
                sys.stdout.flush()
            else:
                with output.open("wb") as stream:
                    exporting.write(question, form, stream)
        except exporting.Impossible as error:
            raise stop([str(error)]) from None


@click.group()
def key() -> None:
    """Keys of sources (pds_…)."""


@key.command("new")
@click.option("--source", "code", required=True, metavar="CODE", help="Whose key.")
@click.option("--label", default="", help="Where the key will be used.")
@click.option("--json", "as_json", is_flag=True, help='Print {"key": "…"}.')
@data_option
def make_key(code: str, label: str, as_json: bool, data: Path | None) -> None:
    """Make a key for a source and print it: it is shown this once."""
    with open_installation(data):
        try:
            _key, secret = new_key(source=source_named(code), by=None, label=label)
        except Refused as error:
            raise stop([str(error)]) from None
    click.echo(json.dumps({"key": secret}) if as_json else f"{secret}\nKeep it safe: it is shown this once.")
