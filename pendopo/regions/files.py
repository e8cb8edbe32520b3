"""A file about regions, taken as what it is: boundaries, BPS codes or rows of the table. The page and the command use the same door."""

from pendopo.audit.actions import Actor

from . import actions, geojson, tables
from .models import BpsCode


def take(*, name: str, data: bytes, by: Actor | None, code_property: str = "", bps: bool = False, repair: bool = False) -> actions.Counts:
    """Reads the file and calls the verb for it. Raises geojson.Unreadable or tables.NoTable with a sentence."""
    if data.lstrip()[:1] == b"{":
        table = dict(BpsCode.objects.values_list("code", "region_id")) if bps else None
        reading = geojson.read(data, code_property, table, repair)
        return actions.import_boundaries(reading=reading, source=name, by=by)
    rows = tables.rows_of(data, ("code", "kode", "kode_kemendagri"), ("name", "nama", "kode_bps"))
    if rows and "kode_bps" in rows[0]:
        return actions.import_bps(rows=rows, by=by)
    return actions.import_table(rows=[{"code": row.get("kode", ""), "name": row.get("nama", ""), **row} for row in rows], by=by)
