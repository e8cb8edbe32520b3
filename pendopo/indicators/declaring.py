"""Loading a catalogue: all or nothing, one entry in the book, and nothing at all when nothing differs."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import override

from pendopo.agencies.actions.agencies import ensure_agency, find_agency
from pendopo.audit.actions import Actor, record
from pendopo.ui.sentence import Sentence

from .catalogue import Catalogue, IndicatorEntry, SourceEntry, Weighted
from .declared import Faulty
from .derivation.actions import writer_of
from .derivation.catalogue import settle
from .derivation.contract import Facts
from .derivation.expressions import Call, inputs_of, read, walk
from .models import Indicator, Source

SOURCE_FIELDS = ("name", "agency", "quota", "simulated")
INDICATOR_FIELDS = (
    "name_id",
    "name_en",
    "description",
    "unit",
    "every",
    "grace",
    "kind",
    "rollup",
    "weight",
    "level",
    "publicity",
    "checks",
    "derived",
    "decimals",
    "keep",
    "sources",
)


@dataclass
class Tally:
    """How many entries of one sort were new, different or the same."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Changes:
    """What a load did. `before` and `after` hold the changed fields of each entry by code."""

    sources: Tally = field(default_factory=Tally)
    indicators: Tally = field(default_factory=Tally)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def note(self, tally: Tally, name: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        """Counts one entry and keeps what changed."""
        if before is None:
            tally.created += 1
            self.after[name] = after
        elif changed := [key for key in after if before.get(key) != after[key]]:
            tally.changed += 1
            self.before[name] = {key: before.get(key) for key in changed}
            self.after[name] = {key: after[key] for key in changed}
        else:
            tally.unchanged += 1

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"sources": vars(self.sources), "indicators": vars(self.indicators)}


@transaction.atomic
def load_catalogue(*, catalogue: Catalogue, by: Actor | None = None) -> Changes:
    """Declares the sources and indicators of a catalogue. Loading it again changes nothing and writes no entry.

    An agency is created when its name is unknown. Raises Faulty when an entry names a source or indicator that is neither in the
    catalogue nor known; then nothing is changed.
    """
    changes = Changes()
    with override("en"):
        for source in catalogue.sources:
            _declare_source(source, by, changes)
        known = {indicator.code: indicator for indicator in Indicator.objects.prefetch_related("sources").select_related("weight")}
        sources = {source.code: source for source in Source.objects.all()}
        faults = []
        pending = _in_order(catalogue.indicators)
        codes = {entry.code for entry in pending} | set(known)
        for entry in pending:
            faults.extend(_unknown_names(entry, codes, sources, catalogue.lines))
        if faults:
            raise Faulty(faults)
        for entry in _settled(pending, catalogue.lines):
            _declare_indicator(entry, known, sources, changes)
    if changes.after:
        record(by=by, room="indicators", verb="declared", about="/indicators", before=changes.before, after=changes.after)
    return changes


def _declare_source(entry: SourceEntry, by: Actor | None, changes: Changes) -> None:
    source = Source.objects.select_related("agency").filter(code=entry.code).first()
    before = source_facts(source) if source else None
    given = {key: value for key in ("quota", "simulated") if (value := getattr(entry, key)) is not msgspec.UNSET}
    if source is None:
        source = Source(code=entry.code, name=entry.name, agency=ensure_agency(entry.agency, by=by), **given)
    else:
        source.name = entry.name
        agency = find_agency(entry.agency)
        if agency is None or agency.pk != source.agency_id:
            source.agency = agency or ensure_agency(entry.agency, by=by)
        for key, value in given.items():
            setattr(source, key, value)
    after = source_facts(source)
    if before != after:
        source.save()
    changes.note(changes.sources, f"source {entry.code}", before, after)


def source_facts(source: Source) -> dict[str, Any]:
    """The declared fields of a source as the book keeps them."""
    return {"name": source.name, "agency": source.agency.code, "quota": source.quota, "simulated": source.simulated}


def indicator_facts(indicator: Indicator, sources: list[str]) -> dict[str, Any]:
    """The declared fields of an indicator as the book keeps them."""
    facts = {name: getattr(indicator, name) for name in INDICATOR_FIELDS if name not in ("weight", "sources")}
    return {**facts, "weight": indicator.weight.code if indicator.weight else None, "sources": sources}


def _in_order(entries: list[IndicatorEntry]) -> list[IndicatorEntry]:
    """Weights and inputs before what is made of them, else as written. A circle among derived ones is refused by name."""
    by_code = {entry.code: entry for entry in entries}
    done: dict[str, IndicatorEntry] = {}

    def visit(entry: IndicatorEntry, above: tuple[str, ...]) -> None:
        if entry.code in above:
            circle = " → ".join((*above, entry.code))
            raise Faulty([Sentence("indicator %(code)s is derived from itself: %(circle)s.", code=entry.code, circle=circle)])
        needs = [*entry.inputs, *([entry.rollup.weighted] if isinstance(entry.rollup, Weighted) else [])]
        for code in needs:
            if code in by_code and code not in done:
                visit(by_code[code], (*above, entry.code))
        done[entry.code] = entry

    for entry in entries:
        if entry.code not in done:
            visit(entry, ())
    return list(done.values())


