"""`pendopo epi`: figures of an epidemic from a file, without a server."""

import csv
import dataclasses
import io
import json
import math
from collections.abc import Iterator
from datetime import date, timedelta

import click

from pendopo.indicators.epidemics.logic import WrongInput, check_interval, reproduction, serial_interval


@click.group()
def epi() -> None:
    """Epidemics: the reproduction number."""


@epi.command()
@click.argument("file", metavar="FILE.csv", type=click.File("rb"))
@click.option("--si-mean", type=float, help="Mean of the serial interval, in days (more than 1).")
@click.option("--si-sd", type=float, help="Standard deviation of the serial interval, in days.")
@click.option("--si-file", type=click.File("rb"), help="CSV with the column p: the chance of 0, 1, 2 … days; together 1.")
@click.option("--window", type=int, default=7, show_default=True, help="Days over which one number is estimated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a window.")
def rt(
    file: io.BufferedReader, si_mean: float | None, si_sd: float | None, si_file: io.BufferedReader | None, window: int, as_json: bool
) -> None:
    """Estimate how many people one case infects (effective reproduction number, Cori et al. 2013).

    FILE.csv (`-` reads standard input) has the column cases and may have date (YYYY-MM-DD), one row a day without a gap; the first row is
    day 1. Give the serial interval by --si-mean and --si-sd, or by --si-file. The prior of R is a gamma law with mean 5 and deviation 5.
    """
    if (si_file is None) == (si_mean is None and si_sd is None) or (si_file is None and (si_mean is None or si_sd is None)):
        raise click.UsageError("Give the serial interval once: both --si-mean and --si-sd, or --si-file.")
    cases = read_cases(file.read())
    try:
        if si_file is not None:
            chances = [number for _row, number in read_numbers(si_file.read(), "p")]
            check_interval(chances)
        else:
            assert si_mean is not None and si_sd is not None
            chances = serial_interval(si_mean, si_sd, len(cases))
        found = reproduction(cases, chances, window)
    except WrongInput as wrong:
        raise click.ClickException(str(wrong)) from None
    for item in found:
        words = f"days {item.t_start}-{item.t_end}: {item.mean:.2f} ({item.q025:.2f} to {item.q975:.2f})"
        click.echo(json.dumps(dataclasses.asdict(item)) if as_json else words)


def read_cases(raw: bytes) -> list[float]:
    """New cases a day; a sentence when a day is missing or cannot be read."""
    cases: list[float] = []
    before: date | None = None
    for row, number in read_numbers(raw, "cases"):
        day = read_day(row, len(cases) + 1)
        if day and before and day != before + timedelta(days=1):
            raise click.ClickException(f"Row {len(cases) + 1}: {day} does not follow {before}; write one row for every day, 0 for none.")
        before = day or before
        cases.append(number)
    return cases


def read_day(row: dict[str, str], number: int) -> date | None:
    """The row's date, None when the file has no such column."""
    if "date" not in row:
        return None
    try:
        return date.fromisoformat((row["date"] or "").strip())
    except ValueError:
        raise click.ClickException(f"Row {number}: {row['date']!r} is no date; write it as 2026-05-09.") from None


def read_numbers(raw: bytes, column: str) -> Iterator[tuple[dict[str, str], float]]:
    """Every row with the number of one column, not below 0; a sentence with the row's number when it has none."""
    try:
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
        if column not in (rows.fieldnames or ()):
            raise click.ClickException(f"The file needs a first line with the column {column}.")
        for number, row in enumerate(rows, 1):
            text = (row[column] or "").strip()
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not math.isfinite(value) or value < 0:
                raise click.ClickException(f"Row {number}: {text!r} is no number of 0 or more in the column {column}.")
            yield row, value
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8: save it as CSV UTF-8.") from None
    except csv.Error as problem:
        raise click.ClickException(f"The file is not CSV: {problem}.") from None
