"""`pendopo close`: moves past months of history to Parquet files, as the nightly loop does."""

import json
from datetime import date, datetime
from pathlib import Path

import click
from django.db import OperationalError

from pendopo.indicators.closing.actions import Impossible, close_month, sweep
from pendopo.indicators.closing.parquet import Damaged

from .installation import data_option, open_installation


def month_of(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[date]:
    """Reads `--month`."""
    try:
        return sorted(datetime.strptime(value, "%Y-%m").date() for value in values)
    except ValueError:
        raise click.BadParameter("Write the month as 2025-03.") from None


@click.command()
@click.option("--month", "months", callback=month_of, multiple=True, required=True, metavar="YYYY-MM", help="Which month; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a month.")
@data_option
def close(months: list[date], as_json: bool, data: Path | None) -> None:
    """Move what is known of past months to Parquet files, sealed in the book of deeds. Everything reads as before.

    A later correction of such a month stays in the database and wins. The room in the database is given back about an hour after the last
    read. Exit 1 when a month cannot be closed; those before it are.
    """
    with open_installation(data):
        for month in months:
            try:
                closed = close_month(month=month)
            except (Impossible, Damaged) as problem:
                raise click.ClickException(str(problem)) from None
            except OperationalError:
                raise click.ClickException(
                    f"{month:%Y-%m}: the table is in use by long reads. Nothing was changed; try again later."
                ) from None
            except OSError as problem:
                raise click.ClickException(f"{month:%Y-%m} was not closed: {problem.strerror or problem}. Nothing was changed.") from None
            if as_json:
                facts = {"month": str(closed), "rows": closed.rows, "bytes": closed.bytes, "file": closed.file, "digest": closed.digest}
                click.echo(json.dumps(facts))
            else:
                each = closed.bytes / closed.rows if closed.rows else 0.0
                click.echo(f"{closed}: {closed.rows:,} rows in {closed.bytes / 1e6:,.1f} MB ({each:.1f} bytes a row): files/{closed.file}")
        sweep()
