"""The one door for figures: `take_delivery` judges and stores what a source sent, in one transaction with its entry in the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from . import storing
from .beside import us_of
from .bodies import Rows
from .checks import (
    EARLIEST_US,
    EPOCH,
    MICROSECOND,
    Judge,
    Judged,
    Observation,
    Placed,
    Problem,
    Refused,
    Rule,
    SeriesKey,
    on_line,
    told_first,
    verdict_counts,
)
from .judging import judge_with_history
from .latest import contract_of
from .logic import Duration
from .models import Delivery, Doubt, Indicator, IntakePosition, KeptRow, Source, Waiting, Way
from .sentences import problem_json, sentence
from .soundness.asked import read_asked

MAX_PROBLEMS = 1000

# Series and regions are never deleted, so what was found once stays true. Each process keeps its own.
_known_series: dict[SeriesKey, int] = {}
_known_regions: set[str] = set()


class QuotaExceeded(Exception):
    """The source sent more rows this minute than it may; try again after `retry_after_s` seconds."""

    def __init__(self, quota: int, retry_after_s: int) -> None:
        self.quota, self.retry_after_s = quota, retry_after_s
        super().__init__(
            _("This source may send %(quota)s rows a minute: try again in %(wait)s seconds.") % {"quota": quota, "wait": retry_after_s}
        )


@dataclass(frozen=True)
class Receipt:
    """The answer to a delivery, as CONTRACT shapes it. `delivery` is its number."""

    delivery: int
    accepted: int
    flagged: int
    quarantined: int
    rejected: int
    duplicates: int
    problems: list[dict[str, Any]] = field(default_factory=list)
    problems_omitted: int = 0
    known_since: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The JSON of the answer; `problems_omitted` only when some were."""
        answer = {
            name: getattr(self, name) for name in ("delivery", "accepted", "flagged", "quarantined", "rejected", "duplicates", "problems")
        }
        if self.problems_omitted:
            answer["problems_omitted"] = self.problems_omitted
        return answer


def rules_for(codes: set[str], source: Source, way: Way | None = None) -> dict[str, Rule]:
    """What the catalogue says of the indicators, for this source. Unknown codes are absent. Derived ones only the house itself writes."""
    codes = {code for code in codes if "\x00" not in code}
    writable = set(Indicator.objects.writable_by(source).filter(code__in=codes).values_list("pk", flat=True))
    return {
        indicator.code: rule_of(indicator, may_write=indicator.pk in writable and (indicator.derived is None or way == Way.SYSTEM))
        for indicator in Indicator.objects.filter(code__in=codes)
    }


def rule_of(indicator: Indicator, *, may_write: bool = True) -> Rule:
    """The checks of one indicator."""
    checks = indicator.checks or {}
    low, high = checks.get("range") or (None, None)
    contract = contract_of(indicator)
    offset = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset() or timedelta()
    return Rule(
        may_write=may_write,
        derived=indicator.derived is not None,
        takes_dates=contract.every.is_calendar,
        low=float("-inf") if low is None else float(low),
        high=float("inf") if high is None else float(high),
        step=None if checks.get("step") is None else float(checks["step"]),
        future_s=float(Duration.parse(str(checks.get("future", "5m"))).seconds),
        late_s=float(contract.due_s + contract.grace.seconds),
        since_us=us_of(indicator.raw_since) if indicator.raw_since else EARLIEST_US,
        asked=read_asked(checks, every_s=contract.every.seconds, offset_s=int(offset.total_seconds())),
    )


def is_region(code: str) -> bool:
    """Whether the region table holds the code."""
    if code in _known_regions:
        return True
    if "\x00" in code or not Region.objects.filter(pk=code[:20]).exists():
        return False
    _known_regions.add(code)
    return True


def judge_rows(
    *, source: Source, rows: Sequence[Observation], numbers: Sequence[int], now: datetime | None = None, way: Way | None = None
) -> tuple[Judged, Judge]:
    """The verdicts on the rows without writing anything (also behind `--dry-run`)."""
    rules = rules_for({row.indicator[:100] for row in rows}, source, way)
    judge = Judge(rules=rules, is_region=is_region, zone=ZoneInfo(settings.TIME_ZONE), now=now or timezone.now())
    return judge.judge(rows, numbers), judge


def series_of(keys: set[SeriesKey], dims: Mapping[SeriesKey, dict[str, str]]) -> dict[SeriesKey, int]:
    """The ids of the series, made where they are new; `dims` names the extra dimensions of those that have some."""
    missing = {key: dims.get(key, {}) for key in keys - _known_series.keys()}
    if missing:
        _known_series.update(storing.series_ids(missing))
    return {key: _known_series[key] for key in keys}


