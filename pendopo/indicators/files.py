"""A file becomes deliveries: read by its mapping or by the API's own column names, judged, stored, and kept as it came.

A file is one delivery of up to BATCH rows; a longer one becomes several with the same file and hash, so that no delivery holds the
clock of the house for long. The raw file is kept below the files folder under its SHA-256.
"""

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from pendopo.agencies.models import Person
from pendopo.regions.models import BpsCode, Region
from pendopo.ui.sentence import Sentence

from . import bodies
from .actions import Receipt, take_delivery
from .cells import region_text, text_of
from .checks import Observation, Refused
from .declared import Faulty
from .mapping import Mapper, Mapping, columns_of, indicators_of
from .models import Indicator, Source, Way
from .places import Codes, Names
from .sheets import Broken, Table, Where
from .tables import is_one_document, json_cells, json_lines, kind_of, open_table
from .trial import try_delivery

BATCH = 100_000
PROBLEMS_KEPT = 1000
VERDICTS = ("accepted", "flagged", "quarantined", "rejected", "duplicates")

Row = Observation | Refused


@dataclass
class Reading:
    """An opened file: its rows with their numbers, how many rows a line gives, what a person should know, and its columns."""

    rows: Iterator[tuple[int, Row]]
    spread: int = 1
    notices: list[str] = field(default_factory=list)
    columns: Sequence[str] = ()


@dataclass
class Outcome:
    """What became of a file. The five counts sum to `rows`; `by_reason` counts the problems by their code."""

    file: str
    digest: str
    rows: int = 0
    accepted: int = 0
    flagged: int = 0
    quarantined: int = 0
    rejected: int = 0
    duplicates: int = 0
    deliveries: list[int] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    problems_omitted: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)
    more: bool = False

    def add(self, receipt: Receipt) -> None:
        """Adds the answer of one delivery."""
        for verdict in VERDICTS:
            count = getattr(receipt, verdict)
            setattr(self, verdict, getattr(self, verdict) + count)
            self.rows += count
        if receipt.delivery:
            self.deliveries.append(receipt.delivery)
        room = PROBLEMS_KEPT - len(self.problems)
        self.problems.extend(receipt.problems[:room])
        self.problems_omitted += receipt.problems_omitted + max(0, len(receipt.problems) - room)
        self.by_reason.update(problem["code"] for problem in receipt.problems)

    def as_json(self) -> dict[str, Any]:
        """For `--json`; `problems_omitted` only when some were."""
        answer: dict[str, Any] = {"file": self.file, "rows": self.rows, **{name: getattr(self, name) for name in VERDICTS}}
        answer.update(deliveries=self.deliveries, digest=self.digest, notices=self.notices, problems=self.problems)
        if self.problems_omitted:
            answer["problems_omitted"] = self.problems_omitted
        return answer


def names_for(mapping: Mapping) -> Names | None:
    """The region names or codes that a mapping may meet: those at the level of its indicators, else at any level below `within`."""
    if mapping.region.by == "bps":
        return Codes(dict(BpsCode.objects.values_list("code", "region_id")))
    if mapping.region.by != "name":
        return None
    within = mapping.region.within
    if within and not Region.objects.filter(pk=within).exists():
        raise Faulty([Sentence("mapping: there is no region “%(within)s” to look for names in.", within=within)])
    levels = set(Indicator.objects.filter(code__in=indicators_of(mapping)).values_list("level", flat=True))
    regions = Region.objects.within(within).exclude(pk=within) if within else Region.objects.all()
    at_level = list(regions.filter(level__in=levels).values_list("code", "name"))
    return Names(at_level or regions.values_list("code", "name"))


def read_file(path: Path, mapping: Mapping | None) -> Reading:
    """Opens a file. Raises Faulty with sentences when nothing of it can be read."""
    if kind_of(path) == "json":
        return _read_json(path, mapping)
    if mapping is None:
        return _read_own_columns(open_table(path))
    where = Where(mapping.header, mapping.encoding, mapping.sheet, mapping.area, mapping.merged == "fill")
    table = open_table(path, where)
    mapper = Mapper(mapping, table.header, names_for(mapping))
    return Reading(_mapped(mapper, table), mapper.width, table.notices, table.header)


def _mapped(mapper: Mapper, table: Table) -> Iterator[tuple[int, Row]]:
    for line, cells in enumerate(table.lines, 1):
        if isinstance(cells, Broken):
            first = (line - 1) * mapper.width + 1
            for number in range(first, first + mapper.width):
                yield number, Refused(number, "", cells.code, cells.params, cells.raw)
        elif mapper.counts(cells):
            first = (line - 1) * mapper.width + 1
            yield from ((first + place, row) for place, row in enumerate(mapper.rows(cells, line)) if row is not None)


def _read_own_columns(table: Table) -> Reading:
    """A table with the columns of the API: indicator, region, at, value and perhaps quality, note, dims.NAME."""
    header = [name if name.lower().startswith("dims.") else name.lower() for name in table.header]
    if not set(bodies.REQUIRED) <= set(header):
        missing = ", ".join(name for name in bodies.REQUIRED if name not in header)
        sentence = Sentence(
            "The header line does not name %(missing)s. Name the columns indicator,region,at,value, or give a mapping (--map).",
            missing=missing,
        )
        raise Faulty([sentence])
    return Reading(_own_rows(table, header), 1, table.notices, table.header)