def _unknown_names(entry: IndicatorEntry, codes: set[str], sources: dict[str, Source], lines: dict[str, int]) -> list[str]:
    where = Sentence("line %(line)s: indicator %(code)s", line=lines[f"indicator {entry.code}"], code=entry.code)
    faults: list[str] = [
        Sentence("%(where)s: there is no source “%(code)s”: declare it under “sources”.", where=where, code=code)
        for code in entry.sources
        if code not in sources
    ]
    needs = [*entry.inputs, *([entry.rollup.weighted] if isinstance(entry.rollup, Weighted) else [])]
    needs += entry.compared
    return faults + [
        Sentence("%(where)s: there is no indicator “%(code)s”: declare it in this file.", where=where, code=code)
        for code in needs
        if code not in codes
    ]


def _settled(entries: list[IndicatorEntry], lines: dict[str, int]) -> list[IndicatorEntry]:
    """The entries with what the derived ones left out. Raises Faulty when a formula does not hold, also one that was known before."""
    facts, faults = settle(_facts(entry) for entry in entries)
    faults = _forgetful(entries, facts) | faults
    if faults:
        raise Faulty([_fault(code, fault, lines) for code, fault in faults.items()])
    answer = []
    for entry in entries:
        if entry.derived is not None:
            line = facts[entry.code]
            filled: dict[str, Any] = {"unit": line.unit, "every": line.every, "level": line.level, "kind": line.kind}
            entry = msgspec.structs.replace(entry, **filled)
        answer.append(entry)
    return answer


def _forgetful(entries: list[IndicatorEntry], facts: dict[str, Facts]) -> dict[str, str]:
    """The running totals whose inputs forget rows, by code: such a total could not be made again."""
    keeps = dict(Indicator.objects.exclude(keep="").values_list("code", "keep")) | {entry.code: entry.keep or "" for entry in entries}
    found: dict[str, str] = {}
    for code, line in facts.items():
        for node in walk(read(line.derived)) if line.derived is not None else ():
            if isinstance(node, Call) and node.name == "cumulative":
                for needed in inputs_of(node):
                    if keeps.get(needed):
                        found[code] = Sentence(
                            "adds up all of “%(code)s”, which keeps its rows for %(keep)s only: take “keep” away there.",
                            code=needed,
                            keep=keeps[needed],
                        )
    return found


def _facts(entry: IndicatorEntry) -> Facts:
    weighted = entry.rollup.weighted if isinstance(entry.rollup, Weighted) else None
    rollup = "weighted" if weighted else str(entry.rollup)
    return Facts(entry.code, entry.unit, entry.every or "", entry.level or "", entry.kind or "", rollup, weighted, entry.derived)


def _fault(code: str, fault: str, lines: dict[str, int]) -> str:
    line = lines.get(f"indicator {code}")
    if line:
        return Sentence("line %(line)s: indicator %(code)s: %(fault)s", line=line, code=code, fault=fault)
    return Sentence("indicator %(code)s: %(fault)s", code=code, fault=fault)


def _declare_indicator(entry: IndicatorEntry, known: dict[str, Indicator], sources: dict[str, Source], changes: Changes) -> None:
    indicator = known.get(entry.code)
    before = indicator_facts(indicator, sorted(s.code for s in indicator.sources.all())) if indicator else None
    indicator = indicator or Indicator(code=entry.code)
    every = entry.every or "1d"
    same = next((known[code] for code in entry.inputs if known[code].every == every), None)
    names = entry.names
    indicator.name_id, indicator.name_en, indicator.description = names.id, names.en, entry.description
    indicator.unit, indicator.every, indicator.grace = entry.unit, every, entry.grace or (same.grace if same else every)
    indicator.kind = entry.kind or "rate"
    indicator.level = entry.level or "district"
    indicator.publicity, indicator.derived, indicator.decimals = entry.publicity, entry.derived, entry.shown_decimals
    indicator.checks, indicator.keep = _checks(entry), entry.keep or ""
    weighted = isinstance(entry.rollup, Weighted)
    indicator.rollup = "weighted" if weighted else str(entry.rollup)
    indicator.weight = known[entry.rollup.weighted] if isinstance(entry.rollup, Weighted) else None
    writers = [sources[code] for code in entry.sources] if entry.derived is None else [writer_of(entry.inputs)]
    after = indicator_facts(indicator, sorted({source.code for source in writers}))
    if before != after:
        indicator.save()
        indicator.sources.set(writers)
    known[entry.code] = indicator
    changes.note(changes.indicators, f"indicator {entry.code}", before, after)


def _checks(entry: IndicatorEntry) -> dict[str, Any]:
    if entry.checks is None:
        return {}
    given = msgspec.to_builtins(entry.checks)
    given["range"] = list(given["range"]) if given["range"] else None
    return {key: value for key, value in given.items() if value is not None and value is not False}