def take_delivery(
    *,
    source: Source,
    rows: Sequence[Observation],
    digest: str,
    way: Way,
    numbers: Sequence[int] | None = None,
    refused: Sequence[Refused] = (),
    by: Person | None = None,
    file: str = "",
    name: str = "",
    idempotency_key: str | None = None,
    spread: int = 1,
    columns: Sequence[str] | None = None,
) -> Receipt:
    """Judges and stores the rows of one delivery; every row gets a verdict and none is lost.

    `numbers` are the rows' numbers in the sender's counting (default 1…n); `refused` are rows that could not be read at all; `digest` is
    the SHA-256 of the raw body. A wide table gives `spread` rows a line: then problems and kept rows name the line. `columns` are
    those of a file, kept to see drift. Returns after commit.
    With an `idempotency_key` that was used before, returns the first answer and changes nothing. Raises QuotaExceeded.
    """
    if idempotency_key is not None:
        first = _first_answer(source, idempotency_key)
        if first is not None:
            return first
    total = len(rows) + len(refused)
    judged, judge = judge_rows(source=source, rows=rows, numbers=numbers or range(1, len(rows) + 1), way=way)
    placed = judged.placed
    waiting = [spot for spot, _problem in judged.quarantined]
    ids = series_of({spot.key for spot in (*placed, *waiting)}, judge.dims)
    storing.prepare_months(placed)
    packed = storing.pack(placed, ids)
    judged.rejected.extend(Problem(no.row, "rejected", no.field, no.code, no.params) for no in refused)
    head = Delivery(source=source, way=way, by=by, digest=digest, file=file, name=name[:200], rows=total, idempotency_key=idempotency_key)
    head.columns = _storable([*columns]) if columns else None
    try:
        with transaction.atomic():
            _spend(source, total, way)
            head.known_since, head.pk = storing.stamp()
            flagged = _store(head, ids, judge, judged, packed)
            problems = sorted([*judged.rejected, *judged.duplicates, *(p for _s, p in judged.quarantined), *flagged])
            receipt = _write_head(head, problems, spread)
            _keep(head, judged, ids, dict(zip(numbers or range(1, len(rows) + 1), rows, strict=True)) if problems else {}, refused, spread)
            _doubt(head, judged.placed, flagged, ids, spread)
            enter_delivery(head)
    except IntegrityError:
        first = _first_answer(source, idempotency_key) if idempotency_key is not None else None
        if first is None:
            _known_series.clear()
            raise
        return first
    return receipt


@dataclass(frozen=True)
class Reading:
    """Rows of one source that came by the bus, with the SHA-256 of the messages that carried them."""

    source: Source
    found: Rows
    digest: str


def take_readings(*, readings: Sequence[Reading], position: int) -> None:
    """Deliveries from the bus and the stream's position behind them, in one transaction: so a message is taken once, whatever crashes."""
    try:
        with transaction.atomic():
            IntakePosition.objects.update_or_create(pk=1, defaults={"position": position})
            for reading in readings:
                take_delivery(
                    source=reading.source,
                    rows=reading.found.rows,
                    numbers=reading.found.numbers,
                    refused=reading.found.refused,
                    digest=reading.digest,
                    way=Way.BUS,
                )
    except Exception:
        forget_known()  # series and partitions that this transaction made are gone with it
        raise


def _first_answer(source: Source, key: str) -> Receipt | None:
    first = Delivery.objects.filter(source=source, idempotency_key=key).only("answer", "known_since").first()
    return None if first is None else Receipt(**(first.answer or {}), known_since=first.known_since)


def _spend(source: Source, rows: int, way: Way) -> None:
    """Counts the rows against the source's quota of this minute, except those of the bus, and notes that it was heard. One conditional
    UPDATE is the lock."""
    now = timezone.now()
    if source.quota and way != Way.BUS:  # what the bus has acknowledged is taken, and it cannot slow a publisher down
        minute = now.replace(second=0, microsecond=0)
        same = Source.objects.filter(pk=source.pk, quota_minute=minute, quota_used__lte=source.quota - rows)
        done = same.update(quota_used=F("quota_used") + rows, last_heard=now)
        if not done and rows <= source.quota:
            fresh = Source.objects.filter(pk=source.pk).filter(Q(quota_minute=None) | Q(quota_minute__lt=minute))
            done = fresh.update(quota_minute=minute, quota_used=rows, last_heard=now)
        if not done:
            raise QuotaExceeded(source.quota, 60 - now.second)
    elif source.last_heard is None or now - source.last_heard > timedelta(seconds=1):
        # Who holds the row notes the same; nobody may wait for it while holding the clock. The lock leaves the key alone: a delivery that
        # commits looks at it (its foreign key) while it holds the clock, and would wait for one who waits for the clock.
        free = Source.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=source.pk)
        Source.objects.filter(pk__in=free.values("pk")).update(last_heard=now)


def _store(head: Delivery, ids: dict[SeriesKey, int], judge: Judge, judged: Judged, packed: storing.Packed) -> list[Problem]:
    """The checks that need history, then the append. Rows that must wait and equal rows move within `judged`; returns the suspect ones."""
    placed = judged.placed
    beside = judge_with_history(placed, judged.quarantined, judge.rules, ids, judge.now_us)
    judged.placed = beside.placed
    judged.quarantined.extend(beside.held)
    head.late = judge.late(beside.placed)
    head.out_of_order = beside.out_of_order
    if beside.placed is not placed or beside.rejudged:
        packed = storing.pack(beside.placed, ids, beside.rejudged)
    head.earliest = packed.earliest
    same = storing.store(packed, delivery=head.pk, known_since=head.known_since)
    judged.duplicates.extend(Problem(row, "duplicates", "", "duplicate", {}) for row in same if row > 0)
    return [problem for row, problem in beside.suspect.items() if row not in same]