def _own_rows(table: Table, header: list[str]) -> Iterator[tuple[int, Row]]:
    region = header.index("region")
    for number, cells in enumerate(table.lines, 1):
        if isinstance(cells, Broken):
            yield number, Refused(number, "", cells.code, cells.params, cells.raw)
            continue
        texts = [region_text(cell) if place == region else text_of(cell) for place, cell in enumerate(cells)]
        if table.kind == "sheet":
            texts += [""] * (len(header) - len(texts))
        yield number, bodies.csv_row(number, header, texts)


def _read_json(path: Path, mapping: Mapping | None) -> Reading:
    if mapping is not None:
        mapper = Mapper(mapping, columns_of(mapping), names_for(mapping))
        return Reading(_mapped_json(path, mapper), mapper.width)
    if not is_one_document(path):
        return Reading(_json_rows(path))
    try:
        found = bodies.read(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), "application/json")
    except bodies.Unreadable as error:
        given = {"code": error.code, "why": error.why}
        raise Faulty([Sentence("The file is neither JSON lines nor {“observations”: […]} (%(code)s). %(why)s", **given)]) from None
    rows: list[tuple[int, Row]] = [*zip(found.numbers, found.rows, strict=True), *((no.row, no) for no in found.refused)]
    return Reading(iter(sorted(rows, key=lambda pair: pair[0])))


def _json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in json_lines(path):
        found = bodies.read(line, "application/x-ndjson")
        yield number, found.rows[0] if found.rows else found.refused[0]._replace(row=number)


def _mapped_json(path: Path, mapper: Mapper) -> Iterator[tuple[int, Row]]:
    """JSON lines under a mapping: the columns are the objects' keys."""
    columns = list(mapper.header)
    for line, text in json_lines(path):
        cells = json_cells(text, columns)
        if cells is None or mapper.counts(cells):
            first = (line - 1) * mapper.width + 1
            if cells is None:
                raw = text[:4000].decode("utf-8", "replace")
                for number in range(first, first + mapper.width):
                    yield number, Refused(number, "", "unreadable-row", {"why": "the line is no JSON object of plain values"}, raw)
            else:
                yield from ((first + place, row) for place, row in enumerate(mapper.rows(cells, line)) if row is not None)


def take_file(
    *,
    source: Source,
    path: Path,
    name: str,
    mapping: Mapping | None = None,
    by: Person | None = None,
    dry_run: bool = False,
    brief: bool = False,
    way: Way = Way.FILE,
    once: str | None = None,
    told: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Judges the rows of a file and stores them. Raises Faulty when nothing of it can be read, QuotaExceeded.

    With `dry_run` nothing is written; `brief` judges only the first BATCH rows of a long file (`more` says so). With `once` a file that
    was half taken when the machine stopped goes on where it was. `told` hears how far it has come after every delivery.
    """
    digest = digest_of_file(path)
    reading = read_file(path, mapping)
    outcome = Outcome(name, digest, notices=reading.notices)
    kept = "" if dry_run else keep_file(path, digest)
    for part, (rows, numbers, refused) in enumerate(batches(reading.rows, reading.spread)):
        if part and brief:
            outcome.more = True
            break
        if dry_run:
            outcome.add(try_delivery(source=source, rows=rows, numbers=numbers, refused=refused, spread=reading.spread))
            continue
        receipt = take_delivery(
            source=source,
            rows=rows,
            numbers=numbers,
            refused=refused,
            digest=digest,
            way=way,
            by=by,
            file=kept,
            name=name,
            spread=reading.spread,
            columns=reading.columns,
            idempotency_key=None if once is None else f"{once}:{part}",
        )
        outcome.add(receipt)
        if told is not None:
            told(outcome)
    if not outcome.rows:
        raise Faulty([Sentence("%(name)s holds no row: the header stands alone, or the filter lets nothing through.", name=name)])
    return outcome


def batches(
    rows: Iterator[tuple[int, Row]], spread: int, size: int = BATCH
) -> Iterator[tuple[list[Observation], list[int], list[Refused]]]:
    """Rows in portions of about `size`, whole lines only."""
    good: list[Observation] = []
    numbers: list[int] = []
    refused: list[Refused] = []
    line = 0
    for number, row in rows:
        if (number - 1) // spread != line:
            line = (number - 1) // spread
            if len(good) + len(refused) >= size:
                yield good, numbers, refused
                good, numbers, refused = [], [], []
        if isinstance(row, Refused):
            refused.append(row)
        else:
            good.append(row)
            numbers.append(number)
    if good or refused:
        yield good, numbers, refused


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def keep_file(path: Path, digest: str) -> str:
    """Copies a file below the files folder under its hash, once, and returns its place there. Durable when it returns."""
    place = f"deliveries/{digest[:2]}/{digest}"
    goal = settings.FILES_DIR / place
    if goal.exists():
        return place
    goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=goal.parent, delete=False) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    Path(copy.name).replace(goal)
    folder = os.open(goal.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return place
