"""The verb of derivation: `derive` brings every derived indicator up to date with what was committed."""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.agencies.models import Agency
from pendopo.audit.actions import record

from ..actions import forget_known, take_delivery
from ..checks import Observation
from ..models import Indicator, Source, Way
from .catalogue import Compiled, known_facts, meaning_of
from .computing import FIRST, LAST, Stamps, differences, everything, scopes_of, stretches
from .evaluating import Stretch
from .models import Computation, DerivedPosition, Formula
from .reading import Change, changes, next_stamp, stamp

# The sources in whose name derived figures are stored, by whether an input may be simulated. Nothing else may write such figures.
DERIVED_SOURCE = "derived"
SIMULATED_SOURCE = "derived-simulated"
DERIVED_SOURCES = (DERIVED_SOURCE, SIMULATED_SOURCE)
# Held while figures are derived, so that two work processes never compute the same.
LOCK = 0x64657276
BATCH_ROWS = 20_000
MAX_CAUSES = 1000
# So long (seconds) history is computed at a time before what arrived meanwhile is taken up.
SLICE_S = 0.25
MOST_REGIONS = 400


def derived_source(simulated: bool = False) -> Source:
    """The source `derived`, or its twin for figures from simulated inputs; made on demand beside the agency of the house's own figures."""
    code = SIMULATED_SOURCE if simulated else DERIVED_SOURCE
    source = Source.objects.select_related("agency").filter(code=code).first()
    if source is not None:
        return source
    with transaction.atomic(), override(settings.LANGUAGE_CODE):
        name = _("Figures derived from simulated ones") if simulated else _("Derived figures")
        own = Source.objects.select_related("agency").filter(code="pendopo").first()
        agency = own.agency if own else Agency.objects.get_or_create(code="pendopo", defaults={"name": "Pendopo"})[0]
        source, new = Source.objects.get_or_create(code=code, defaults={"name": name, "agency": agency, "simulated": simulated})
        if new:
            after = {"name": source.name, "agency": agency.code, "simulated": simulated}
            record(by=None, room="indicators", verb="declared", about=f"/sources/{code}", after=after)
    return source


def writer_of(inputs: Iterable[str]) -> Source:
    """In whose name figures from these inputs are stored: what a simulated source may write makes all that follows a simulation."""
    return derived_source(Source.objects.filter(indicators__code__in=list(inputs), simulated=True).exists())


def derive(*, compiled: Compiled) -> int:
    """Computes what changed since the last time and stores it; answers how many rows were written.

    Sent inputs are read as of one stamp, in the order of the formulas, so that a figure never mixes old and new inputs. Only what differs
    from the stored figures is delivered: doing it again changes nothing. The history of a new formula is computed a slice a call, while
    `compiled.rebuilding` says that there is more; so a correction never waits for it. Returns 0 when another process is at it.
    """
    compiled.refresh(known_facts())
    if not compiled.formulas:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            compiled.rebuilding = {}
            return 0
    try:
        with override(settings.LANGUAGE_CODE):
            return _derive(compiled)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _derive(compiled: Compiled) -> int:
    ids = dict(Indicator.objects.filter(code__in=compiled.formulas).values_list("code", "pk"))
    if not compiled.versions:
        formulas = compiled.formulas.items()
        compiled.versions = {code: _version(ids[code], meaning_of(formula, compiled.facts)) for code, formula in formulas}
        # What is derived no longer would hold up everything else with its position.
        DerivedPosition.objects.exclude(indicator__in=ids.values()).delete()
    versions = compiled.versions
    found = DerivedPosition.objects.filter(indicator__in=ids.values()).select_related("indicator")
    positions = {position.indicator.code: position for position in found}
    raw = next_stamp(min((position.raw for position in positions.values()), default=None))
    written = 0
    for codes in compiled.depths():
        fresh = {code for code in codes if code not in positions or positions[code].version != versions[code]}
        behind = [code for code in codes if code in fresh or positions[code].raw < raw or written]
        if behind:
            written += _bring_up(behind, fresh, compiled, ids, positions, Stamps(raw, stamp()))
    return written + _rebuild(compiled, positions, raw)


