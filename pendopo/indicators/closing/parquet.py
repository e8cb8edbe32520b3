"""The Parquet file of a closed month: written from what PostgreSQL copies out, read back, and read series by series. DuckDB does the work.

Rows are sorted by series, time and known_since, so that a few series are found in a few row groups and equal stamps pack well.
"""

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

# One process of the house never takes more for this; what does not fit is sorted on disk.
MEMORY = "512MB"
# "at" is a word of DuckDB's own language.
COLUMNS = {
    "series_id": "BIGINT",
    '"at"': "TIMESTAMP",
    "known_since": "TIMESTAMP",
    "value": "DOUBLE",
    "quality": "SMALLINT",
    "delivery_id": "BIGINT",
    "note": "VARCHAR",
}
FORM = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880"
# What file and source must have in common: the count, and the sums of a hash over whole rows and over each half of their columns.
FACTS = f"""
SELECT count(*), coalesce(sum(hash({", ".join(COLUMNS)})), 0), coalesce(sum(hash(series_id, "at", value)), 0),
    coalesce(sum(hash(known_since, delivery_id, quality, note)), 0)
"""
# Rows as PostgreSQL's COPY reads them. Only notes can hold what must be written otherwise.
TEXT = """
SELECT string_agg(concat_ws(chr(9), series_id, strftime("at", '%Y-%m-%d %H:%M:%S.%fZ'), strftime(known_since, '%Y-%m-%d %H:%M:%S.%fZ'),
    coalesce(value::varchar, '\\N'), quality, delivery_id, coalesce(replace(replace(replace(replace(note, '\\', '\\\\'), chr(9), '\\t'),
    chr(10), '\\n'), chr(13), '\\r'), '\\N')), chr(10))
"""


class Damaged(Exception):
    """A file does not hold what was written into it."""


@cache
def engine() -> Any:
    """This process's DuckDB; imported only where a closed month is met, since it is large."""
    options = {"threads": "2", "memory_limit": MEMORY, "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return import_module("duckdb").connect(config=options)


def write(copied: Path, target: Path) -> tuple[int, str]:
    """Turns PostgreSQL's CSV into the Parquet file, on disk and read back; how many rows, and the file's SHA-256. Raises Damaged."""
    columns = ", ".join(f"'{name.strip(chr(34))}': '{kind}'" for name, kind in COLUMNS.items())
    options = (
        f"columns={{{columns}}}, header=false, delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, parallel=false"
    )
    source = f"read_csv({_text(copied)}, {options})"
    line = engine().cursor()
    line.execute(f"SET temp_directory={_text(target.parent)}")
    order = 'series_id, "at", known_since'
    line.execute(f"COPY (SELECT * FROM {source} ORDER BY {order}) TO {_text(target)} ({FORM})")  # noqa: S608 – our own names
    wanted = line.execute(f"{FACTS} FROM {source}").fetchone()
    _compare(line, target, wanted)
    return int(wanted[0]), digest(target)


# What is forgotten: of each series the rows before a moment.
GONE = "read_csv({gone}, columns={{'series_id': 'BIGINT', 'before': 'TIMESTAMP'}}, header=false)"
LEFT = """
FROM read_parquet({file}) p ANTI JOIN {gone} g ON g.series_id = p.series_id AND p."at" < g.before
"""


def holds(file: Path, gone: Path) -> bool:
    """Whether a file holds rows that `gone` (CSV: series, before) names."""
    every, left = f"SELECT count(*) FROM read_parquet({_text(file)})", f"SELECT count(*) {_left(file, gone)}"  # noqa: S608 – our own names
    line = engine().cursor()
    return bool(line.execute(every).fetchone() != line.execute(left).fetchone())


def without(file: Path, gone: Path, target: Path) -> tuple[int, str]:
    """Writes the file anew without the rows that `gone` names; how many are left, and the SHA-256. Raises Damaged."""
    line = engine().cursor()
    line.execute(f"SET temp_directory={_text(target.parent)}")
    line.execute(f'COPY (SELECT p.* {_left(file, gone)} ORDER BY series_id, "at", known_since) TO {_text(target)} ({FORM})')
    wanted = line.execute(f"{FACTS} {_left(file, gone)}").fetchone()
    _compare(line, target, wanted)
    return int(wanted[0]), digest(target)


def _left(file: Path, gone: Path) -> str:
    return LEFT.format(file=_text(file), gone=GONE.format(gone=_text(gone)))


def _compare(line: Any, target: Path, wanted: Any) -> None:
    """Brings a file to disk and reads it back. Raises Damaged."""
    with target.open("rb") as file:
        os.fsync(file.fileno())
    found = line.execute(f"{FACTS} FROM read_parquet({_text(target)})").fetchone()
    if wanted != found:
        raise Damaged(f"{target.name} does not hold the rows that were written into it: {found} instead of {wanted}.")


def copy_text(file: Path, series: Iterable[int]) -> str:
    """The rows of these series as text for COPY; '' when there are none."""
    wanted = ",".join(str(int(one)) for one in series)
    asked = f"{TEXT} FROM read_parquet({_text(file)}) WHERE series_id IN ({wanted})"
    found = engine().cursor().execute(asked).fetchone()[0]
    return f"{found}\n" if found else ""


def digest(file: Path) -> str:
    """The SHA-256 of a file, '' when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _text(path: Path) -> str:
    """A path as a text of DuckDB's language."""
    return "'" + str(path).replace("'", "''") + "'"
