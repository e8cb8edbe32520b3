"""The catalogue file: sources and indicators as an agency's steward declares them. Pure: text in, checked entries or sentences out.

The format is CONTRACT's; docs/rooms/indicators.md explains every key. `derived:` is docs/derived.md's.
"""

import re
from typing import Annotated, Any, Literal

import msgspec

from pendopo.ui.sentence import Sentence

from .declared import Entry, Faulty, read_lists
from .derivation.expressions import FaultyExpression, inputs_of, read
from .logic import Duration

CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
SHORTEST_KEEP_S = 7 * 86_400
ROLLUPS = ("sum", "mean", "max", "min", "last", "none")


class Text(msgspec.Struct, forbid_unknown_fields=True):
    """A name in both languages; English may be absent."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    en: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Weighted(msgspec.Struct, forbid_unknown_fields=True):
    """Roll-up by weights: Σ w·v ÷ Σ w, where w is the newest value of another indicator."""

    weighted: str


class Agrees(msgspec.Struct, forbid_unknown_fields=True):
    """Another figure of the same thing, and the share of the larger one by which they may differ."""

    with_: str = msgspec.field(name="with")
    within: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.05


class Checks(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked of every value (docs/checks.md): `range`, `future`, `monotonic` are hard (quarantine), the others soft (suspect)."""

    range: tuple[float | None, float | None] | None = None
    step: Annotated[float, msgspec.Meta(gt=0)] | None = None
    monotonic: bool = False
    future: str | None = None
    scale: bool = False
    season: Literal["day", "week"] | None = None
    sensitivity: Annotated[float, msgspec.Meta(ge=3, le=50)] | None = None
    stuck: Annotated[int, msgspec.Meta(ge=3, le=500)] | None = None
    copy: bool | Annotated[int, msgspec.Meta(ge=3)] = False
    clock: bool = False
    total_of: str | None = None
    agrees: Agrees | None = None
    adds_up: Annotated[float, msgspec.Meta(ge=0, lt=1)] | None = None


class SourceEntry(msgspec.Struct, forbid_unknown_fields=True):
    """Who sends. Keys that are absent leave a known source as it is."""

    code: str
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    agency: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    quota: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    simulated: bool | msgspec.UnsetType = msgspec.UNSET


class IndicatorEntry(msgspec.Struct, forbid_unknown_fields=True):
    """What is measured. `every` and `level` may be left out of a derived indicator: then those of its first input hold."""

    code: str
    name: Text | Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    every: str | None = None
    grace: str | None = None
    unit: Annotated[str, msgspec.Meta(max_length=40)] = ""
    description: str = ""
    kind: Literal["gauge", "count", "cumulative", "rate", "percent", "index"] | None = None
    rollup: str | Weighted = "none"
    level: Literal["province", "regency", "district", "village"] | None = None
    sources: list[str] = []
    publicity: Literal["public", "government", "agency"] = "government"
    checks: Checks | None = None
    derived: dict[str, Any] | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] | None = None
    keep: str | None = None

    @property
    def names(self) -> Text:
        """The name in both languages."""
        return self.name if isinstance(self.name, Text) else Text(self.name)

    @property
    def compared(self) -> list[str]:
        """The indicators that its checks compare it with."""
        if self.checks is None:
            return []
        return [code for code in (self.checks.total_of, self.checks.agrees.with_ if self.checks.agrees else None) if code]

    @property
    def inputs(self) -> list[str]:
        """The indicators that a derived one is computed from, in order of mention."""
        return inputs_of(read(self.derived)) if self.derived is not None else []

    @property
    def shown_decimals(self) -> int:
        """Decimals on a screen: as declared, else none for counts, else by how fine the step or range is."""
        if self.decimals is not None:
            return self.decimals
        if self.kind in ("count", "cumulative"):
            return 0
        bounds = [abs(number) for number in (*(self.checks.range or ()), self.checks.step) if number] if self.checks else []
        if any(number != int(number) for number in bounds):
            return 2
        return 2 if bounds and max(bounds) <= 20 else 1 if self.kind in ("percent", "rate") else 0


class Catalogue(msgspec.Struct):
    """A checked catalogue, with the line of each entry for later refusals."""

    sources: list[SourceEntry]
    indicators: list[IndicatorEntry]
    lines: dict[str, int]


