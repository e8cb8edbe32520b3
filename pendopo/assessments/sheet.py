"""An assessment as its page shows it: the tree with every side's answers, what differs, and how each requirement stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pendopo.ui.words import DASH, language_of, number_text

from .catalogue import instrument_named
from .drawing import draw, live_figures
from .logic import Answers, Instrument, Node, Span, WrongAnswer, span
from .models import Assessment, EvidenceKind, Round, RoundKind, Snapshot, Use
from .reading import answers_of, proof_of
from .standing import EXPIRED, OPEN, PROVEN, REOPENED, STANDINGS, UNPROVEN, WAITING, standing

TONES = {OPEN: "", UNPROVEN: "attention", WAITING: "known", EXPIRED: "attention", REOPENED: "danger", PROVEN: "well"}


@dataclass(frozen=True)
class Column:
    """One side: its round, and between what its index lies."""

    round: Round
    answers: Answers
    span: Span

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return not self.span.missing

    @property
    def index(self) -> str:
        """The index in words; a range while it is incomplete."""
        return between(self.span.low.index, self.span.high.index)

    @property
    def word(self) -> str:
        """The predicate, or the range of them."""
        low, high = self.span.low.predicate, self.span.high.predicate
        return low if low == high else f"{low} – {high}"

    @property
    def open_count(self) -> int:
        """How many requirements are not answered."""
        return len(self.span.missing)

    @property
    def answered(self) -> int:
        """How many are."""
        return len(self.answers)


@dataclass(frozen=True)
class Line:
    """A node of the tree as a row."""

    node: Node
    depth: int
    name: str
    cells: tuple[str, ...]
    difference: str
    effect: str
    standing: str
    url: str

    @property
    def word(self) -> str:
        """How it stands, in words; '' for a group."""
        return standing_word(self.standing) if self.standing else ""

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES.get(self.standing, "")

    @property
    def weight(self) -> str:
        """Its weight in percent."""
        return number_text(float(self.node.weight), 2, language_of(get_language()))


@dataclass(frozen=True)
class Sheet:
    """All of an assessment's page."""

    assessment: Assessment
    instrument: Instrument
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    counts: Mapping[str, int]

    @property
    def legal_status(self) -> str:
        """Whether the instrument is in force, in the reader's language."""
        legal = self.instrument.legal
        return legal.get(f"status_{language_of(get_language())}") or legal.get("status", "")

    @property
    def last(self) -> Column | None:
        """The side that spoke last: external before internal before self."""
        return self.columns[-1] if self.columns else None

    @property
    def tallies(self) -> list[tuple[str, str, int]]:
        """How many requirements stand how: (tone, word, count), the troubling ones first."""
        order = (REOPENED, EXPIRED, OPEN, UNPROVEN, WAITING, PROVEN)
        return [(TONES[code], standing_word(code), self.counts[code]) for code in order if self.counts.get(code)]


def standing_word(code: str) -> str:
    """How a requirement stands, in words."""
    words = {
        OPEN: _("not answered"),
        UNPROVEN: _("no evidence"),
        WAITING: _("evidence not reviewed"),
        EXPIRED: _("evidence expired"),
        REOPENED: _("open again: live evidence is not enough"),
        PROVEN: pgettext("requirement", "proven"),
    }
    return words[code]


def name_of(name: Mapping[str, str]) -> str:
    """A name of an instrument in the reader's language."""
    return name.get(language_of(get_language())) or name["id"]


def figure_name(query: str) -> str:
    """A live figure in the reader's language; its code where it is not known any more."""
    figure = live_figures().get(query)
    return name_of(figure.name) if figure else query


def gaps_of(snapshot: Snapshot) -> list[tuple[datetime, float | None]]:
    """The periods that did not hold when a figure was frozen, the newest first: when each began, and what stood for it."""
    return [(datetime.fromisoformat(start), value) for start, value, holds in reversed(snapshot.body["periods"]) if not holds]


def between(low: Fraction, high: Fraction, digits: int = 2) -> str:
    """A value in words, or the range."""
    words = [number_text(float(edge), digits, language_of(get_language())) for edge in (low, high)]
    return words[0] if low == high else f"{words[0]} – {words[1]}"