def _rebuild(compiled: Compiled, positions: dict[str, DerivedPosition], raw: datetime) -> int:
    """Computes some of the history of new formulas, in the order of the formulas, region by region; how many rows that wrote."""
    begun, written, slices = time.monotonic(), 0, 0
    lacking = [code for code in compiled.formulas if positions[code].after is not None]
    compiled.rebuilding = {code: compiled.rebuilding.get(code, []) for code in lacking}
    for code in lacking:
        formula, position = compiled.formulas[code], positions[code]
        if not compiled.rebuilding[code]:
            scopes = sorted(scopes_of(formula, everything(formula, compiled.facts)).items())
            compiled.rebuilding[code] = [found for found in scopes if found[0] > (position.after or "")]
        waiting = compiled.rebuilding[code]
        while position.after is not None:
            started = time.monotonic()
            if slices and started - begun > SLICE_S:
                return written
            slices += 1
            some, rest = waiting[: compiled.pace], waiting[compiled.pace :]
            position.after = some[-1][0] if rest else None
            wanted = {target: [(FIRST, LAST)] for _scope, targets in some for target in targets}
            written += _write(code, wanted, compiled, Stamps(raw, stamp()), position)
            compiled.rebuilding[code] = waiting = rest
            took = time.monotonic() - started
            compiled.pace = min(MOST_REGIONS, compiled.pace * 2) if took < SLICE_S / 4 else max(1, compiled.pace // 2)
        del compiled.rebuilding[code]
    return written


def _write(code: str, wanted: Mapping[str, Sequence[Stretch]], compiled: Compiled, stamps: Stamps, position: DerivedPosition) -> int:
    """The differences of these regions of one indicator, and with the last of them its position."""
    pending: list[Observation] = []
    written = 0
    for row in differences(compiled.formulas[code], compiled.facts, wanted, stamps):
        if len(pending) >= BATCH_ROWS:
            _deliver(pending, compiled, stamps, set(), [])
            written += len(pending)
            pending = []
        pending.append(row)
    _deliver(pending, compiled, stamps, set(), [position])
    return written + len(pending)


def _version(indicator: int, meaning: dict[str, object]) -> int:
    """The number of the formula's version, which is new when its meaning differs from the newest one."""
    newest = Formula.objects.filter(indicator=indicator).order_by("-version").first()
    if newest is None or newest.meaning != meaning:
        newest = Formula.objects.create(indicator_id=indicator, version=newest.version + 1 if newest else 1, meaning=meaning)
    return newest.version


def _bring_up(
    codes: Sequence[str], fresh: set[str], compiled: Compiled, ids: dict[str, int], positions: dict[str, DerivedPosition], stamps: Stamps
) -> int:
    """Computes what changed for the indicators of one depth and notes how far they are. A fresh one begins here: its history follows."""
    pending: list[Observation] = []
    causes: set[int] = set()
    written = 0
    known = [code for code in codes if code not in fresh]
    news = _news([positions[code] for code in known], [compiled.formulas[c].inputs for c in known], compiled, stamps)
    for code in known:
        formula, position = compiled.formulas[code], positions[code]
        own = [c for c in news if c.known_since > (position.raw if compiled.facts[c.code].derived is None else position.derived)]
        causes.update(change.delivery for change in own if change.code in formula.inputs)
        for row in differences(formula, compiled.facts, stretches(formula, compiled.facts, own), stamps):
            pending.append(row)
            if len(pending) >= BATCH_ROWS:
                _deliver(pending, compiled, stamps, causes, [])
                written += len(pending)
                pending = []
    for code in codes:
        after = "" if code in fresh else positions[code].after
        positions[code] = DerivedPosition(
            indicator_id=ids[code], version=compiled.versions[code], raw=stamps.raw, derived=stamps.derived, after=after
        )
        if code in fresh:
            compiled.rebuilding.pop(code, None)
    _deliver(pending, compiled, stamps, causes, [positions[code] for code in codes])
    return written + len(pending)


def _news(positions: Sequence[DerivedPosition], inputs: Iterable[Sequence[str]], compiled: Compiled, stamps: Stamps) -> list[Change]:
    """All changes that any of the indicators has not seen, sent ones and derived ones."""
    if not positions:
        return []
    codes = {code for group in inputs for code in group}
    codes |= {weight for code in codes if (weight := compiled.facts[code].weight)}
    sent = {code for code in codes if compiled.facts[code].derived is None}
    found = changes(sent, min(position.raw for position in positions), stamps.raw)
    return found + changes(codes - sent, min(position.derived for position in positions), stamps.derived)


def _deliver(rows: list[Observation], compiled: Compiled, stamps: Stamps, causes: set[int], marks: Sequence[DerivedPosition]) -> None:
    """The rows, what they stand on and how far it goes: one transaction."""
    by_writer: dict[str, list[Observation]] = {}
    writers = {code: writer_of(compiled.formulas[code].inputs) for code in {row.indicator for row in rows}}
    for row in rows:
        by_writer.setdefault(writers[row.indicator].code, []).append(row)
    try:
        with transaction.atomic():
            for writer in {source.code: source for source in writers.values()}.values():
                _store(by_writer[writer.code], writer, compiled, stamps, causes)
            DerivedPosition.objects.bulk_create(
                marks, update_conflicts=True, unique_fields=["indicator"], update_fields=["version", "raw", "derived", "after"]
            )
    except Exception:
        forget_known()  # series and partitions that this transaction made are gone with it
        raise


def _store(rows: list[Observation], source: Source, compiled: Compiled, stamps: Stamps, causes: set[int]) -> None:
    codes = sorted({row.indicator for row in rows})
    source.indicators.add(*Indicator.objects.filter(code__in=codes))
    digest = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()
    receipt = take_delivery(source=source, rows=rows, digest=digest, way=Way.SYSTEM, name=", ".join(codes))
    Computation.objects.create(
        delivery_id=receipt.delivery,
        versions={code: compiled.versions[code] for code in codes},
        raw=stamps.raw,
        derived=stamps.derived,
        causes=sorted(causes)[-MAX_CAUSES:],
    )