def parse(text: str) -> Catalogue:
    """Reads a catalogue. Raises Faulty with every fault as a sentence that names line and code."""
    entries = read_lists(text, Sentence("catalogue"), ("sources", "indicators"))
    faults: list[str] = []
    lines: dict[str, int] = {}
    sources: list[SourceEntry] = []
    indicators: list[IndicatorEntry] = []
    for entry in entries["sources"]:
        _take(entry, SourceEntry, "source", sources, lines, faults)
    for entry in entries["indicators"]:
        _take(entry, IndicatorEntry, "indicator", indicators, lines, faults)
    for indicator in indicators:
        line = lines[f"indicator {indicator.code}"]
        faults.extend(
            Sentence("line %(line)s: indicator %(code)s: %(fault)s", line=line, code=indicator.code, fault=fault)
            for fault in faults_of(indicator)
        )
    if faults:
        raise Faulty(faults)
    if not sources and not indicators:
        raise Faulty([Sentence("The catalogue declares nothing: write “sources:” or “indicators:” with at least one entry.")])
    return Catalogue(sources, indicators, lines)


def _take(entry: Entry, kind: type[Any], what: str, into: list[Any], lines: dict[str, int], faults: list[str]) -> None:
    code = entry.data.get("code", Sentence("(no code)"))
    name = Sentence("source %(code)s", code=code) if what == "source" else Sentence("indicator %(code)s", code=code)
    try:
        found = entry.as_struct(kind, name)
    except Faulty as error:
        faults.extend(error.sentences)
        return
    longest = 60 if what == "source" else 80
    if not CODE.fullmatch(found.code) or len(found.code) > longest:
        sentence = Sentence(
            "line %(line)s: %(name)s: a code has small letters, digits, “-”, “_” and “.”, and at most %(longest)s of them.",
            line=entry.line,
            name=name,
            longest=longest,
        )
        faults.append(sentence)
    elif name in lines:
        given = {"line": entry.line, "name": name, "first": lines[name]}
        faults.append(Sentence("line %(line)s: %(name)s was declared in line %(first)s already.", **given))
    else:
        lines[name] = entry.line
        into.append(found)


def faults_of(entry: IndicatorEntry) -> list[str]:
    """What is wrong with an indicator beyond its shape."""
    faults: list[str] = []
    for key in ("every", "level"):
        if getattr(entry, key) is None and entry.derived is None:
            faults.append(Sentence("the key “%(key)s” is missing.", key=key))
    if entry.kind is None and entry.derived is None:
        faults.append(Sentence("the key “%(key)s” is missing.", key="kind"))
    future = entry.checks.future if entry.checks else None
    for key, text in (("every", entry.every), ("grace", entry.grace), ("future", future), ("keep", entry.keep)):
        if text is not None:
            faults.extend(_duration_fault(key, text))
    if entry.keep is not None and not _duration_fault("keep", entry.keep) and Duration.parse(entry.keep).seconds < SHORTEST_KEEP_S:
        faults.append(Sentence("“keep” is at least 7d: checks and the health of sources look that far back."))
    if isinstance(entry.rollup, str) and entry.rollup not in ROLLUPS:
        known = ", ".join(ROLLUPS)
        faults.append(Sentence("“rollup” is %(known)s or {weighted: INDICATOR}, not “%(given)s”.", known=known, given=entry.rollup))
    if isinstance(entry.rollup, Weighted) and entry.rollup.weighted == entry.code:
        faults.append(Sentence("an indicator cannot be its own weight."))
    low, high = (entry.checks.range if entry.checks else None) or (None, None)
    if low is not None and high is not None and low > high:
        faults.append(Sentence("the range begins at %(low)s, above its end %(high)s.", low=f"{low:g}", high=f"{high:g}"))
    if entry.derived is not None:
        faults.extend(_derivation_faults(entry))
    return faults


def _derivation_faults(entry: IndicatorEntry) -> list[str]:
    if entry.sources:
        return [Sentence("a derived indicator is written by the house alone: leave “sources” out.")]
    try:
        read(entry.derived)
    except FaultyExpression as fault:
        return [fault.sentence]
    return []


def _duration_fault(key: str, text: str) -> list[str]:
    try:
        Duration.parse(text)
    except ValueError as error:
        return [Sentence("“%(key)s”: %(fault)s", key=key, fault=error.args[0])]
    return []