def _doubt(head: Delivery, placed: Sequence[Placed], suspect: Sequence[Problem], ids: Mapping[SeriesKey, int], spread: int) -> None:
    """Keeps why rows are shown as suspect, in the house's own language."""
    if not suspect:
        return
    problem_of = {problem.row: problem for problem in suspect}
    with override(settings.LANGUAGE_CODE):
        doubts = [
            Doubt(
                delivery=head,
                row=on_line(problem_of[row.row], spread).row,
                series_id=ids[row.key],
                at=EPOCH + row.at_us * MICROSECOND,
                value=row.value,
                code=problem_of[row.row].code,
                message=sentence(problem_of[row.row].code, problem_of[row.row].params),
            )
            for row in placed
            if row.row in problem_of and row.value is not None
        ]
    Doubt.objects.bulk_create(doubts, batch_size=1000)


def _write_head(head: Delivery, problems: list[Problem], spread: int) -> Receipt:
    counts = verdict_counts(problems, head.rows)
    for name, count in counts.items():
        setattr(head, name, count)
    receipt = Receipt(
        delivery=head.pk,
        **counts,
        problems=[problem_json(on_line(problem, spread)) for problem in told_first(problems, MAX_PROBLEMS)],
        problems_omitted=max(0, len(problems) - MAX_PROBLEMS),
        known_since=head.known_since,
    )
    if head.idempotency_key is not None:
        head.answer = receipt.as_json()
    head.save(force_insert=True)
    return receipt


def _keep(
    head: Delivery, judged: Judged, ids: Mapping[SeriesKey, int], rows: Mapping[int, Observation], refused: Sequence[Refused], spread: int
) -> None:
    """Keeps every quarantined and rejected row with its reason, in the house's own language."""
    raw: dict[int, Any] = {no.row: no.raw for no in refused}
    kept = []
    with override(settings.LANGUAGE_CODE):
        for spot, problem in judged.quarantined:
            row = _kept_row(head, on_line(problem, spread), Waiting.WAITING, msgspec.to_builtins(rows[spot.row]))
            row.series_id, row.value = ids[spot.key], spot.value
            row.at = EPOCH + spot.at_us * MICROSECOND
            kept.append(row)
        for problem in judged.rejected:
            source_row = raw[problem.row] if problem.row in raw else msgspec.to_builtins(rows[problem.row])
            kept.append(_kept_row(head, on_line(problem, spread), Waiting.REJECTED, _storable(source_row)))
    _follow_first([row for row in kept if row.state == Waiting.WAITING])
    if kept:
        KeptRow.objects.bulk_create(kept, batch_size=1000)


def _follow_first(rows: Sequence[KeptRow]) -> None:
    """Rows that wait, or were decided, in the same words before are not listed again: they point to the first one."""
    if not rows:
        return
    earlier = KeptRow.objects.filter(series__in={row.series_id for row in rows}, at__in={row.at for row in rows}, first=None)
    known = {(row.series_id, row.at, row.value): row for row in earlier.exclude(state=Waiting.REJECTED).order_by("-pk")}
    for row in rows:
        row.first = known.get((row.series_id, row.at, row.value))
        if row.first is not None:
            row.state = Waiting.REPEATED


def _kept_row(head: Delivery, problem: Problem, state: Waiting, raw: Any) -> KeptRow:
    return KeptRow(
        delivery=head,
        row=problem.row,
        state=state,
        field=problem.field.replace("\x00", "␀"),
        code=problem.code,
        message=sentence(problem.code, problem.params).replace("\x00", "␀"),
        raw=raw,
    )


def _storable(raw: Any) -> Any:
    """JSON that PostgreSQL can hold: NUL is written as its picture, an endless number as text, and a very long text is cut."""
    if isinstance(raw, str):
        return raw.replace("\x00", "␀")[:4000]
    if isinstance(raw, float) and raw - raw != 0:
        return str(raw)
    if isinstance(raw, dict):
        return {str(name).replace("\x00", "␀"): _storable(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [_storable(value) for value in raw]
    return raw


def enter_delivery(head: Delivery) -> None:
    """The delivery's entry in the book: it seals the digest and the counts."""
    counts = {name: getattr(head, name) for name in ("rows", "accepted", "flagged", "quarantined", "rejected", "duplicates")}
    record(
        by=head.by or head.source,
        room="indicators",
        verb="delivered",
        about=f"/deliveries/{head.pk}",
        after={"source": head.source.code, "way": head.way, "digest": head.digest, **counts},
    )


def forget_known() -> None:
    """Empties what this process remembers of series and regions: for tests, and after a restore."""
    _known_series.clear()
    _known_regions.clear()
    storing.forget_months()
