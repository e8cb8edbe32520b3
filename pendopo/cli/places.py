"""`pendopo regions import` and `pendopo agencies import`: where the government is, and who works in it."""

import json
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from pendopo.agencies import actions as agency_actions
from pendopo.regions import files, geojson, tables

from .installation import data_option, open_installation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def regions() -> None:
    """Administrative regions and their boundaries."""


@regions.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--property", "code_property", default="", metavar="NAME", help="The property that holds the code; left out, it is found by itself."
)
@click.option("--bps", is_flag=True, help="The file writes BPS codes; the mapping table turns them into Kemendagri codes.")
@click.option("--repair", is_flag=True, help="Repair invalid geometries instead of refusing them.")
@json_option
@data_option
def import_regions(file: Path, code_property: str, bps: bool, repair: bool, as_json: bool, data: Path | None) -> None:
    """Take boundaries (GeoJSON), regions (CSV code,name[,latitude,longitude]) or BPS codes (CSV kode_kemendagri,kode_bps[,nama_bps]).

    Invalid geometry, duplicate and unknown codes are refused by name and their neighbours are taken; exit 1 when anything was
    refused. The original is kept, the screen gets a copy without details below 100 m. The same file twice changes nothing.
    """
    content = file.read_bytes()
    with open_installation(data):
        try:
            counts = files.take(name=file.name, data=content, by=None, code_property=code_property, bps=bps, repair=repair)
        except (geojson.Unreadable, tables.NoTable) as why:
            raise click.ClickException(str(why)) from None
    tell(counts.as_json(), as_json)


@click.group()
def agencies() -> None:
    """Agencies: who works here."""


@agencies.command("import")
@click.argument("file", type=FILE)
@json_option
@data_option
def import_agencies(file: Path, as_json: bool, data: Path | None) -> None:
    """Take agencies from CSV.

    Columns: nama (or name), and where known code, kind (or jenis), parent, region, phone, email, address, keyakinan, sumber. Rows with
    keyakinan = perlu_verifikasi are marked as not verified. A faulty row is refused and its neighbours are taken; exit 1 when anything
    was refused. The same file twice changes nothing.
    """
    content = file.read_bytes()
    with open_installation(data):
        try:
            counts = agency_actions.import_agencies(rows=tables.rows_of(content, ("name", "nama")), within=settings.REGION, by=None)
        except tables.NoTable as why:
            raise click.ClickException(str(why)) from None
    tell(counts.as_json(), as_json)


def tell(counts: dict[str, Any], as_json: bool) -> None:
    """Prints what an import did; exit 1 when something was refused."""
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
    else:
        for sentence in counts["refused"]:
            click.echo(f"✗ {sentence}")
        numbers = [f"{key} {len(value) if isinstance(value, list) else value}" for key, value in counts.items()]
        click.echo(", ".join(numbers))
    if counts["refused"]:
        raise SystemExit(1)