def columns_of(assessment: Assessment, instrument: Instrument, *, signed: bool = False) -> list[Column]:
    """The sides that have spoken, in their order; with `signed` only what was signed."""
    return columns_from(assessment.rounds.prefetch_related("answers"), instrument, signed=signed)


def columns_from(rounds: Iterable[Round], instrument: Instrument, *, signed: bool = False) -> list[Column]:
    """The same of rounds that were read with their answers."""
    found = []
    for round in sorted(rounds, key=lambda one: RoundKind.values.index(one.kind)):
        if signed and round.signed is None:
            continue
        answers = answers_of(round.answers.all())
        try:
            found.append(Column(round, answers, span(instrument, answers)))
        except WrongAnswer:  # nothing of the instrument applies: as open as if nobody had answered
            found.append(Column(round, {}, span(instrument, {})))
    return found


def standings_of(assessment: Assessment, instrument: Instrument, answered: Answers, now: datetime) -> dict[str, str]:
    """How every requirement stands."""
    uses: dict[str, list[Use]] = defaultdict(list)
    for use in Use.objects.filter(assessment=assessment).select_related("evidence"):
        uses[use.node].append(use)
    live = {use.evidence.query for told in uses.values() for use in told if use.evidence.kind == EvidenceKind.LIVE}
    drawn, today = draw(live, now), timezone.localdate(now)
    return {
        node.code: standing(node.code in answered, [proof_of(use.evidence, drawn) for use in uses[node.code]], today)
        for node in instrument.leaves()
    }


def sheet_of(assessment: Assessment, now: datetime, *, signed: bool = False) -> Sheet:
    """The whole page; with `signed` without the sides that are still at work."""
    instrument = instrument_named(assessment.instrument)
    columns = columns_of(assessment, instrument, signed=signed)
    last = columns[-1] if columns else None
    by_node = any(node.code in column.answers for column in columns for node in instrument.leaves())
    stands = standings_of(assessment, instrument, last.answers if last else {}, now) if by_node or not last or not last.answers else {}
    effects = effects_of(instrument, columns)
    lines = []
    for depth, node in instrument.root.walk():
        if depth == 0:
            continue
        cells = tuple(_cell(column, node, instrument) for column in columns)
        difference, effect = effects.get(node.code, ("", ""))
        url = "" if node.nodes else assessment.page_of(node.code)
        lines.append(Line(node, depth, name_of(node.name), cells, difference, effect, "" if node.nodes else stands.get(node.code, ""), url))
    counts = {code: sum(found == code for found in stands.values()) for code in STANDINGS}
    return Sheet(assessment, instrument, tuple(columns), tuple(lines), counts)


def _cell(column: Column, node: Node, instrument: Instrument) -> str:
    if not node.nodes or node.code in column.answers:
        if node.code not in column.answers:
            return DASH
        value = column.answers[node.code]
        whole = instrument.scale.whole and not node.nodes
        return _("n/a") if value is None else between(value, value, 0 if whole else 2)
    low, high = column.span.low.nodes.get(node.code), column.span.high.nodes.get(node.code)
    if low is None or high is None:
        return _("n/a") if node.code not in column.span.high.nodes and column.complete and column.answers else DASH
    return between(low, high)


def effects_of(instrument: Instrument, columns: list[Column]) -> dict[str, tuple[str, str]]:
    """For each requirement on which the last two sides differ: by how much, and what that alone moves in the index."""
    if len(columns) < 2:
        return {}
    before, after = columns[-2], columns[-1]
    found, language = {}, language_of(get_language())
    for node in instrument.leaves():
        first, second = before.answers.get(node.code), after.answers.get(node.code)
        if first is None or second is None or first == second:
            continue
        moved = span(instrument, {**before.answers, node.code: second}).low.index - before.span.low.index
        digits = 0 if instrument.scale.whole else 2
        found[node.code] = (signed(second - first, digits, language), signed(moved, 3, language))
    return found


def signed(value: Fraction, digits: int, language: str) -> str:
    """A difference with its sign."""
    text = number_text(float(value), digits, language)
    return f"+{text}" if value > 0 else text
